import type { TestApp } from './app.ts';
import type { TestDatabase } from './database.ts';

export type Owner = Awaited<ReturnType<TestApp['signUp']>>;

const MONDAY_TO_FRIDAY = Object.fromEntries(
  ['1', '2', '3', '4', '5'].map((day) => [day, [['09:00', '17:00']]]),
);

/** A weekday some weeks ahead, in the afternoon of Europe and the morning of New York. */
function weekdayAhead(days: number): Date {
  const day = new Date(Date.now() + days * 86_400_000);
  while (day.getUTCDay() === 0 || day.getUTCDay() === 6) day.setUTCDate(day.getUTCDate() + 1);
  day.setUTCHours(15, 0, 0, 0);
  return day;
}

/** A clinic with rows of every kind that has an id: what its people make over HTTP, and what calls and providers bring. */
export async function fillClinic(app: TestApp, db: TestDatabase): Promise<Owner> {
  const owner = await app.signUp({ organization_name: 'Next Door Dental', time_zone: 'America/New_York' });
  const make = async (url: string, body: object) => {
    const answer = await app.post(url, body, owner.bearer);
    if (answer.statusCode >= 300) throw new Error(`POST ${url} was refused: ${answer.body}`);
    return answer.body === '' ? {} : answer.json();
  };
  const provider = await make('/api/providers', { name: 'Dr. Next Door', working_hours: MONDAY_TO_FRIDAY });
  await make('/api/services', { name: 'Whitening', duration_minutes: 30 });
  await make('/api/time-off', {
    provider_id: provider.id,
    title: 'Conference',
    starts_local: '2031-01-06',
    ends_local: '2031-01-07',
  });
  const at = weekdayAhead(14).toISOString();
  await make('/api/appointments', {
    name: 'Nora Next',
    phone: '+14155550132',
    service_type: 'consultation',
    scheduled_at: at,
  });
  await make('/api/holds', {
    service_type: 'consultation',
    scheduled_at: weekdayAhead(15).toISOString(),
    minutes: 5,
  });
  await make('/api/waitlist', { name: 'Nora Next', phone: '+14155550132', service_type: 'consultation' });
  await make('/api/sms', { to: '+14155550132', body: 'See you on Monday' });
  await make('/api/invitations', { email: 'invited@example.com', role: 'staff' });
  await make('/api/api-keys', { name: 'Website', scopes: ['read'] });
  await make(`/api/providers/${provider.id}/feed`, {});
  await db.owner.query(`insert into public.calls (org_id, vapi_call_id) values ($1, 'call-next-door')`, [
    owner.orgId,
  ]);
  await db.owner.query(
    `insert into public.tasks (org_id, name, phone, message, repeat_key)
     values ($1, 'Nora Next', '+14155550132', 'Call back', 'next-door')`,
    [owner.orgId],
  );
  return owner;
}

/** Ids of everything a clinic has, by table. */
export async function idsOf(db: TestDatabase, orgId: string): Promise<Map<string, string[]>> {
  const { rows: tables } = await db.owner.query<{ name: string; key: string }>(`
    select c.oid::regclass::text as name, min(k.attname) as key from pg_class c
    join pg_attribute o on o.attrelid = c.oid and o.attname = 'org_id'
    join pg_attribute k on k.attrelid = c.oid and k.attname in ('id', 'user_id') and k.atttypid = 'uuid'::regtype
    where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'app_private'::regnamespace)
    group by 1 order by 1`);
  const ids = new Map([['organizations', [orgId]]]);
  for (const { name, key } of tables) {
    const { rows } = await db.owner.query<{ id: string }>(
      `select ${key}::text as id from ${name} where org_id = $1 order by 1 limit 2`,
      [orgId],
    );
    if (rows.length > 0)
      ids.set(
        name,
        rows.map(({ id }) => id),
      );
  }
  return ids;
}

/** One line for all rows of a clinic: the same before and after means that no one changed anything. */
export async function fingerprintOf(db: TestDatabase, orgId: string): Promise<Record<string, string>> {
  const { rows: tables } = await db.owner.query<{ name: string }>(`
    select c.oid::regclass::text as name from pg_class c
    join pg_attribute o on o.attrelid = c.oid and o.attname = 'org_id'
    where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'app_private'::regnamespace) order by 1`);
  const prints: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await db.owner.query<{ print: string }>(
      `select count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by t::text)), '') as print
       from ${name} t where org_id = $1`,
      [orgId],
    );
    prints[name] = rows[0]?.print ?? '';
  }
  return prints;
}
