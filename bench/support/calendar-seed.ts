import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export interface CalendarSeed {
  providersEach: number;
  /** Half-hours from 9 to 5 on as many weekdays, around today. */
  weekdays: number;
  blocksPerProvider: number;
}

/** Hours of each day, UTC, in which no seeded time lies: what is booked and moved for a plan must not meet one. */
export const QUIET_HOURS = { from: 2, until: 7 } as const;
const QUIET = QUIET_HOURS.until - QUIET_HOURS.from;

/** Half-hours of a day from nine to five. */
const SLOTS_A_DAY = 16;

/**
 * Clinics that are nearly booked out, in the past and to come; about one in 50 appointments was cancelled, and the
 * blocks of the linked calendars lie anywhere but in the quiet hours. Written in bulk, in the order in which time passes.
 */
export async function seedCalendars(
  ownerUrl: string,
  ids: string[],
  { providersEach, weekdays, blocksPerProvider }: CalendarSeed,
): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    // Triggers and the exclusion index cost minutes in bulk; neither is read by what is measured here.
    await owner.query('set session_replication_role = replica');
    await owner.query('alter table public.appointments drop constraint appointments_no_overlap');
    for (const statement of [
      `insert into public.providers (org_id, name)
        select o, 'Dr. ' || n from unnest($1::uuid[]) as o, generate_series(2, ${providersEach}) as n`,
      `insert into public.leads (org_id, name, phone) select o, 'Patient', '+14155550132' from unnest($1::uuid[]) as o`,
      // In the order of their making, as a clinic's table would be: by day, not by provider.
      `insert into public.appointments (org_id, provider_id, contact_id, service_type, scheduled_at,
          duration_minutes, busy_from, busy_to, status)
        select p.org_id, p.id, l.id, 'consultation', at, 30, at, at + interval '30 minutes',
          case when abs(hashint8(extract(epoch from at)::int8 # hashtext(p.id::text)::int8)) % 50 = 0
            then 'cancelled' else 'confirmed' end
        from generate_series(0, ${weekdays - 1}) as d
          cross join lateral (select date_trunc('week', now() at time zone 'America/New_York')
            + (d / 5 - ${Math.floor(weekdays / 10)}) * interval '7 days' + (d % 5) * interval '1 day') as day (local)
          cross join generate_series(0, ${SLOTS_A_DAY - 1}) as s
          cross join lateral (select (day.local + interval '9 hours' + s * interval '30 minutes')
            at time zone 'America/New_York') as slot (at)
          cross join public.providers p join public.leads l using (org_id)
        where p.org_id = any ($1::uuid[])`,
      `insert into public.busy_blocks (org_id, provider_id, external_id, busy_from, busy_to)
        select p.org_id, p.id, 'event-' || n, moved.at, moved.at + interval '45 minutes'
        from generate_series(1, ${blocksPerProvider}) as n cross join public.providers p
          cross join lateral (select date_trunc('minute', now())
            + ((n * 7919 + abs(hashtext(p.id::text)::int8)) % ${weekdays * 2016} - ${weekdays * 1008}) * interval '1 minute')
            as slot (at)
          cross join lateral (select slot.at + case
            when ((slot.at + interval '45 minutes') at time zone 'utc')::time > '${hour(QUIET_HOURS.from)}'
              and (slot.at at time zone 'utc')::time < '${hour(QUIET_HOURS.until)}' then interval '${QUIET} hours 45 minutes'
            else interval '0' end) as moved (at)
        where p.org_id = any ($1::uuid[])`,
      `insert into public.calendar_mirrors (org_id, provider_id, synced_at)
        select org_id, id, now() from public.providers where org_id = any ($1::uuid[])`,
    ]) {
      await owner.query(statement, statement.includes('$1') ? [ids] : []);
    }
    await settle(owner);
  } finally {
    await owner.end();
  }
}

function hour(n: number): string {
  return `${String(n).padStart(2, '0')}:00`;
}

/** As autovacuum leaves a table behind; while something else still sees the rows being written, it cannot yet. */
async function settle(owner: pg.Client): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    await owner.query('vacuum (analyze) public.appointments, public.busy_blocks, public.providers');
    const { rows } = await owner.query<{ settled: boolean }>(
      `select bool_and(relallvisible = relpages) as settled from pg_class
       where oid in ('public.appointments'::regclass, 'public.busy_blocks'::regclass)`,
    );
    if (rows[0]?.settled) return;
    await sleep(200);
  }
}
