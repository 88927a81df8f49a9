/**
 * What one accepted webhook costs: signature, organization, dedupe and the durable row, over HTTP, beside a bare
 * Fastify route that inserts one row, in the same run. Then the wait of a webhook at 200 a second.
 */

import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addMember, startCluster } from './support/fleet.ts';

const CONNECTIONS = 16;
const ROUND_MS = 4_000;
const ROUNDS = 3;
const RATE = 200;

const here = dirname(fileURLToPath(import.meta.url));
const cluster = await startCluster();
const clinic = await cluster.addClinic('one');
await cluster.owner.query(
  'create table public.bare (id uuid primary key default gen_random_uuid(), payload jsonb)',
);
await cluster.owner.query('grant insert on public.bare to voxanne_runtime');
const web = await addMember('web', cluster);
const bare = fork(join(here, 'support', 'bare-route.ts'), [cluster.runtimeUrl], { stdio: 'inherit' });
const bareUrl = await new Promise<string>((resolve, reject) => {
  bare.once('message', (url) => resolve(String(url)));
  bare.once('exit', (code) => reject(new Error(`The bare route ended with ${code} before it answered.`)));
});

let calls = 0;
const report = () =>
  JSON.stringify({
    message: {
      type: 'end-of-call-report',
      call: { id: `call-${calls++}` },
      endedReason: 'customer-ended-call',
      summary: 'The patient asked for a consultation next week and was booked.',
      transcript: 'x'.repeat(1_000),
    },
  });
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const headers = { 'content-type': 'application/json', 'x-vapi-secret': clinic.secret };

function post(url: string): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () =>
        answer.statusCode === 200
          ? resolve(performance.now() - begun)
          : reject(new Error(`${url} answered ${answer.statusCode}`)),
      );
    });
    asked.once('error', reject);
    asked.end(report());
  });
}

async function perSecond(url: string): Promise<number> {
  const end = performance.now() + ROUND_MS;
  let done = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < end) {
        await post(url);
        done += 1;
      }
    }),
  );
  return done / (ROUND_MS / 1_000);
}

async function waits(url: string, forMs: number): Promise<number[]> {
  const all: Promise<number>[] = [];
  const begun = performance.now();
  while (performance.now() - begun < forMs) {
    const due = Math.floor(((performance.now() - begun) / 1_000) * RATE);
    while (all.length <= due) all.push(post(url));
    await sleep(1);
  }
  return (await Promise.all(all)).sort((a, b) => a - b);
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const at = (sorted: number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const door = `${web.url}/api/vapi/webhook`;
await perSecond(door);
await perSecond(bareUrl);
const rates: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
for (let round = 0; round < ROUNDS; round += 1) {
  rates.ours.push(await perSecond(door));
  rates.bare.push(await perSecond(bareUrl));
}
const ours = await waits(door, 10_000);
const bares = await waits(bareUrl, 5_000);
const result = {
  accepted_per_second: Math.round(median(rates.ours)),
  bare_per_second: Math.round(median(rates.bare)),
  ratio: Number((median(rates.ours) / median(rates.bare)).toFixed(2)),
  at_200_per_second_ms: {
    p50: Number(at(ours, 0.5).toFixed(1)),
    p99: Number(at(ours, 0.99).toFixed(1)),
    bare_p50: Number(at(bares, 0.5).toFixed(1)),
    bare_p99: Number(at(bares, 0.99).toFixed(1)),
  },
};
agent.destroy();
bare.kill();
await web.kill('SIGTERM');
await cluster.close();
mkdirSync(join(here, 'results'), { recursive: true });
writeFileSync(join(here, 'results', 'intake.json'), `${JSON.stringify(result, null, 2)}\n`);
console.log(
  `accepted webhooks a second   ${result.accepted_per_second} (bare insert ${result.bare_per_second}, ratio ${result.ratio})`,
);
console.log(
  `at ${RATE} a second             p50 ${result.at_200_per_second_ms.p50} ms, p99 ${result.at_200_per_second_ms.p99} ms (bare ${result.at_200_per_second_ms.bare_p50}, ${result.at_200_per_second_ms.bare_p99}; aim p99 < 50)`,
);
