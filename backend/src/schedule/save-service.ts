import type { ServiceCreate, ServicePatch } from '@voxanne/contract';
import { type Db, sqlState } from '../platform/database.ts';
import { findClinic } from '../tenancy/index.ts';
import { changedFields } from './changed-fields.ts';
import { readableName, slugOf } from './names.ts';
import { listProviders, type ProviderRow } from './providers.queries.ts';
import { scheduleErrors } from './schedule.errors.ts';
import { writeScheduleAudit } from './schedule-audit.ts';
import type { Saved, ScheduleAuthor, ScheduleContext } from './schedule-context.ts';
import {
  insertService,
  listServices,
  lockServices,
  type ServiceRow,
  setOffers,
  slugsLike,
  updateService,
} from './services.queries.ts';
import { withinLimit } from './within-limit.ts';

/**
 * A new service; its slug is made from its name unless one is given.
 * @throws {AppError} INVALID_NAME (400), SLUG_TAKEN, NAME_TAKEN, LIMIT_REACHED (409), PROVIDER_NOT_FOUND (422).
 */
export async function createService(
  { database }: ScheduleContext,
  author: ScheduleAuthor,
  { provider_ids: offeredBy = [], slug: givenSlug, ...rules }: ServiceCreate,
): Promise<Saved<ServiceRow>> {
  const { orgId } = author.tenant;
  const name = readableName(rules.name);
  return translateSlugRace(givenSlug ?? slugOf(name), () =>
    database.withTenant(author.tenant, async (db) => {
      refuseSameName(await lockServices(db, orgId), name);
      const slug = await freeSlug(db, orgId, givenSlug, name);
      const providers = await listProviders(db, orgId);
      const providerIds = knownProviders(providers, offeredBy);
      const id = await withinLimit(
        'services',
        insertService(db, orgId, { ...withoutUndefined(rules), name, slug }),
      );
      if (providerIds.length > 0) await setOffers(db, orgId, id, providerIds);
      const row = await savedService(db, orgId, id);
      const { id: _, ...after } = row;
      await writeScheduleAudit(db, author, { kind: 'service', id, change: 'created', before: null, after });
      return { row, notices: await noticesAbout(db, orgId, row, providers) };
    }),
  );
}

/**
 * Changes what was given and nothing else. The slug stays: appointments and the receptionist carry it.
 * @throws {AppError} SERVICE_NOT_FOUND (404), INVALID_NAME (400), NAME_TAKEN, LAST_SERVICE (409),
 *   PROVIDER_NOT_FOUND (422).
 */
export async function changeService(
  { database }: ScheduleContext,
  author: ScheduleAuthor,
  id: string,
  patch: ServicePatch,
): Promise<Saved<ServiceRow>> {
  const { orgId } = author.tenant;
  return database.withTenant(author.tenant, async (db) => {
    const all = await lockServices(db, orgId);
    const row = all.find((service) => service.id === id);
    if (!row) throw scheduleErrors.serviceNotFound();
    const providers = await listProviders(db, orgId);
    const change = changedFields(row, {
      ...withoutUndefined(patch),
      ...(patch.name === undefined ? {} : { name: readableName(patch.name) }),
      ...(patch.provider_ids === undefined
        ? {}
        : { provider_ids: knownProviders(providers, patch.provider_ids) }),
    });
    if (!change) return { row, notices: await noticesAbout(db, orgId, row, providers) };
    const { name, active, provider_ids: offeredBy } = change.after;
    const others = all.filter((service) => service.id !== id);
    if (name !== undefined) refuseSameName(others, name);
    if (active === false && !others.some((service) => service.active)) {
      throw scheduleErrors.lastService('turned off');
    }
    const { provider_ids: _, ...columns } = change.after;
    await updateService(db, orgId, id, columns);
    if (offeredBy) await setOffers(db, orgId, id, offeredBy);
    await writeScheduleAudit(db, author, { kind: 'service', id, change: 'changed', ...change });
    const saved = { ...row, ...change.after };
    return { row: saved, notices: await noticesAbout(db, orgId, saved, providers) };
  });
}

async function savedService(db: Db, orgId: string, id: string): Promise<ServiceRow> {
  const row = (await listServices(db, orgId)).find((service) => service.id === id);
  if (!row) throw new Error('The service that was just added is missing.');
  return row;
}

function refuseSameName(others: ServiceRow[], name: string): void {
  const same = others.find((service) => service.name.toLowerCase() === name.toLowerCase());
  if (same) throw scheduleErrors.nameTaken(same.name);
}

/** A requested slug is used as it is or refused; one made from a name avoids that of a deleted service. */
async function freeSlug(db: Db, orgId: string, asked: string | undefined, name: string): Promise<string> {
  const wanted = asked ?? slugOf(name);
  const taken = new Map((await slugsLike(db, orgId, wanted)).map((row) => [row.slug, row]));
  const holder = taken.get(wanted);
  if (!holder) return wanted;
  if (asked !== undefined || !holder.deleted) throw scheduleErrors.slugTaken(wanted, holder);
  let number = 2;
  while (taken.has(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}

/** Two who make the same service at once: the later one gets the same answer as if it had come later. */
async function translateSlugRace<T>(slug: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    throw scheduleErrors.slugTaken(slug, { name: 'that someone just added', deleted: false });
  }
}

function knownProviders(providers: ProviderRow[], asked: string[]): string[] {
  const known = new Set(providers.map(({ id }) => id));
  const ids = asked.map((id) => id.toLowerCase());
  const stranger = ids.findIndex((id) => !known.has(id));
  if (stranger >= 0) throw scheduleErrors.unknownProvider(`provider_ids.${stranger}`);
  return [...new Set(ids)].sort();
}

async function noticesAbout(
  db: Db,
  orgId: string,
  service: ServiceRow,
  providers: ProviderRow[],
): Promise<string[]> {
  const { booking_horizon_days: clinicHorizon } = await findClinic(db, orgId);
  const { horizon_days: own, min_notice_minutes: notice, provider_ids: offeredBy } = service;
  const bookable = providers.some(
    ({ id, active }) => active && (offeredBy.length === 0 || offeredBy.includes(id)),
  );
  const horizon = Math.min(own ?? clinicHorizon, clinicHorizon);
  return [
    ...(bookable ? [] : ['No one who offers it can be booked right now, so it has no free times.']),
    ...(own !== null && own > clinicHorizon
      ? [
          `The clinic only takes bookings ${clinicHorizon} days ahead, so that limit applies instead of the ${own} days given here.`,
        ]
      : []),
    ...(notice >= horizon * 1440
      ? ['It has no free times, because it needs more notice than the number of days it can be booked ahead.']
      : []),
  ];
}

const withoutUndefined = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
