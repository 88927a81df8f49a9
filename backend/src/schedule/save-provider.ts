import {
  type ProviderCreate,
  type ProviderPatch,
  tidyWeek,
  uselessBreaks,
  WEEKDAYS,
} from '@voxanne/contract';
import type { Db } from '../platform/database.ts';
import { findClinic } from '../tenancy/index.ts';
import { type Affected, namesOf } from './affected-appointments.ts';
import { changedFields } from './changed-fields.ts';
import { fitsWeek } from './fits-week.ts';
import { readableName } from './names.ts';
import {
  insertProvider,
  lockAgainstBookings,
  lockProviders,
  type ProviderColumns,
  type ProviderRow,
  servicesOnlyOf,
  updateProvider,
} from './providers.queries.ts';
import { scheduleErrors } from './schedule.errors.ts';
import { writeScheduleAudit } from './schedule-audit.ts';
import type { Saved, ScheduleAuthor, ScheduleContext } from './schedule-context.ts';
import { upcomingByLocalTime, upcomingWithProvider } from './upcoming.queries.ts';
import { withinLimit } from './within-limit.ts';

export interface SavedProviderRow extends Saved<ProviderRow> {
  /** What the new hours don't cover. It stays as it is: the front desk decides. */
  affected: Affected[];
}

/**
 * Someone (or a room) who can be booked; without hours they work Monday to Friday, 9 to 5.
 * @throws {AppError} INVALID_NAME (400), LIMIT_REACHED (409).
 */
export async function createProvider(
  { database }: ScheduleContext,
  author: ScheduleAuthor,
  body: ProviderCreate,
): Promise<SavedProviderRow> {
  const { orgId } = author.tenant;
  const columns = { ...columnsOf(body), name: readableName(body.name) };
  return database.withTenant(author.tenant, async (db) => {
    const row = await withinLimit('providers', insertProvider(db, orgId, columns));
    const { id, ...after } = row;
    await writeScheduleAudit(db, author, { kind: 'provider', id, change: 'created', before: null, after });
    return { row, affected: [], notices: noticesAboutWeek(row) };
  });
}

/**
 * Changes what was given and nothing else. Appointments stay where they are, and the answer lists those that
 * the new hours do not cover.
 * @throws {AppError} PROVIDER_NOT_FOUND (404), INVALID_NAME (400), LAST_PROVIDER (409).
 */
export async function changeProvider(
  { database, clock }: ScheduleContext,
  author: ScheduleAuthor,
  id: string,
  patch: ProviderPatch,
): Promise<SavedProviderRow> {
  const { orgId } = author.tenant;
  return database.withTenant(author.tenant, async (db) => {
    const all = await lockProviders(db, orgId);
    const row = all.find((provider) => provider.id === id);
    if (!row) throw scheduleErrors.providerNotFound();
    const change = changedFields(row, columnsOf(patch));
    if (!change) return { row, affected: [], notices: noticesAboutWeek(row) };
    const { active, working_hours, breaks } = change.after;
    if (active === false && !all.some((provider) => provider.id !== id && provider.active)) {
      throw scheduleErrors.lastProvider('turned off');
    }
    if (active === false || working_hours || breaks) await lockAgainstBookings(db, id);
    await updateProvider(db, orgId, id, change.after);
    await writeScheduleAudit(db, author, { kind: 'provider', id, change: 'changed', ...change });
    const saved = { ...row, ...change.after };
    const { time_zone: timeZone } = await findClinic(db, orgId);
    const affected =
      working_hours || breaks ? await outsideTheWeek(db, orgId, saved, clock.now(), timeZone) : [];
    return {
      row: saved,
      affected,
      notices: [
        ...(active === false ? await noticesAboutAbsence(db, orgId, id, clock.now()) : []),
        ...noticesAboutWeek(saved),
        ...noticesAboutBooked(affected, timeZone, clock.now()),
      ],
    };
  });
}

const columnsOf = ({ name, working_hours, breaks, active }: ProviderPatch): Partial<ProviderColumns> => ({
  ...(name === undefined ? {} : { name: readableName(name) }),
  ...(working_hours === undefined ? {} : { working_hours: tidyWeek(working_hours) }),
  ...(breaks === undefined ? {} : { breaks: tidyWeek(breaks) }),
  ...(active === undefined ? {} : { active }),
});

function noticesAboutWeek({ working_hours, breaks }: ProviderRow): string[] {
  const open = WEEKDAYS.some((day) => (working_hours[day] ?? []).length > 0);
  const useless = uselessBreaks(working_hours, breaks);
  return [
    ...(open ? [] : ['There are no working hours, so nothing can be booked.']),
    ...(open ? useless.map(({ message }) => message) : []),
  ];
}

async function noticesAboutAbsence(db: Db, orgId: string, id: string, now: Date): Promise<string[]> {
  const { count } = await upcomingWithProvider(db, orgId, id, now);
  const orphans = await servicesOnlyOf(db, orgId, id, 'is active');
  return [
    ...(count === 0
      ? []
      : [`${appointments(count)} still booked with this provider. Nothing was moved or canceled.`]),
    ...(orphans.length === 0
      ? []
      : [
          `No other provider offers ${orphans.map(({ name }) => name).join(', ')}, so it has no free times now.`,
        ]),
  ];
}

async function outsideTheWeek(
  db: Db,
  orgId: string,
  { id, working_hours, breaks }: ProviderRow,
  now: Date,
  timeZone: string,
): Promise<Affected[]> {
  const booked = await upcomingByLocalTime(db, orgId, id, now, timeZone);
  return booked.filter((one) => !fitsWeek(one, working_hours, breaks));
}

function noticesAboutBooked(affected: Affected[], timeZone: string, now: Date): string[] {
  if (affected.length === 0) return [];
  const [what, still] =
    affected.length === 1
      ? ['1 appointment is', "It's still booked."]
      : [`${affected.length} appointments are`, "They're still booked."];
  return [`${what} now outside these hours: ${namesOf(affected, timeZone, now)}. ${still}`];
}

const appointments = (count: number): string =>
  count === 1 ? 'One appointment is' : `${count} appointments are`;
