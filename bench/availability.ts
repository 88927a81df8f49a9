/**
 * Free times at 1,000,000 appointments and 300,000 busy blocks: 50 clinics of 10 providers, who are asked for all of
 * them over 30 days. Compute and database in one process, then the real route over HTTP, beside a query that tries
 * each candidate with NOT EXISTS, in the same run and on the same rows.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { findAvailability } from '../backend/src/booking/index.ts';
import { systemClock } from '../backend/src/platform/clock.ts';
import { createDatabase } from '../backend/src/platform/database.ts';
import { mintOrgId, type OrgId } from '../backend/src/platform/tenant.ts';
import { seedCalendars } from './support/calendar-seed.ts';
import { addMember, startCluster } from './support/fleet.ts';
import { calendarQueries, planOf } from './support/plans.ts';

const CLINICS = 50;
/** Those that are asked over HTTP; more sign-ups a minute are refused. */
const ASKED = 16;
const CONNECTIONS = 16;
const ROUND_MS = 4_000;
const ROUNDS = 3;
const DAY_MS = 86_400_000;
/** Published design and figures, measured on two cores: two range reads and a sweep in JavaScript. */
const REFERENCE = { p50: 5, p95: 10, perSecond: 170 };

interface Asked {
  orgId: OrgId;
  token: string;
}

const here = dirname(fileURLToPath(import.meta.url));
// Nothing here must survive a crash, and a million rows are written first.
const cluster = await startCluster(['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']);
const web = await addMember('web', cluster);
const database = createDatabase({ url: cluster.runtimeUrl });
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
try {
  const asked: Asked[] = [];
  for (let n = 0; n < ASKED; n += 1) asked.push(await signUp(n));
  const others: string[] = [];
  for (let n = ASKED; n < CLINICS; n += 1) others.push((await cluster.addClinic(`clinic-${n}`)).orgId);
  const ids = [...asked.map(({ orgId }) => orgId), ...others];
  await cluster.owner.query(`update public.organizations set time_zone = 'America/New_York'`);
  const begun = performance.now();
  await seedCalendars(cluster.ownerUrl, ids, { providersEach: 10, weekdays: 125, blocksPerProvider: 600 });
  const counted = await cluster.owner.query<{ appointments: string; blocks: string }>(
    'select (select count(*) from public.appointments) as appointments, (select count(*) from public.busy_blocks) as blocks',
  );
  const [rows = { appointments: '0', blocks: '0' }] = counted.rows;
  console.log(
    `${Number(rows.appointments).toLocaleString('en')} appointments, ${Number(rows.blocks).toLocaleString('en')} busy blocks, ${CLINICS} clinics x 10 providers (seeded in ${Math.round((performance.now() - begun) / 1_000)} s)`,
  );

  const wholeReads: Record<string, string[]> = {};
  for (const query of calendarQueries(ids[0] ?? '', new Date())) {
    const plan = await planOf(database, query);
    wholeReads[query.name] = plan.readWhole;
    const whole = plan.readWhole.length === 0 ? '' : `  READS ${plan.readWhole.join(', ')} FROM END TO END`;
    console.log(`  ${query.name.padEnd(32)} ${plan.ms.toFixed(1).padStart(7)} ms in the database${whole}`);
  }

  const disagreements = await compare(ids.slice(0, 5));
  const ours = await timed(400, (n) => engine(ids[n % ids.length] ?? ''));
  const peer = await timed(15, (n) => notExists(ids[n % ids.length] ?? ''));
  for (let n = 0; n < 2; n += 1) await perSecond(asked);
  const rounds: { rate: number; p95: number }[] = [];
  for (let n = 0; n < ROUNDS; n += 1) rounds.push(await perSecond(asked));
  const [, middle] = rounds.sort((a, b) => a.rate - b.rate);
  const result = {
    rows,
    compute_and_database_ms: { p50: at(ours, 0.5), p95: at(ours, 0.95) },
    not_exists_ms: { p50: at(peer, 0.5), p95: at(peer, 0.95) },
    times_faster_than_not_exists: Number((at(peer, 0.5) / at(ours, 0.5)).toFixed(0)),
    http: { connections: CONNECTIONS, per_second: Math.round(middle?.rate ?? 0), p95_ms: middle?.p95 },
    reference: REFERENCE,
    disagreements,
    whole_reads: wholeReads,
  };
  mkdirSync(join(here, 'results'), { recursive: true });
  writeFileSync(join(here, 'results', 'availability.json'), `${JSON.stringify(result, null, 2)}\n`);
  const { compute_and_database_ms: mine, http } = result;
  console.log(
    `compute and database   p50 ${mine.p50} ms, p95 ${mine.p95} ms (reference ${REFERENCE.p50} and ${REFERENCE.p95}; NOT EXISTS ${result.not_exists_ms.p50} and ${result.not_exists_ms.p95}: ${result.times_faster_than_not_exists} times as long)`,
  );
  console.log(
    `over HTTP              ${http.per_second} requests a second at ${CONNECTIONS} connections, p95 ${http.p95_ms} ms (reference ${REFERENCE.perSecond}, ratio ${(http.per_second / REFERENCE.perSecond).toFixed(1)})`,
  );
  console.log(`times that the two searches do not agree on: ${disagreements}`);
  if (disagreements > 0 || Object.values(wholeReads).some(({ length }) => length > 0)) process.exitCode = 1;
} finally {
  agent.destroy();
  await database.close();
  await web.kill('SIGTERM');
  await cluster.close();
}

