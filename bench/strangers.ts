/**
 * How long `/health` waits while strangers send the worst they have to every public address, ask for passwords to be
 * hashed, and hold connections open. Milliseconds on this machine; what holds everywhere are the counts in
 * `backend/src/strangers.db.test.ts`.
 */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { worstBodies, worstHeads } from '../backend/src/testing/worst-requests.ts';
import { addMember, startCluster } from './support/fleet.ts';

const AIM_MS = 100;
const HASHES = 200;
const HELD = 2_000;

const here = dirname(fileURLToPath(import.meta.url));
const cluster = await startCluster();
const { orgId } = await cluster.addClinic('one');
const web = await addMember('web', cluster);
const port = Number(new URL(web.url).port);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const health = () =>
  new Promise<number>((resolve, reject) => {
    const begun = performance.now();
    request(`${web.url}/health`, { agent }, (answer) => {
      answer.resume().once('end', () => resolve(performance.now() - begun));
    })
      .once('error', reject)
      .end();
  });

interface Waits {
  p50: number;
  p99: number;
  max: number;
  asked: number;
}

/** What `/health` takes, again and again, for as long as something else goes on. */
async function meanwhile(work: () => Promise<unknown>): Promise<Waits> {
  let over = false;
  const done = work().finally(() => {
    over = true;
  });
  const times: number[] = [];
  while (!over) {
    times.push(await health());
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await done;
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1));
  return { p50: at(0.5), p99: at(0.99), max: at(1), asked: sorted.length };
}

/** Every documented address that answers someone who has not signed in. */
async function publicRoutes(): Promise<{ method: string; path: string }[]> {
  const { paths } = (await (await fetch(`${web.url}/api/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const found: { method: string; path: string }[] = [];
  for (const [pattern, operations] of Object.entries(paths)) {
    for (const name of Object.keys(operations)) {
      const method = name.toUpperCase();
      const path = pattern.replace(/\{\w+\}/g, 'x');
      const answer = await fetch(`${web.url}${path}`, { method });
      const text = await answer.text();
      if (!text.includes('"NOT_SIGNED_IN"')) found.push({ method, path });
    }
  }
  return found;
}

const routes = await publicRoutes();
const results: Record<string, Waits> = {};
results.nothing = await meanwhile(() => new Promise((resolve) => setTimeout(resolve, 1_000)));
const strangers = new Worker(join(here, 'support', 'strangers-thread.ts'), {
  workerData: { port, routes, orgId },
});
for (const worst of [...worstBodies(), ...worstHeads()]) {
  // What is never finished takes the seconds of its limit; it is held open below.
  if (worst.unfinished) continue;
  results[worst.name] = await meanwhile(() => {
    const sent = once(strangers, 'message');
    strangers.postMessage(worst.name);
    return sent;
  });
}
await strangers.terminate();
const statuses: Record<number, number> = {};
results['passwords to hash'] = await meanwhile(() =>
  Promise.all(
    Array.from({ length: HASHES }, async (_, index) => {
      const answer = await fetch(`${web.url}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: `nobody-${index}@example.com`, password: 'a wrong password' }),
      });
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      await answer.text();
    }),
  ),
);
const held: Socket[] = [];
results['connections held open'] = await meanwhile(async () => {
  for (let index = 0; index < HELD; index += 1) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    held.push(socket);
    await new Promise<void>((resolve) => socket.once('connect', resolve).once('close', () => resolve()));
    socket.write('POST /api/webhooks/twilio/inbound HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n');
  }
});
for (const socket of held) socket.destroy();
agent.destroy();
await web.kill('SIGTERM');
await cluster.close();

const { nothing, ...attacks } = results;
const [worstName = '', worst] = Object.entries(attacks).sort(([, a], [, b]) => b.max - a.max)[0] ?? [];
mkdirSync(join(here, 'results'), { recursive: true });
writeFileSync(
  join(here, 'results', 'strangers.json'),
  `${JSON.stringify({ public_routes: routes.length, sign_ins: statuses, health_ms: results }, null, 2)}\n`,
);
console.log(`${routes.length} public addresses; /health meanwhile, in ms:`);
for (const [name, { p50, p99, max }] of Object.entries(results)) {
  console.log(`  ${name.padEnd(40)} p50 ${p50}, p99 ${p99}, max ${max}`);
}
console.log(`${HASHES} sign-ins at once: ${JSON.stringify(statuses)}`);
console.log(`worst: ${worstName}, ${worst?.max} ms (aim < ${AIM_MS}; idle ${nothing?.max})`);
