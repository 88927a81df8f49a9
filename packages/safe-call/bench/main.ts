/**
 * `node main.ts [rounds]`: every variant in its own process, all once a round, CPU time, medians. Writes
 * bench/results/safe-call.json in the root and prints the ratios against the targets.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { measureRedis } from './redis.ts';
import { variants } from './variants.ts';

const rounds = Number(process.argv[2] ?? 5);
const results = new URL('../../../bench/results/', import.meta.url);
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Bytes need a young generation that is not collected in the meantime; times are taken as people run Node. */
const HEAP = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'];

function run<T>(flags: string[], script: string, ...args: string[]): T {
  const file = fileURLToPath(new URL(script, import.meta.url));
  return JSON.parse(execFileSync(process.execPath, [...flags, file, ...args], { encoding: 'utf8' })) as T;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

const names = Object.keys(variants);
const measured = new Map<string, number[]>(names.map((name) => [name, []]));
for (let round = 1; round <= rounds; round++) {
  say(`round ${round} of ${rounds}`);
  for (const name of names) measured.get(name)?.push(run<number>([], 'measure.ts', 'ns', name));
}

const ns = (name: string) => median(measured.get(name) ?? []);
/** Ratios are taken within a round, where the machine is the same for both. */
const ratio = (name: string, to: string) => {
  const other = measured.get(to) ?? [];
  return median((measured.get(name) ?? []).map((one, round) => one / (other[round] ?? Number.NaN)));
};

say('\nvariant | ns | x bare | bytes a call');
for (const name of names) {
  const bytes = run<number>(HEAP, 'measure.ts', 'bytes', name);
  say(`${name} | ${ns(name).toFixed(0)} | ${ratio(name, 'bare call').toFixed(1)} | ${bytes}`);
}

interface Rest {
  bytes: number;
  timers: number;
  idlePercent: number;
}
const rest: Record<string, Rest> = {};
for (const library of ['safe-call', 'cockatiel', 'opossum']) {
  for (const health of ['healthy', 'sick'])
    rest[`${library}, ${health}`] = run<Rest>(['--expose-gc'], 'heap.ts', library, health);
}
say('\n10,000 keys | bytes a key | timers | idle CPU %');
for (const [name, { bytes, timers, idlePercent }] of Object.entries(rest)) {
  say(`${name} | ${bytes} | ${timers} | ${idlePercent}`);
}

const redis = await measureRedis();
if (redis === undefined) say('\nRedis: left out, redis-server is not installed');
else say(`\nRedis: "open" reaches another process in ${redis.p50} ms (p99 ${redis.p99} ms)`);

const atRest = (name: string) => rest[name]?.bytes ?? Number.NaN;
const targets: [name: string, value: number, limit: number, kind: 'least' | 'most'][] = [
  ['healthy: cheaper than cockatiel, times', ratio('healthy: cockatiel', 'healthy: safe-call'), 10, 'least'],
  [
    'healthy: cheaper than p-retry + opossum, times',
    ratio('healthy: p-retry + opossum', 'healthy: safe-call'),
    2,
    'least',
  ],
  [
    '10k tenants: cheaper than cockatiel, times',
    ratio('10k tenants: cockatiel', '10k tenants: safe-call'),
    14,
    'least',
  ],
  [
    '10k tenants: cheaper than opossum, times',
    ratio('10k tenants: opossum (no retry)', '10k tenants: safe-call'),
    9,
    'least',
  ],
  ['10k tenants: times one key', ratio('10k tenants: safe-call', 'healthy: safe-call'), 1.4, 'most'],
  ['open: cheaper than cockatiel, times', ratio('open: cockatiel', 'open: safe-call'), 12, 'least'],
  ['open: cheaper than opossum, times', ratio('open: opossum', 'open: safe-call'), 12, 'least'],
  ['failing call, ns', ns('failing: safe-call'), 1_000, 'most'],
  [
    'failing call: after 100k calls, times',
    ratio('failing, 100k calls before: safe-call', 'failing: safe-call'),
    1.2,
    'most',
  ],
  ['heap of a healthy key, bytes', atRest('safe-call, healthy'), 8, 'most'],
  ['heap of a sick key, bytes', atRest('safe-call, sick'), 200, 'most'],
  ['timers at 10,000 keys', rest['safe-call, sick']?.timers ?? Number.NaN, 1, 'most'],
  ['idle CPU at 10,000 keys, %', rest['safe-call, sick']?.idlePercent ?? Number.NaN, 0, 'most'],
];
if (redis !== undefined) {
  targets.push(['Redis: open reaches another process, p99 ms', redis.p99, 50, 'most']);
  targets.push(['Redis: operations for 1,000 healthy calls', redis.opsPer1000Healthy, 0, 'most']);
}

say('\ntarget | measured | bound | ');
for (const [name, value, limit, kind] of targets) {
  const met = kind === 'least' ? value >= limit : value <= limit;
  say(
    `${name} | ${value.toFixed(1)} | ${kind === 'least' ? '>=' : '<='} ${limit} | ${met ? 'met' : 'MISSED'}`,
  );
}

mkdirSync(results, { recursive: true });
const figures = Object.fromEntries(
  names.map((name) => [name, { ns: ns(name), xBare: ratio(name, 'bare call') }]),
);
const file = new URL('safe-call.json', results);
writeFileSync(
  file,
  `${JSON.stringify({ node: process.version, rounds, figures, rest, redis, targets }, null, 2)}\n`,
);
process.exit(0);
