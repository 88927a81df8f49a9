import { type RawBuilder, sql } from 'kysely';
import { OCCUPYING } from '../booking.queries.ts';

/** What is read for a question about free times, in one statement: rules, sessions, and who is taken when. */
export interface CalendarRow {
  kind: 'rules' | 'sessions' | 'appointments' | 'blocks';
  provider_id: string | null;
  /** `timestamptz[]` as PostgreSQL sends it: thousands of moments in one value. */
  froms: Buffer | null;
  tos: Buffer | null;
  facts: unknown;
}

/** One statement, so that what it says belongs together; inside a transaction or alone. */
export type Ask = <Row>(statement: RawBuilder<Row>) => Promise<Row[]>;

const rules = (orgId: string, now: Date) => sql`
  select 'rules' as kind, null::uuid as provider_id, null::bytea as froms, null::bytea as tos, json_build_object(
    'clinic', (
      select json_build_object('name', name, 'time_zone', time_zone, 'country', country,
        'booking_horizon_days', booking_horizon_days, 'calendar_policy', calendar_policy)
      from organizations where id = ${orgId}),
    'services', (
      select json_agg(json_build_object('id', s.id, 'name', s.name, 'slug', s.slug,
        'duration_minutes', s.duration_minutes, 'active', s.active and s.deleted_at is null,
        'buffer_before_minutes', s.buffer_before_minutes, 'buffer_after_minutes', s.buffer_after_minutes,
        'capacity', s.capacity, 'min_notice_minutes', s.min_notice_minutes, 'horizon_days', s.horizon_days,
        'slot_step_minutes', s.slot_step_minutes,
        'provider_ids', (
          select json_agg(o.provider_id) from service_providers o where o.org_id = ${orgId} and o.service_id = s.id)
        ) order by s.created_at, s.slug)
      from services s where s.org_id = ${orgId}),
    'providers', (
      select json_agg(json_build_object('id', p.id, 'name', p.name, 'hours', p.working_hours::text,
        'breaks', p.breaks::text, 'mirrored', m.provider_id is not null,
        'synced_at', date_part('epoch', m.synced_at) * 1000) order by p.id)
      from providers p left join calendar_mirrors m on m.org_id = p.org_id and m.provider_id = p.id
      where p.org_id = ${orgId} and p.active and p.deleted_at is null),
    'time_off', (
      select json_agg(json_build_object('provider_id', provider_id, 'title', title, 'from', starts_local, 'to', ends_local))
      -- By the wall clock of any zone there is.
      from time_off where org_id = ${orgId} and ends_local > ${now}::timestamptz at time zone 'UTC' - interval '1 day')
  ) as facts`;

// A hold that ran out blocks nobody, whether or not the sweep has come to it.
const stillTaken = sql`status in (${sql.join(OCCUPYING.map((status) => sql.lit(status)))})
  and (status <> 'held' or hold_expires_at is null or hold_expires_at > now())`;

// Nothing is busy for longer than a day: bounded on both sides, the read does not grow with the clinic's history.
const within = (from: Date, to: Date) =>
  sql`busy_from < ${to} and busy_from >= ${from}::timestamptz - interval '1 day' and busy_to > ${from}`;

const taken = (orgId: string, from: Date, to: Date) => sql`
  select 'sessions', null, null, null, json_agg(json_build_object('provider_id', provider_id, 'service', service_type,
    'start', date_part('epoch', scheduled_at) * 1000, 'minutes', duration_minutes,
    'from', date_part('epoch', busy_from) * 1000, 'to', date_part('epoch', busy_to) * 1000, 'seats', seats))
  from (
    select provider_id, service_type, scheduled_at, duration_minutes, session_id,
      min(busy_from) as busy_from, max(busy_to) as busy_to, json_agg(seat) as seats
    from appointments
    where org_id = ${orgId} and ${stillTaken} and seat is not null and ${within(from, to)}
    group by provider_id, service_type, scheduled_at, duration_minutes, session_id) as s
  union all
  select 'appointments', provider_id, array_send(array_agg(busy_from)), array_send(array_agg(busy_to)), null
  from appointments
  where org_id = ${orgId} and ${stillTaken} and seat is null and ${within(from, to)}
  group by provider_id
  union all
  select 'blocks', provider_id, array_send(array_agg(busy_from)), array_send(array_agg(busy_to)), null
  from busy_blocks
  where org_id = ${orgId} and ${within(from, to)}
  group by provider_id`;

/** The clinic's rules alone: what a booking is checked against before the database decides who has the time. */
export const readRules = (orgId: string, now: Date): RawBuilder<CalendarRow> =>
  sql<CalendarRow>`${rules(orgId, now)}`;

/** The rules, and what is taken in a range. */
export const readCalendar = (orgId: string, now: Date, from: Date, to: Date): RawBuilder<CalendarRow> =>
  sql<CalendarRow>`${rules(orgId, now)} union all ${taken(orgId, from, to)}`;

const HALF_A_DAY_MS = 43_200_000;

/** The longest appointment and its buffers reach so far beyond a range of starts. */
export const withBuffers = (from: number, to: number): [Date, Date] => [
  new Date(from - HALF_A_DAY_MS),
  new Date(to + HALF_A_DAY_MS),
];
