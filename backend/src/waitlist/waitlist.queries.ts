import { type SqlBool, sql } from 'kysely';
import { WHY_NO_TEXT } from '../contacts/index.ts';
import type { Db } from '../platform/database.ts';
import type { Page } from '../platform/paging.ts';
import { serviceNameOf } from '../schedule/index.ts';

export async function findOffer(db: Db, orgId: string, id: string) {
  return db
    .selectFrom('waitlist_offers as o')
    .innerJoin('appointments as a', (join) =>
      join.onRef('a.org_id', '=', 'o.org_id').onRef('a.id', '=', 'o.hold_id'),
    )
    .innerJoin('providers as p', (join) =>
      join.onRef('p.org_id', '=', 'o.org_id').onRef('p.id', '=', 'o.provider_id'),
    )
    .innerJoin('leads as l', (join) =>
      join.onRef('l.org_id', '=', 'o.org_id').onRef('l.id', '=', 'o.contact_id'),
    )
    .innerJoin('waitlist as w', (join) =>
      join.onRef('w.org_id', '=', 'o.org_id').onRef('w.id', '=', 'o.waitlist_id'),
    )
    .select([
      'o.id',
      'o.waitlist_id',
      'w.removed_at',
      'o.contact_id',
      'o.hold_id',
      'o.provider_id',
      'o.scheduled_at',
      'o.status',
      'o.expires_at',
      'a.service_type',
      'a.duration_minutes',
      'a.status as hold_status',
      'p.name as provider_name',
      WHY_NO_TEXT.as('why_no_text'),
      'l.name as contact_name',
      'l.phone as contact_phone',
      'l.email as contact_email',
      // By the database's clock, which ends the hold.
      sql<boolean>`o.expires_at > now()`.as('is_live'),
    ])
    .where('o.org_id', '=', orgId)
    .where('o.id', '=', id)
    .executeTakeFirst();
}

export type OfferRow = NonNullable<Awaited<ReturnType<typeof findOffer>>>;

interface Answer {
  success: boolean;
  error?: string;
  waitlist_id?: string;
}

export interface NewEntry {
  orgId: string;
  contactId: string | null;
  name: string | null;
  phone: string | null;
  email: string | null;
  serviceType: string;
  providerId: string | null;
  earliestDate: string | null;
  latestDate: string | null;
  windows: [string, string][];
  requestId: string;
}

export async function joinWaitlist(db: Db, e: NewEntry): Promise<Answer> {
  const { rows } = await sql<{ answer: Answer }>`
    select app_private.join_waitlist(${e.orgId}, ${e.contactId}, ${e.name}, ${e.phone}, ${e.email}, ${e.serviceType},
      ${e.providerId}, ${e.earliestDate}, ${e.latestDate}, ${JSON.stringify(e.windows)}, ${e.requestId}) as answer`.execute(
    db,
  );
  return rows[0]?.answer ?? { success: false };
}

export async function leaveWaitlist(
  db: Db,
  orgId: string,
  id: string,
  by: { source: string; actorId: string | null; requestId: string },
): Promise<Answer> {
  const { rows } = await sql<{ answer: Answer }>`
    select app_private.leave_waitlist(${orgId}, ${id}, ${by.source}, ${by.actorId}, ${by.requestId}) as answer`.execute(
    db,
  );
  return rows[0]?.answer ?? { success: false };
}

/** In the transaction of the hold. @returns undefined when that person cannot have it (anymore). */
export async function offerSlot(
  db: Db,
  orgId: string,
  waitlistId: string,
  holdId: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string | null }>`
    select app_private.offer_slot(${orgId}, ${waitlistId}, ${holdId}) as id`.execute(db);
  return rows[0]?.id ?? undefined;
}

/** @returns true for the first answer to an offer that is still open. */
export async function answerOffer(
  db: Db,
  orgId: string,
  offerId: string,
  answer: 'accepted' | 'declined',
  by: { actorId: string | null; requestId: string },
): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`
    select app_private.answer_offer(${orgId}, ${offerId}, ${answer}, ${by.actorId}, ${by.requestId}) as taken`.execute(
    db,
  );
  return rows[0]?.taken === true;
}

export interface FreedSlot {
  providerId: string;
  at: Date;
  /** The clinic's date of it. */
  date: string;
  /** The contact who had it. */
  freedBy: string | undefined;
}

