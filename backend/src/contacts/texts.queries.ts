import { type RawBuilder, sql } from 'kysely';

/** The newest text of a kind, as a query reads it. */
export interface TextRow {
  kind: string;
  status: string;
  error_code: string | null;
  message_id: string | null;
  at: string;
  /** When one that waits will leave. */
  sends_at: string | null;
  resendable: boolean;
  informed_at: string | null;
}

const newestOfEachKind = (texts: RawBuilder<unknown>): RawBuilder<TextRow[]> => sql<TextRow[]>`(
  select coalesce(json_agg(newest order by newest.at desc), '[]')
  from (select distinct on (kind) * from (${texts}) as every order by kind, at desc) as newest)`;

const TEXT = sql`m.kind, m.status, m.error_code, m.id as message_id, m.created_at as at,
  null::timestamptz as sends_at, app_private.is_resendable(m) as resendable, m.informed_at`;

/** Of an appointment `a`: in the queue, without its own row yet. */
const NOT_YET_A_MESSAGE = sql`
  select substr(o.topic, 9) as kind, case when o.attempts = 0 and o.run_at > now() then 'waiting' else 'queued' end as status,
    null as error_code, null::uuid as message_id, o.created_at as at,
    case when o.attempts = 0 and o.run_at > now() then o.run_at end as sends_at, false as resendable,
    null::timestamptz as informed_at
  from outbox o
  where app_private.group_of(o.org_id) = a.org_id and o.order_key = 'message:' || a.id
    and o.status in ('pending', 'failed', 'processing') and not coalesce((o.payload ->> 'silent')::boolean, false)
    and not exists (
      select 1 from messages m
      where m.org_id = o.org_id and m.kind = substr(o.topic, 9) and m.dedupe_key = o.key)`;

/** Of an appointment `a`; what waits in the queue included. */
export const TEXTS_OF_APPOINTMENT = newestOfEachKind(sql`
  select ${TEXT} from messages m
  where m.org_id = a.org_id and m.appointment_id = a.id and m.kind <> 'inbound' and m.replaced_by is null
  union all
  ${NOT_YET_A_MESSAGE}`);

/** Of the number of a contact `l`; what waits in the queue for their appointments included. */
export const TEXTS_OF_CONTACT = newestOfEachKind(sql`
  select * from (
    select ${TEXT} from messages m
    where m.org_id = l.org_id and m.to_address = l.phone and m.kind <> 'inbound' and m.replaced_by is null
    order by m.created_at desc limit 50) as latest
  union all
  select waiting.* from appointments a cross join lateral (${NOT_YET_A_MESSAGE}) as waiting
  where a.org_id = l.org_id and a.contact_id = l.id`);

/** Why the contact `l` gets no texts; null where they do. */
export const WHY_NO_TEXT = sql<string | null>`app_private.why_no_text(l.org_id, l.phone)`;
