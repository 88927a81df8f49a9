import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRedisServer, type PrivateRedis, startRedis } from './testing/redis-server.ts';

const missing = !hasRedisServer();
const title = `several processes on one Redis${missing ? ' (left out: redis-server is not installed)' : ''}`;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

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
    async function reaches(state: string): Promise<void> {
      for (let n = 0; n < 100 && (await ask('state')) !== state; n++) await sleep(10);
      expect(await ask('state')).toBe(state);
    }
    return { ask, reaches, kill: () => child.kill('SIGKILL') };
  }

  type Process = Awaited<ReturnType<typeof start>>;

  it('a kill in the middle of a probe blocks nobody for ever, and one probe passes at a time', async () => {
    const [a, b, c] = (await Promise.all(['a', 'b', 'c'].map((node) => start(node, 1_000)))) as [
      Process,
      Process,
      Process,
    ];
    for (const process of [a, b, c]) expect(await process.ask('fail')).toBe('TEMPORARY');
    for (const process of [a, b, c]) await process.reaches('open');
    expect(await b.ask('ok')).toBe('CIRCUIT_OPEN');

    await sleep(1_050);
    expect(await a.ask('hang')).toBe('started');
    a.kill();
    expect(await b.ask('ok')).toBe('CIRCUIT_OPEN');
    await sleep(1_050);
    const outcomes = await Promise.all([b.ask('ok'), c.ask('ok')]);
    expect(outcomes).toContain('ok');
    for (const process of [b, c]) await process.reaches('closed');
  }, 20_000);

  it('a process that starts later knows; Redis killed, each goes on alone', async () => {
    const a = await start('d', 2_000);
    for (let call = 0; call < 3; call++) await a.ask('fail');
    const late = await start('e', 2_000);
    await late.reaches('open');
    await redis.stop();
    await sleep(2_050);
    expect(await late.ask('ok')).toBe('ok');
    expect(await a.ask('ok')).toBe('ok');
    for (let call = 0; call < 3; call++) await a.ask('fail');
    expect([await a.ask('state'), await late.ask('state')]).toEqual(['open', 'closed']);
  }, 20_000);
});
