/**
 * Two processes, one clinic, everyone at once: bookings, moves, cancellations and their undoing, holds and their
 * confirming, and busy times of a linked calendar, on overlapping windows with buffers. No two rows may overlap, none may
 * lie on a busy time that was there before it, no one may hear of a deadlock, and the losers hear of other times.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addMember, startCluster } from './support/fleet.ts';
import { type Answer, inParallel, openFrontDesk, quantile } from './support/front-desk.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    requests: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
  },
});
const REQUESTS = Number(values.requests);
const AT_ONCE = 64;
const PROVIDERS = 3;
const DAYS = 3;
const DAY_MS = 86_400_000;

// Mulberry32: the same requests in the same order for the same seed.
let state = Number(values.seed);
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}
const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];

const cluster = await startCluster();
// One deployment has one address, and its tokens are good at each of its processes.
const env = { PUBLIC_URL: 'http://localhost:1' };
const webs = [await addMember('web', cluster, env), await addMember('web', cluster, env)];
const desk = await openFrontDesk(webs[0]?.url ?? '', AT_ONCE);
await cluster.owner.query(
  `update public.services set buffer_before_minutes = 5, buffer_after_minutes = 10 where org_id = $1`,
  [desk.orgId],
);
const hours = JSON.stringify(
  Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, [['08:00', '18:00']]])),
);
await cluster.owner.query('update public.providers set working_hours = $2 where org_id = $1', [
  desk.orgId,
  hours,
]);
await cluster.owner.query(
  `insert into public.providers (org_id, name, working_hours) select $1, 'Provider ' || n, $3 from generate_series(2, $2::int) as n`,
  [desk.orgId, PROVIDERS, hours],
);
const { rows } = await cluster.owner.query('select id from public.providers where org_id = $1', [desk.orgId]);
const providers: string[] = rows.map(({ id }) => id);

const firstDay = Math.ceil(Date.now() / DAY_MS) * DAY_MS + DAY_MS;
/** On the quarter, so that thirty minutes with buffers meet their neighbours in every way. */
const someTime = () =>
  new Date(
    firstDay + Math.floor(random() * DAYS) * DAY_MS + (32 + Math.floor(random() * 36)) * 900_000,
  ).toISOString();

const appointments: string[] = [];
const cancelled: string[] = [];
const holds: string[] = [];
const outcomes: Record<string, number> = {};
const waits: number[] = [];
const faults: string[] = [];
/** Busy times, and since when each has surely been there for everyone. */
const known: { id: string; since: string }[] = [];

type Kind = 'book' | 'move' | 'cancel' | 'undo' | 'hold' | 'confirm' | 'busy';
const KINDS: readonly Kind[] = [
  'book',
  'book',
  'book',
  'book',
  'move',
  'move',
  'cancel',
  'cancel',
  'undo',
  'hold',
  'confirm',
  'busy',
];
const plan = Array.from({ length: REQUESTS }, (_, n) => ({
  n,
  kind: pick(KINDS) ?? 'book',
  at: someTime(),
  whose: random(),
  provider: random() < 0.5 ? pick(providers) : undefined,
}));

const wanted: Record<Kind, readonly number[]> = {
  book: [201, 409],
  move: [200, 409],
  cancel: [200, 409],
  undo: [200, 409],
  hold: [201, 409],
  confirm: [201, 409],
  busy: [],
};

function judge(kind: Kind, answer: Answer): void {
  const name = `${kind} ${answer.status}${answer.body?.code ? ` ${answer.body.code}` : ''}`;
  outcomes[name] = (outcomes[name] ?? 0) + 1;
  waits.push(answer.ms);
  if (!wanted[kind].includes(answer.status))
    faults.push(`${name}: ${JSON.stringify(answer.body).slice(0, 300)}`);
  if (answer.body?.code === 'SLOT_UNAVAILABLE' && !(answer.body.alternatives?.length >= 2))
    faults.push(`${name} without alternatives`);
}

/** As the calendar sync does: it reports what is taken, and does not ask. */
async function busyBlock(at: string, provider: string | undefined): Promise<void> {
  const id = `block-${known.length + 1}`;
  const block = { id, since: 'infinity' };
  known.push(block);
  await cluster.owner.query(
    `insert into public.busy_blocks (org_id, provider_id, external_id, busy_from, busy_to)
     values ($1, $2, $3, $4, $4::timestamptz + interval '20 minutes')`,
    [desk.orgId, provider ?? providers[0], id, at],
  );
  const { rows } = await cluster.owner.query('select clock_timestamp()::text as since');
  block.since = rows[0].since;
}

const patient = (n: number) => ({
  name: 'Maria Lopez',
  phone: `+1415555${String(n % 10_000).padStart(4, '0')}`,
  service_type: 'consultation',
});

