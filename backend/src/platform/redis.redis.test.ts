import { Writable } from 'node:stream';
import { hasRedisServer, type PrivateRedis, startRedis } from '@voxanne/safe-call/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createLogger } from './logger.ts';
import { connectRedis, type RedisConnections, type RedisState } from './redis.ts';

const missing = !hasRedisServer();
const title = `the connections to Redis${missing ? ' (left out: redis-server is not installed)' : ''}`;

describe.skipIf(missing && process.env.CI !== 'true')(title, () => {
  let redis: PrivateRedis;
  let lines: { level: string; msg: string; reason?: string }[] = [];
  const open: RedisConnections[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
    await redis?.stop();
  });

  const connect = async (url = `redis://127.0.0.1:${redis.port}`): Promise<RedisConnections> => {
    // Each has its own: the last test's connections may still have something to say.
    const said: typeof lines = [];
    lines = said;
    const sink = new Writable({
      write(chunk, _encoding, done) {
        said.push(JSON.parse(String(chunk)));
        done();
      },
    });
    const connections = await connectRedis({ url, log: createLogger('debug', sink) });
    open.push(connections);
    return connections;
  };
  const reaches = (one: RedisConnections, state: RedisState) =>
    vi.waitFor(() => expect(one.state()).toBe(state), { timeout: 90_000, interval: 10 });
  const said = () => lines.map(({ level, msg }) => `${level} ${/^\[Redis\] [\w-]+/.exec(msg)?.[0]}`);
  const saying = (wanted: string[]) =>
    vi.waitFor(() => expect(said()).toEqual(wanted), { timeout: 90_000, interval: 10 });

  test('say nothing while all is well', async () => {
    redis = await startRedis();
    const connections = await connect();
    await reaches(connections, 'connected');
    await connections.client.set('a', '1');
    expect(await connections.client.get('a')).toBe('1');
    expect(lines).toEqual([]);
  });

  test('say once that Redis went away, whatever the number of attempts, and once that it is back', async () => {
    redis = await startRedis();
    const connections = await connect();
    await reaches(connections, 'connected');
    let attempts = 0;
    connections.client.on('reconnecting', () => {
      attempts += 1;
    });
    await redis.stop();
    await vi.waitFor(() => expect(attempts).toBeGreaterThan(3), { timeout: 90_000 });
    expect(connections.state()).toBe('away');
    redis = await startRedis({ port: redis.port });
    await saying(['warn [Redis] Down', 'info [Redis] Connected']);
    expect(connections.state()).toBe('connected');
  });

  test('a Redis that is down at the start is reported once, and found when it comes up', async () => {
    redis = await startRedis();
    const { port } = redis;
    await redis.stop();
    const connections = await connect();
    await saying(['warn [Redis] Down']);
    expect(lines[0]?.reason).toContain('ECONNREFUSED');
    redis = await startRedis({ port });
    await saying(['warn [Redis] Down', 'info [Redis] Connected']);
    expect(connections.state()).toBe('connected');
  });

  test('fail at once while Redis is away, where someone waits for the answer', async () => {
    redis = await startRedis();
    const connections = await connect();
    await reaches(connections, 'connected');
    await redis.stop();
    await reaches(connections, 'away');
    await expect(connections.client.get('a')).rejects.toThrow();
  });

  test('fail soon when Redis takes a command and does not answer, and give such a Redis up', async () => {
    redis = await startRedis();
    const connections = await connect();
    await reaches(connections, 'connected');
    process.kill(redis.pid, 'SIGSTOP');
    await expect(connections.client.get('a')).rejects.toThrow('timed out');
    await reaches(connections, 'away');
    process.kill(redis.pid, 'SIGCONT');
    await reaches(connections, 'connected');
  });

  test('hear the news again after a reconnect, also what was subscribed to before Redis was there', async () => {
    redis = await startRedis();
    const { port } = redis;
    await redis.stop();
    const connections = await connect();
    const heard: string[] = [];
    connections.subscriber.on('message', (_, text) => heard.push(text));
    const subscribed = connections.subscriber.subscribe('news');
    for (const word of ['first', 'second']) {
      redis = await startRedis({ port });
      await subscribed;
      await vi.waitFor(
        async () => {
          await connections.client.publish('news', word);
          expect(heard).toContain(word);
        },
        { timeout: 90_000 },
      );
      await redis.stop();
    }
  });

  test('end in silence, also while they subscribe again', async () => {
    redis = await startRedis();
    const { port } = redis;
    const { subscriber } = await connect();
    await subscriber.subscribe('news');
    await redis.stop();
    const ended = new Promise<void>((resolve) => subscriber.once('end', resolve));
    subscriber.once('ready', () => {
      subscriber.disconnect();
      subscriber.stream.destroy();
    });
    redis = await startRedis({ port });
    await ended;
  });

  test('warn of a Redis that evicts, in one line, however often it reconnects', async () => {
    redis = await startRedis({ settings: { 'maxmemory-policy': 'allkeys-lru' } });
    const connections = await connect();
    await saying(['warn [Redis] maxmemory-policy']);
    expect(lines[0]?.msg).toContain('set it to noeviction');
    connections.client.disconnect(true);
    await saying(['warn [Redis] maxmemory-policy', 'warn [Redis] Down', 'info [Redis] Connected']);
    await connections.client.ping();
    expect(said().filter((line) => line.includes('maxmemory'))).toHaveLength(1);
  });

  test('a wrong password is reported with its reason and never repeated', async () => {
    redis = await startRedis({ settings: { requirepass: 'right' } });
    const connections = await connect(`redis://:canary@127.0.0.1:${redis.port}`);
    await saying(['warn [Redis] Down']);
    expect(lines[0]?.reason).toMatch(/WRONGPASS|NOAUTH/);
    expect(JSON.stringify(lines)).not.toContain('canary');
    expect(connections.state()).toBe('away');
  });
});
