import type { TimeOffCreate, TimeOffPatch } from '@voxanne/contract';
import { Temporal } from 'temporal-polyfill';
import type { Db } from '../platform/database.ts';
import { findClinic } from '../tenancy/index.ts';
import { type Affected, namesOf } from './affected-appointments.ts';
import { changedFields } from './changed-fields.ts';
import { readSpan } from './local-span.ts';
import { readableName } from './names.ts';
import { listProviders, lockAgainstBookings } from './providers.queries.ts';
import { scheduleErrors } from './schedule.errors.ts';
import { writeScheduleAudit } from './schedule-audit.ts';
import type { Saved, ScheduleAuthor, ScheduleContext } from './schedule-context.ts';
import {
  deleteTimeOffRow,
  insertTimeOff,
  lockTimeOff,
  type TimeOffColumns,
  type TimeOffRow,
  updateTimeOff,
} from './time-off.queries.ts';
import { upcomingInside } from './upcoming.queries.ts';
import { withinLimit } from './within-limit.ts';

export interface SavedTimeOffRow extends Saved<TimeOffRow> {
  /** Appointments that fall in it. They stay as they are: the front desk decides. */
  inside: Affected[];
}

/**
 * A holiday of the clinic, or the absence of one provider.
 * @throws {AppError} INVALID_NAME, INVALID_SPAN (400), LIMIT_REACHED (409), PROVIDER_NOT_FOUND (422).
 */
export async function createTimeOff(
  context: ScheduleContext,
  author: ScheduleAuthor,
  body: TimeOffCreate,
): Promise<SavedTimeOffRow> {
  const { orgId } = author.tenant;
  const columns: TimeOffColumns = {
    provider_id: body.provider_id?.toLowerCase() ?? null,
    title: readableName(body.title, 'title'),
    ...readSpan(body.starts_local, body.ends_local),
  };
  return context.database.withTenant(author.tenant, async (db) => {
    await refuseStranger(db, orgId, columns.provider_id);
    await lockWhoIsAway(db, orgId, columns.provider_id);
    const id = await withinLimit('times off', insertTimeOff(db, orgId, columns));
    await writeScheduleAudit(db, author, {
      kind: 'time_off',
      id,
      change: 'created',
      before: null,
      after: columns,
    });
    return told(context, db, orgId, { id, ...columns });
  });
}

/**
 * Changes what was given; an end that is left out stays.
 * @throws {AppError} TIME_OFF_NOT_FOUND (404), INVALID_NAME, INVALID_SPAN (400), PROVIDER_NOT_FOUND (422).
 */
export async function changeTimeOff(
  context: ScheduleContext,
  author: ScheduleAuthor,
  id: string,
  patch: TimeOffPatch,
): Promise<SavedTimeOffRow> {
  const { orgId } = author.tenant;
  return context.database.withTenant(author.tenant, async (db) => {
    const row = await lockTimeOff(db, orgId, id);
    if (!row) throw scheduleErrors.timeOffNotFound();
    const change = changedFields<TimeOffRow>(row, {
      ...(patch.provider_id === undefined ? {} : { provider_id: patch.provider_id?.toLowerCase() ?? null }),
      ...(patch.title === undefined ? {} : { title: readableName(patch.title, 'title') }),
      ...readSpan(patch.starts_local ?? row.starts_local, patch.ends_local ?? row.ends_local),
    });
    if (!change) return told(context, db, orgId, row);
    if (change.after.provider_id) await refuseStranger(db, orgId, change.after.provider_id);
    await lockWhoIsAway(db, orgId, { ...row, ...change.after }.provider_id);
    await updateTimeOff(db, orgId, id, change.after);
    await writeScheduleAudit(db, author, { kind: 'time_off', id, change: 'changed', ...change });
    return told(context, db, orgId, { ...row, ...change.after });
  });
}

/**
 * The time can be booked again.
 * @throws {AppError} TIME_OFF_NOT_FOUND (404).
 */
export async function deleteTimeOff(
  { database }: ScheduleContext,
  author: ScheduleAuthor,
  id: string,
): Promise<void> {
  const { orgId } = author.tenant;
  await database.withTenant(author.tenant, async (db) => {
    const row = await lockTimeOff(db, orgId, id);
    if (!row) throw scheduleErrors.timeOffNotFound();
    await deleteTimeOffRow(db, orgId, id);
    const { id: _, ...before } = row;
    await writeScheduleAudit(db, author, { kind: 'time_off', id, change: 'deleted', before, after: null });
  });
}

async function refuseStranger(db: Db, orgId: string, providerId: string | null): Promise<void> {
  if (providerId === null) return;
  const known = (await listProviders(db, orgId)).some(({ id }) => id === providerId);
  if (!known) throw scheduleErrors.unknownProvider('provider_id');
}

/** From here on no booking can ignore what is being entered. */
const lockWhoIsAway = async (db: Db, orgId: string, providerId: string | null): Promise<void> =>
  lockAgainstBookings(
    db,
    ...(providerId === null ? (await listProviders(db, orgId)).map(({ id }) => id) : [providerId]),
  );

async function told(
  { clock }: ScheduleContext,
  db: Db,
  orgId: string,
  row: TimeOffRow,
): Promise<SavedTimeOffRow> {
  const { time_zone } = await findClinic(db, orgId);
  const inside = await upcomingInside(db, orgId, row, time_zone);
  const local = Temporal.Instant.fromEpochMilliseconds(clock.now().getTime()).toZonedDateTimeISO(time_zone);
  const isOver = row.ends_local <= local.toPlainDateTime().toString({ smallestUnit: 'second' });
  return {
    row,
    inside,
    notices: [
      ...(inside.length === 0 ? [] : [insideWords(inside, namesOf(inside, time_zone, clock.now()))]),
      ...(isOver ? ['It is already over.'] : []),
    ],
  };
}

const insideWords = ({ length }: Affected[], names: string): string =>
  length === 1
    ? `1 appointment falls in this time off: ${names}. It's still booked: call the patient and move it.`
    : `${length} appointments fall in this time off: ${names}. They're still booked: call the patients and move them.`;
