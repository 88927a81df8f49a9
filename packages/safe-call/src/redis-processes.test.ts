import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRedisServer, type PrivateRedis, startRedis } from './testing/redis-server.ts';

const missing = !hasRedisServer();
const title = `several processes on one Redis${missing ? ' (left out: redis-server is not installed)' : ''}`;

describe.skipIf(missing && process.env.CI !== 'true')(title, () => {
  let redis: PrivateRedis;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await redis?.stop();
  });

  async function start(node: string, cooldownMs: number) {
    const file = new URL('./testing/redis-process.ts', import.meta.url);
    const child = fork(file, [String(redis.port), node, String(cooldownMs)], { execArgv: [] });
    children.push(child);
    await once(child, 'message');
    async function ask(message: string) {
      const [answer] = await Promise.all([once(child, 'message'), child.send(message)]);
      return (answer[0] as { outcome?: string; state?: string }).outcome ?? answer[0].state ?? 'started';
    }
    /** News needs a moment, more of it on a busy machine. */
    const reaches = (state: string) => expect.poll(() => ask('state')).toBe(state);
    /** Turned away until the time of the breaker or of its probe has come. */
    const comesTo = (work: string, outcome: string) => expect.poll(() => ask(work)).toBe(outcome);
    return { ask, reaches, comesTo, kill: () => child.kill('SIGKILL') };
  }

  type Process = Awaited<ReturnType<typeof start>>;

  it('a kill in the middle of a probe blocks no one forever', async () => {
    const [a, b, c] = (await Promise.all(['a', 'b', 'c'].map((node) => start(node, 1_000)))) as [
      Process,
      Process,
      Process,
    ];
    for (const process of [a, b, c]) expect(await process.ask('fail')).toBe('TEMPORARY');
    for (const process of [a, b, c]) await process.reaches('open');
    await a.comesTo('hang', 'started');
    a.kill();
    await b.comesTo('ok', 'ok');
    for (const process of [b, c]) await process.reaches('closed');
  });

  it('a process that starts later knows; Redis killed, each goes on alone', async () => {
    const a = await start('d', 2_000);
    for (let call = 0; call < 3; call++) await a.ask('fail');
    const late = await start('e', 2_000);
    await late.reaches('open');
    await redis.stop();
    await late.comesTo('ok', 'ok');
    await a.comesTo('ok', 'ok');
    for (let call = 0; call < 3; call++) await a.ask('fail');
    expect([await a.ask('state'), await late.ask('state')]).toEqual(['open', 'closed']);
  });
});