/** Who is waiting for such a time, first come, first served; without those who were already offered it. */
export function waitingFor(
  db: Db,
  orgId: string,
  { providerId, at, date, freedBy }: FreedSlot,
  { after, limit }: { after: string | undefined; limit: number },
) {
  let query = db
    .selectFrom('waitlist as w')
    .innerJoin('services as s', (join) =>
      join.onRef('s.org_id', '=', 'w.org_id').onRef('s.slug', '=', 'w.service_type'),
    )
    .innerJoin('leads as l', (join) =>
      join.onRef('l.org_id', '=', 'w.org_id').onRef('l.id', '=', 'w.contact_id'),
    )
    .select((eb) => [
      'w.id',
      'w.contact_id',
      'w.service_type',
      'w.windows',
      's.duration_minutes',
      eb
        .exists(
          eb
            .selectFrom('waitlist_offers as open')
            .select('open.id')
            .whereRef('open.org_id', '=', 'w.org_id')
            .whereRef('open.contact_id', '=', 'w.contact_id')
            .where('open.status', '=', 'open'),
        )
        .as('has_offer'),
    ])
    .where('w.org_id', '=', orgId)
    .where('w.removed_at', 'is', null)
    .where('w.appointment_id', 'is', null)
    // An offer is a text: no time is held for someone who can't get texts.
    .where(WHY_NO_TEXT, 'is', null)
    .where('s.active', '=', true)
    .where((eb) => eb.or([eb('w.provider_id', 'is', null), eb('w.provider_id', '=', providerId)]))
    .where(
      sql<SqlBool>`coalesce(w.earliest_date, ${date}::date) <= ${date}::date and coalesce(w.latest_date, ${date}::date) >= ${date}::date`,
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('waitlist_offers as o')
            .select('o.id')
            .whereRef('o.waitlist_id', '=', 'w.id')
            .where('o.provider_id', '=', providerId)
            .where('o.scheduled_at', '=', at),
        ),
      ),
    )
    .orderBy('w.created_at')
    .orderBy('w.id')
    .limit(limit);
  if (freedBy !== undefined) query = query.where('w.contact_id', '<>', freedBy);
  if (after !== undefined) {
    query = query.where(
      sql<SqlBool>`(w.created_at, w.id) > (select l.created_at, l.id from waitlist l where l.id = ${after})`,
    );
  }
  return query.execute();
}

/** With the state that follows from its offers, oldest first. */
const entries = (db: Db, orgId: string, today: string) =>
  db
    .selectFrom('waitlist as w')
    .innerJoin('leads as l', (join) =>
      join.onRef('l.org_id', '=', 'w.org_id').onRef('l.id', '=', 'w.contact_id'),
    )
    .leftJoin('waitlist_offers as o', (join) =>
      join.onRef('o.org_id', '=', 'w.org_id').onRef('o.waitlist_id', '=', 'w.id').on('o.status', '=', 'open'),
    )
    .select((eb) => [
      'w.id',
      'w.service_type',
      serviceNameOf('w').as('service_name'),
      'w.provider_id',
      sql<string | null>`w.earliest_date::text`.as('earliest_date'),
      sql<string | null>`w.latest_date::text`.as('latest_date'),
      'w.windows',
      'w.appointment_id',
      'w.created_at',
      'l.id as contact_id',
      'l.name as contact_name',
      'l.phone as contact_phone',
      'l.email as contact_email',
      'o.id as offer_id',
      'o.hold_id as offer_hold_id',
      WHY_NO_TEXT.as('why_no_text'),
      'o.scheduled_at as offered_at',
      'o.expires_at as offer_expires_at',
      eb
        .selectFrom('waitlist_offers as all')
        .whereRef('all.org_id', '=', 'w.org_id')
        .whereRef('all.waitlist_id', '=', 'w.id')
        .select((of) => of.fn.countAll<string>().as('n'))
        .as('offers'),
      stateFrom(today).as('status'),
    ])
    .where('w.org_id', '=', orgId);

const stateFrom = (today: string) => sql<string>`case
  when w.appointment_id is not null then 'booked'
  when w.removed_at is not null then 'removed'
  when o.id is not null then 'offered'
  when w.latest_date < ${today}::date then 'expired'
  else 'waiting' end`;

export type EntryRow = Awaited<ReturnType<ReturnType<typeof entries>['execute']>>[number];

export function listEntries(
  db: Db,
  orgId: string,
  filter: { today: string; status: string | undefined },
  { after, limit }: Page,
): Promise<(EntryRow & { at: string })[]> {
  let query = entries(db, orgId, filter.today)
    .select(sql<string>`w.created_at::text`.as('at'))
    .orderBy('w.created_at')
    .orderBy('w.id')
    .limit(limit);
  if (filter.status !== undefined) {
    query = query.where(sql<SqlBool>`${stateFrom(filter.today)} = ${filter.status}`);
  }
  if (after !== undefined) {
    query = query.where(sql<SqlBool>`(w.created_at, w.id) > (${after.at}::timestamptz, ${after.id}::uuid)`);
  }
  return query.execute();
}

export function findEntry(db: Db, orgId: string, id: string, today: string): Promise<EntryRow | undefined> {
  return entries(db, orgId, today).where('w.id', '=', id).executeTakeFirst();
}
