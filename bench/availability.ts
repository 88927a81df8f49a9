/**
 * `npm run bench -- availability [clinics]`: free times at 1,000,000 appointments and 300,000 busy blocks (50 clinics of
 * 10 providers), all ten asked for over 30 days. Compute and database in one process, then the real route over HTTP;
 * beside them, in the same run and on the same rows, the reference design and a query that tries each candidate with
 * NOT EXISTS. Seeding takes a minute, longer on a busy machine.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { findAvailability } from '../backend/src/availability/find-availability.ts';
import { systemClock } from '../backend/src/platform/clock.ts';
import { createDatabase } from '../backend/src/platform/database.ts';
import { dayNumberOf, instantAt, localDay } from '../backend/src/platform/local-time/local-day.ts';
import { mintOrgId, type OrgId } from '../backend/src/platform/tenant.ts';
import { seedCalendars } from './support/calendar-seed.ts';
import { addMember, startCluster } from './support/fleet.ts';
import { tokenOf } from './support/front-desk.ts';
import { calendarQueries, timedPlanOf } from './support/plans.ts';

const CLINICS = Number(process.argv[2] ?? 50);
/** Those that are asked over HTTP; more sign-ups a minute are refused. */
const ASKED = Math.min(16, CLINICS);
const CONNECTIONS = 16;
const ROUND_MS = 4_000;
const ROUNDS = 3;
const DAY_MS = 86_400_000;
const SLOT_MS = 30 * 60_000;
/** Published figures of the reference design on two idle cores; the same design is measured here beside ours. */
const PUBLISHED = { p50: 5, p95: 10, perSecond: 170 };

interface Asked {
  orgId: OrgId;
  cookie: string;
  token: string;
}

const here = dirname(fileURLToPath(import.meta.url));
// Nothing here must survive a crash, and a million rows are written first.
const cluster = await startCluster(['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']);
const web = await addMember('web', cluster);
const database = createDatabase({ url: cluster.runtimeUrl, maxConnections: CONNECTIONS });
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
    const plan = await timedPlanOf(cluster.ownerUrl, query);
    wholeReads[query.name] = plan.readWhole;
    const whole = plan.readWhole.length === 0 ? '' : `  READS ${plan.readWhole.join(', ')} FROM END TO END`;
    console.log(`  ${query.name.padEnd(32)} ${plan.ms.toFixed(1).padStart(7)} ms in the database${whole}`);
  }

  const disagreements = await compare(ids.slice(0, 5));
  // In turns, so that a busy machine is as busy for each.
  const ours: number[] = [];
  const design: number[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    ours.push(...(await timed(80, (n) => engine(ids[n % ids.length] ?? ''))));
    design.push(...(await timed(80, (n) => referenceDesign(ids[n % ids.length] ?? ''))));
  }
  const peer = await timed(15, (n) => notExists(ids[n % ids.length] ?? ''));
  // On a busy machine those of the sign-up have run out by now.
  for (const clinic of asked) clinic.token = await tokenOf(web.url, clinic.cookie);
  const rates = { http: [] as Rate[], engine: [] as Rate[], design: [] as Rate[] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const http = await perSecond((n) => overHttp(asked[n % asked.length]));
    const inProcess = await perSecond((n) => engine(ids[n % ids.length] ?? ''));
    const reference = await perSecond((n) => referenceDesign(ids[n % ids.length] ?? ''));
    // The first round warms up.
    if (round === 0) continue;
    rates.http.push(http);
    rates.engine.push(inProcess);
    rates.design.push(reference);
  }
  const result = {
    rows,
    compute_and_database_ms: { p50: at(ours, 0.5), p95: at(ours, 0.95) },
    reference_design_ms: { p50: at(design, 0.5), p95: at(design, 0.95), published: PUBLISHED },
    not_exists_ms: { p50: at(peer, 0.5), p95: at(peer, 0.95) },
    ratio_to_reference_design: ratio(at(ours, 0.5), at(design, 0.5)),
    ratio_to_not_exists: ratio(at(ours, 0.5), at(peer, 0.5)),
    at_16_connections: {
      http: median(rates.http),
      in_process: median(rates.engine),
      reference_design_in_process: median(rates.design),
    },
    disagreements,
    whole_reads: wholeReads,
  };
  mkdirSync(join(here, 'results'), { recursive: true });
  writeFileSync(join(here, 'results', 'availability.json'), `${JSON.stringify(result, null, 2)}\n`);
  const { compute_and_database_ms: mine, reference_design_ms: theirs, not_exists_ms: slow } = result;
  const { http, in_process: direct, reference_design_in_process: reference } = result.at_16_connections;
  console.log(
    `compute and database   p50 ${mine.p50} ms, p95 ${mine.p95} ms
  reference design     p50 ${theirs.p50} ms, p95 ${theirs.p95} ms (ours takes ${result.ratio_to_reference_design} of it; published ${PUBLISHED.p50} and ${PUBLISHED.p95})
  NOT EXISTS           p50 ${slow.p50} ms, p95 ${slow.p95} ms (ours takes ${result.ratio_to_not_exists} of it)
at ${CONNECTIONS} connections      ${http.rate} requests a second over HTTP, p95 ${http.p95} ms (published ${PUBLISHED.perSecond} without HTTP)
  without HTTP         ${direct.rate} a second, p95 ${direct.p95} ms; reference design ${reference.rate}, p95 ${reference.p95} ms`,
  );
  console.log(`times that the searches do not agree on: ${disagreements}`);
  if (disagreements > 0 || Object.values(wholeReads).some(({ length }) => length > 0)) process.exitCode = 1;
} finally {
  agent.destroy();
  await database.close();
  await web.kill('SIGTERM');
  await cluster.close();
}