const begun = performance.now();
await inParallel(REQUESTS, AT_ONCE, async (n) => {
  const { kind, at, whose, provider } = plan[n] as (typeof plan)[number];
  const url = webs[n % webs.length]?.url ?? '';
  const one = (ids: string[]) => Math.floor(whose * ids.length);
  const chosen = provider === undefined ? {} : { provider_id: provider };
  const ask = async (method: 'POST' | 'PATCH', path: string, body: object, as = kind) => {
    const answer = await desk.ask(url, method, path, body);
    judge(as, answer);
    return answer;
  };
  if (kind === 'busy') return busyBlock(at, provider);
  if (kind === 'hold') {
    const held = await ask('POST', '/api/holds', {
      service_type: 'consultation',
      scheduled_at: at,
      ...chosen,
    });
    if (held.status === 201) holds.push(held.body.hold_id);
    return;
  }
  if (kind === 'move' && appointments.length > 0) {
    const id = appointments[one(appointments)];
    await ask('PATCH', `/api/appointments/${id}`, { scheduled_at: at, ...chosen });
    return;
  }
  if (kind === 'cancel' && appointments.length > 0) {
    const [id = ''] = appointments.splice(one(appointments), 1);
    await ask('POST', `/api/appointments/${id}/cancel`, {});
    cancelled.push(id);
    return;
  }
  if (kind === 'undo' && cancelled.length > 0) {
    const [id = ''] = cancelled.splice(one(cancelled), 1);
    if ((await ask('POST', `/api/appointments/${id}/undo`, {})).status === 200) appointments.push(id);
    return;
  }
  const hold = kind === 'confirm' ? holds.shift() : undefined;
  const place = hold === undefined ? { scheduled_at: at, ...chosen } : { hold_id: hold };
  const as = hold === undefined ? 'book' : 'confirm';
  const booked = await ask('POST', '/api/appointments', { ...patient(n), ...place }, as);
  if (booked.status === 201) appointments.push(booked.body.appointment_id);
});
const seconds = (performance.now() - begun) / 1_000;

const { rows: overlaps } = await cluster.owner.query(
  `select count(*)::int as n from public.appointments a join public.appointments b
     on a.org_id = b.org_id and a.provider_id = b.provider_id and a.id < b.id
     and tstzrange(a.busy_from, a.busy_to) && tstzrange(b.busy_from, b.busy_to)
   where a.status in ('pending', 'held', 'confirmed', 'arrived') and b.status in ('pending', 'held', 'confirmed', 'arrived')`,
);
// A change is dated by the beginning of its transaction, so it has seen all that was there by then. A hold that is
// confirmed takes no time again.
const { rows: onBusy } = await cluster.owner.query(
  `select count(*)::int as n from public.appointments a join public.busy_blocks b
     on a.org_id = b.org_id and a.provider_id = b.provider_id
     and tstzrange(a.busy_from, a.busy_to) && tstzrange(b.busy_from, b.busy_to)
   join unnest($1::text[], $2::timestamptz[]) as known (id, since) on known.id = b.external_id
   where a.status in ('pending', 'held', 'confirmed', 'arrived')
     and known.since < case when a.hold_expires_at is null then a.updated_at else a.created_at end`,
  [known.map(({ id }) => id), known.map(({ since }) => since)],
);
const result = {
  seed: Number(values.seed),
  requests: REQUESTS,
  overlapping_rows: overlaps[0]?.n as number,
  on_busy_times: onBusy[0]?.n as number,
  faults: faults.length,
  outcomes,
  busy_blocks: known.length,
  per_second: Math.round(REQUESTS / seconds),
  ms: { p50: Math.round(quantile(waits, 0.5)), p99: Math.round(quantile(waits, 0.99)) },
};
desk.end();
for (const web of webs) await web.kill('SIGTERM');
await cluster.close();
const results = join(import.meta.dirname, 'results');
mkdirSync(results, { recursive: true });
writeFileSync(join(results, 'races.json'), `${JSON.stringify(result, null, 2)}\n`);
if (values.json) console.log(JSON.stringify({ ...result, first_faults: faults.slice(0, 5) }));
else {
  console.log(
    `${REQUESTS} requests, ${AT_ONCE} at once, over two processes (seed ${result.seed}): ${result.per_second}/s`,
  );
  for (const [name, count] of Object.entries(outcomes).sort()) console.log(`  ${name.padEnd(32)} ${count}`);
  console.log(
    `overlapping rows ${result.overlapping_rows}, on busy times ${result.on_busy_times}, answers that should not be ${result.faults}`,
  );
  for (const fault of faults.slice(0, 5)) console.log(`  ${fault}`);
  console.log(`wait p50 ${result.ms.p50} ms, p99 ${result.ms.p99} ms`);
}
process.exitCode = result.overlapping_rows === 0 && result.on_busy_times === 0 && faults.length === 0 ? 0 : 1;