/** As the route does it, without HTTP. */
async function engine(id: string): Promise<string[]> {
  const orgId = mintOrgId(id);
  const { slots } = await findAvailability(
    { database, clock: systemClock, slotKey: Buffer.alloc(32, 7) },
    { orgId, userId: null },
    { serviceType: 'consultation', to: new Date(Date.now() + 30 * DAY_MS).toISOString() },
  );
  return slots.map((slot) => `${slot.start} ${slot.provider_id}`);
}

/** The same question, one NOT EXISTS a candidate, with the bounds that help it most. */
async function notExists(id: string): Promise<string[]> {
  const now = new Date();
  const to = new Date(now.getTime() + 30 * DAY_MS);
  // A scalar subquery, because the planner makes one join of all plain NOT EXISTS and then takes minutes.
  const free = (table: 'appointments' | 'busy_blocks') => sql`(
    select 1 from ${sql.table(table)} b
    where b.org_id = p.org_id and b.provider_id = p.id
      ${table === 'appointments' ? sql`and b.status in ('pending', 'held', 'confirmed', 'arrived')` : sql``}
      and b.busy_from < c.at + interval '30 minutes' and b.busy_from >= c.at - interval '1 day' and b.busy_to > c.at
    limit 1) is null`;
  const found = await database.tenantStatement(
    { orgId: mintOrgId(id), userId: null },
    sql<{ at: Date; id: string }>`
      select c.at, p.id from providers p
      cross join generate_series(0, 31) as d
      cross join lateral (select date_trunc('day', ${now}::timestamptz at time zone 'America/New_York') + d * interval '1 day' as day) as l
      cross join lateral generate_series(l.day + interval '9 hours', l.day + interval '16 hours 30 minutes', interval '15 minutes') as g
      cross join lateral (select g at time zone 'America/New_York' as at) as c
      where p.org_id = ${id} and extract(isodow from l.day) < 6 and c.at > ${now} and c.at < ${to}
        and ${free('appointments')} and ${free('busy_blocks')}`,
  );
  return found.map((row) => `${row.at.toISOString()} ${row.id}`);
}

async function compare(some: string[]): Promise<number> {
  let differ = 0;
  for (const id of some) {
    const [mine, theirs] = [new Set(await engine(id)), new Set(await notExists(id))];
    differ += mine.symmetricDifference(theirs).size;
  }
  return differ;
}

async function timed(count: number, work: (n: number) => Promise<unknown>): Promise<number[]> {
  for (let n = 0; n < Math.min(60, count / 3); n += 1) await work(n);
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const begun = performance.now();
    await work(n);
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b);
}

function at(sorted: number[], share: number): number {
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1));
}

async function perSecond(clinics: Asked[]): Promise<{ rate: number; p95: number }> {
  const to = new Date(Date.now() + 30 * DAY_MS).toISOString();
  const end = performance.now() + ROUND_MS;
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, n) => {
      while (performance.now() < end) {
        const begun = performance.now();
        await send('GET', `/api/availability?service_type=consultation&to=${to}`, {
          authorization: `Bearer ${clinics[n % clinics.length]?.token}`,
        });
        times.push(performance.now() - begun);
      }
    }),
  );
  return {
    rate: times.length / (ROUND_MS / 1_000),
    p95: at(
      times.sort((a, b) => a - b),
      0.95,
    ),
  };
}

async function signUp(n: number): Promise<Asked> {
  const account = {
    email: `owner-${n}@clinic.example`,
    password: 'correct horse battery',
    name: 'Owner',
    organization_name: `Clinic ${n}`,
    time_zone: 'America/New_York',
  };
  const made = await send('POST', '/api/auth/sign-up/email', {}, account);
  const cookie = (made.cookies ?? []).map((line) => line.split(';', 1)[0]).join('; ');
  const { token } = JSON.parse((await send('GET', '/api/auth/token', { cookie })).body);
  const me = JSON.parse((await send('GET', '/api/me', { authorization: `Bearer ${token}` })).body);
  return { orgId: mintOrgId(me.org_id), token };
}

function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<{ body: string; cookies: string[] | undefined }> {
  return new Promise((resolve, reject) => {
    const asking = request(
      `${web.url}${path}`,
      { method, agent, headers: { ...headers, ...(body && { 'content-type': 'application/json' }) } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.once('end', () =>
          answer.statusCode === 200
            ? resolve({ body: text, cookies: answer.headers['set-cookie'] })
            : reject(new Error(`${path} answered ${answer.statusCode}: ${text.slice(0, 300)}`)),
        );
      },
    );
    asking.once('error', reject);
    asking.end(body && JSON.stringify(body));
  });
}