/** As the route does it, without HTTP. */
async function engine(id: string, now = new Date()): Promise<string[]> {
  const orgId = mintOrgId(id);
  const { slots } = await findAvailability(
    { database, clock: { ...systemClock, now: () => now }, slotKey: Buffer.alloc(32, 7) },
    { orgId, userId: null },
    { serviceType: 'consultation', to: new Date(now.getTime() + 30 * DAY_MS).toISOString() },
  );
  return slots.map((slot) => `${slot.start} ${slot.provider_id}`);
}

/** The same question, one NOT EXISTS a candidate, with the bounds that help it most. */
async function notExists(id: string, now = new Date()): Promise<string[]> {
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

/**
 * The reference design as it is published: two range reads whose rows go to the client, and an integer sweep. It knows
 * one opening time and none of the other rules.
 */
async function referenceDesign(id: string, moment = new Date()): Promise<string[]> {
  const now = moment.getTime();
  const [from, to] = [new Date(now), new Date(now + 30 * DAY_MS)];
  // What begins after the last start can be in its way.
  const until = new Date(to.getTime() + SLOT_MS);
  const range = (table: 'appointments' | 'busy_blocks') => sql`
    select provider_id, date_part('epoch', busy_from) * 1000 as busy_from, date_part('epoch', busy_to) * 1000 as busy_to
    from ${sql.table(table)} where org_id = ${id}
      ${table === 'appointments' ? sql`and status in ('pending', 'held', 'confirmed', 'arrived')` : sql``}
      and busy_from < ${until} and busy_from >= ${from}::timestamptz - interval '1 day' and busy_to > ${from}`;
  const rows = await database.tenantStatement(
    { orgId: mintOrgId(id), userId: null },
    sql<{ provider_id: string; busy_from: number; busy_to: number }>`
      ${range('appointments')} union all ${range('busy_blocks')}
      union all select id, 0, 0 from providers where org_id = ${id}`,
  );
  const busy = new Map<string, { busy_from: number; busy_to: number }[]>();
  for (const row of rows) {
    const mine = busy.get(row.provider_id);
    if (mine) mine.push(row);
    else busy.set(row.provider_id, [row]);
  }
  const free: string[] = [];
  const today = dayNumberOf(now, 'America/New_York');
  for (const [provider, mine] of busy) {
    mine.sort((a, b) => a.busy_from - b.busy_from);
    let next = 0;
    for (let number = today; number <= today + 30; number += 1) {
      const day = localDay(number, 'America/New_York');
      if (day.weekday > 5) continue;
      for (let minute = 540; minute <= 990; minute += 15) {
        const start = instantAt(day, minute) ?? 0;
        if (start <= now || start >= to.getTime()) continue;
        while (next < mine.length && (mine[next]?.busy_to ?? 0) <= start) next += 1;
        let taken = false;
        for (
          let index = next;
          index < mine.length && (mine[index]?.busy_from ?? 0) < start + SLOT_MS;
          index += 1
        ) {
          if ((mine[index]?.busy_to ?? 0) > start) taken = true;
        }
        if (!taken) free.push(`${new Date(start).toISOString()} ${provider}`);
      }
    }
  }
  return free;
}

async function compare(some: string[]): Promise<number> {
  let differ = 0;
  // One moment for all: a quarter of an hour that ends in between isn't a disagreement.
  const now = new Date();
  for (const id of some) {
    const mine = new Set(await engine(id, now));
    for (const theirs of [await notExists(id, now), await referenceDesign(id, now)]) {
      differ += mine.symmetricDifference(new Set(theirs)).size;
    }
  }
  return differ;
}

async function timed(count: number, work: (n: number) => Promise<unknown>): Promise<number[]> {
  for (let n = 0; n < Math.min(40, count / 3); n += 1) await work(n);
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const begun = performance.now();
    await work(n);
    times.push(performance.now() - begun);
  }
  return times;
}

function ratio(ours: number, theirs: number): number {
  return Number((ours / theirs).toPrecision(2));
}

function at(times: number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1));
}

interface Rate {
  rate: number;
  p95: number;
}

function median(rounds: Rate[]): Rate {
  const sorted = rounds.toSorted((a, b) => a.rate - b.rate);
  return sorted[Math.floor(sorted.length / 2)] ?? { rate: 0, p95: 0 };
}

async function perSecond(work: (n: number) => Promise<unknown>): Promise<Rate> {
  const end = performance.now() + ROUND_MS;
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, n) => {
      while (performance.now() < end) {
        const begun = performance.now();
        await work(n);
        times.push(performance.now() - begun);
      }
    }),
  );
  return { rate: Math.round(times.length / (ROUND_MS / 1_000)), p95: at(times, 0.95) };
}

function overHttp(clinic: Asked | undefined) {
  const to = new Date(Date.now() + 30 * DAY_MS).toISOString();
  return send('GET', `/api/availability?service_type=consultation&to=${to}`, {
    authorization: `Bearer ${clinic?.token}`,
  });
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
  const token = await tokenOf(web.url, cookie);
  const me = JSON.parse((await send('GET', '/api/me', { authorization: `Bearer ${token}` })).body);
  return { orgId: mintOrgId(me.org_id), cookie, token };
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
