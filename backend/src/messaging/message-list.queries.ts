import { MAX_COUNTED } from '@voxanne/contract';
import { type Expression, sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { Page } from '../platform/paging.ts';

/** Who a text went to, or came from. */
const PATIENT = sql<string>`case when m.kind = 'inbound' then m.from_address else m.to_address end`;

/** The patient of the appointment that the text is about, else who is known under the number. */
const CONTACTS = sql<{ id: string; name: string }[]>`coalesce(
  (select json_agg(json_build_object('id', l.id, 'name', l.name))
    from appointments a join leads l on l.org_id = a.org_id and l.id = a.contact_id
    where a.org_id = m.org_id and a.id = m.appointment_id),
  (select json_agg(json_build_object('id', known.id, 'name', known.name))
    from (select l.id, l.name from leads l where l.org_id = m.org_id and l.phone = ${PATIENT} order by l.name limit 5) as known),
  '[]')`;

export interface MessageFilter {
  /** Of patients who are looked for: a query for their numbers, or digits of them. */
  patient: { numbers: Expression<{ phone: string | null }> } | { digits: string } | null;
  to?: string | undefined;
  appointmentId?: string | undefined;
  needsAttention: boolean;
}

const messages = (db: Db) =>
  db
    .selectFrom('messages as m')
    .select([
      'm.id',
      'm.to_address',
      'm.from_address',
      'm.channel',
      'm.status',
      'm.body',
      'm.kind',
      'm.appointment_id',
      'm.attempts',
      'm.provider_id',
      'm.error_code',
      'm.informed_at',
      'm.replaced_by',
      'm.created_at',
      PATIENT.as('patient'),
      CONTACTS.as('contacts'),
      sql<boolean>`app_private.is_resendable(m)`.as('resendable'),
    ]);

/** Refused, not taken care of, and still useful: nothing newer was sent about the same upcoming appointment. */
const NEEDS_ATTENTION = sql<boolean>`(
  m.status in ('failed', 'undelivered') and m.informed_at is null and m.replaced_by is null
  and m.error_code is distinct from 'NOT_WANTED' and m.created_at > now() - interval '30 days'
  and m.kind in ('confirmation', 'cancellation', 'direct', 'reminder')
  and case when m.appointment_id is null then m.created_at > now() - interval '7 days' else
    exists (select 1 from appointments a
      where a.org_id = m.org_id and a.id = m.appointment_id and a.scheduled_at > now())
    and not exists (select 1 from messages later
      where later.appointment_id = m.appointment_id and later.kind <> 'inbound' and later.created_at > m.created_at) end)`;

const matching = <Q extends ReturnType<typeof messages>>(all: Q, filter: MessageFilter): Q => {
  let query = all as ReturnType<typeof messages>;
  if (filter.to !== undefined) query = query.where('m.to_address', '=', filter.to);
  if (filter.appointmentId !== undefined) query = query.where('m.appointment_id', '=', filter.appointmentId);
  if (filter.needsAttention) query = query.where(NEEDS_ATTENTION);
  const { patient } = filter;
  if (patient !== null) {
    query =
      'digits' in patient
        ? query.where(PATIENT, 'like', `%${patient.digits}%`)
        : query.where(sql<boolean>`${PATIENT} in ${patient.numbers}`);
  }
  return query as Q;
};

/** Newest first. Row-level security keeps it to the caller's organization. */
export function listMessages(db: Db, filter: MessageFilter, { after, limit }: Page) {
  let query = matching(messages(db), filter)
    .select(sql<string>`m.created_at::text`.as('at'))
    .orderBy('m.created_at', 'desc')
    .orderBy('m.id', 'desc')
    .limit(limit);
  if (after !== undefined) {
    query = query.where(sql<boolean>`(m.created_at, m.id) < (${after.at}::timestamptz, ${after.id}::uuid)`);
  }
  return query.execute();
}

/** How many match, on every page. */
export async function countMessages(db: Db, filter: MessageFilter): Promise<number> {
  const all = matching(messages(db), filter).clearSelect().select(sql`1`.as('one')).limit(MAX_COUNTED);
  const { total } = await db
    .selectFrom(all.as('all'))
    .select(sql<number>`count(*)::int`.as('total'))
    .executeTakeFirstOrThrow();
  return total;
}

export type ListedMessage = Omit<Awaited<ReturnType<typeof listMessages>>[number], 'at'>;

export function findListed(db: Db, id: string): Promise<ListedMessage | undefined> {
  return messages(db).where('m.id', '=', id).executeTakeFirst();
}

export function timelineOf(db: Db, messageId: string) {
  return db
    .selectFrom('message_events')
    .select(['status', 'detail', 'created_at'])
    .where('message_id', '=', messageId)
    .orderBy('id')
    .execute();
}

/** @returns the new text, or why there is none. */
export async function resendText(
  db: Db,
  orgId: string,
  messageId: string,
  requestId: string,
): Promise<{ outcome: string; message_id: string | null }> {
  const { rows } = await sql<{ outcome: string; message_id: string | null }>`
    select outcome, message_id from app_private.resend_text(${orgId}, ${messageId}, ${requestId})`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error('The text was neither sent again nor refused.');
  return row;
}

/** @returns false when the clinic has no such text. */
export async function markInformed(
  db: Db,
  orgId: string,
  { messageId, informed, requestId }: { messageId: string; informed: boolean; requestId: string },
): Promise<boolean> {
  const { rows } = await sql<{ known: boolean }>`
    select app_private.mark_informed(${orgId}, ${messageId}, ${informed}, ${requestId}) as known`.execute(db);
  return rows[0]?.known === true;
}
