/**
 * What a booking over HTTP costs: authentication, validation, the clinic's rules, the atomic function, audit and outbox,
 * beside the bare SQL function called through `pg` at the same concurrency, in the same run. All on different slots.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { addMember, startCluster } from './support/fleet.ts';
import { inParallel, openFrontDesk, quantile } from './support/front-desk.ts';

const CONNECTIONS = 16;
const BOOKINGS = 1_500;
const ROUNDS = 3;
const PROVIDERS = 10;
const SLOTS_A_DAY = 16;
const SLOT_MS = 30 * 60_000;
const DAY_MS = 86_400_000;

const cluster = await startCluster();
const web = await addMember('web', cluster);
const desk = await openFrontDesk(web.url, CONNECTIONS);
const { rows } = await cluster.owner.query(
  `with added as (
     insert into public.providers (org_id, name, working_hours)
     select $1, 'Provider ' || n, (select jsonb_object_agg(day::text, '[["08:00","16:00"]]'::jsonb) from generate_series(1, 7) as day)
     from generate_series(1, $2::int) as n returning id)
   select id from added`,
  [desk.orgId, PROVIDERS],
);
const providers: string[] = rows.map(({ id }) => id);
const pool = new pg.Pool({ connectionString: cluster.ownerUrl, max: CONNECTIONS });
const firstDay = Math.ceil(Date.now() / DAY_MS) * DAY_MS + DAY_MS;

/** Every number is another slot; neighbours are of other providers. */
let taken = 0;
function nextSlot(): { provider: string; at: string; phone: string; name: string } {
  const n = taken;
  taken += 1;
  const slot = Math.floor(n / PROVIDERS);
  const at =
    firstDay + Math.floor(slot / SLOTS_A_DAY) * DAY_MS + 8 * 3_600_000 + (slot % SLOTS_A_DAY) * SLOT_MS;
  return {
    provider: providers[n % PROVIDERS] ?? '',
    at: new Date(at).toISOString(),
    phone: `+1415555${String(n % 10_000).padStart(4, '0')}`,
    name: `Maria Lopez${String.fromCharCode(97 + (n % 26), 97 + (Math.floor(n / 26) % 26))}`,
  };
}

async function overHttp(): Promise<{ perSecond: number; waits: number[] }> {
  const waits: number[] = [];
  const begun = performance.now();
  await inParallel(BOOKINGS, CONNECTIONS, async () => {
    const { provider, at, phone, name } = nextSlot();
    const answer = await desk.ask(web.url, 'POST', '/api/appointments', {
      name,
      phone,
      service_type: 'consultation',
      scheduled_at: at,
      provider_id: provider,
    });
    if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    waits.push(answer.ms);
  });
  return { perSecond: BOOKINGS / ((performance.now() - begun) / 1_000), waits };
}

async function bare(): Promise<{ perSecond: number; waits: number[] }> {
  const waits: number[] = [];
  const begun = performance.now();
  await inParallel(BOOKINGS, CONNECTIONS, async () => {
    const { provider, at, phone, name } = nextSlot();
    const asked = performance.now();
    const { rows: answers } = await pool.query(
      `select public.book_appointment_atomic($1, $2, null, $3, 'consultation', $4, 30, p_provider_ids => array[$5::uuid]) as answer`,
      [desk.orgId, name, phone, at, provider],
    );
    waits.push(performance.now() - asked);
    if (answers[0]?.answer.success !== true) throw new Error(JSON.stringify(answers[0]?.answer));
  });
  return { perSecond: BOOKINGS / ((performance.now() - begun) / 1_000), waits };
}

const median = (values: number[]) => quantile(values, 0.5);
// One round of each to warm both up.
await overHttp();
await bare();
// As autovacuum does within the first minute: a plan that was made for empty tables is not what a clinic has.
await cluster.owner.query('vacuum (analyze)');
const http: Awaited<ReturnType<typeof overHttp>>[] = [];
const sql: Awaited<ReturnType<typeof bare>>[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  http.push(await overHttp());
  sql.push(await bare());
}
const waits = http.flatMap((round) => round.waits);
const bareWaits = sql.flatMap((round) => round.waits);
const httpRate = median(http.map(({ perSecond }) => perSecond));
const bareRate = median(sql.map(({ perSecond }) => perSecond));
const result = {
  http_per_second: Math.round(httpRate),
  bare_function_per_second: Math.round(bareRate),
  ratio: Number((httpRate / bareRate).toFixed(2)),
  http_ms: { p50: Number(median(waits).toFixed(1)), p95: Number(quantile(waits, 0.95).toFixed(1)) },
  bare_ms: { p50: Number(median(bareWaits).toFixed(1)), p95: Number(quantile(bareWaits, 0.95).toFixed(1)) },
};
desk.end();
await pool.end();
await web.kill('SIGTERM');
await cluster.close();
const results = join(import.meta.dirname, 'results');
mkdirSync(results, { recursive: true });
writeFileSync(join(results, 'booking.json'), `${JSON.stringify(result, null, 2)}\n`);
console.log(
  `bookings a second at ${CONNECTIONS} connections: ${result.http_per_second} over HTTP, ${result.bare_function_per_second} of the bare function; ratio ${result.ratio} (aim 0.5)`,
);
console.log(
  `wait: p50 ${result.http_ms.p50} ms, p95 ${result.http_ms.p95} ms (aim p95 < 50); bare p50 ${result.bare_ms.p50}, p95 ${result.bare_ms.p95}`,
);
