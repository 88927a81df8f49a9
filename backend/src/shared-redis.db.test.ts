import { hasRedisServer, type PrivateRedis, startRedis } from '@voxanne/safe-call/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestApp, type TestApp } from './testing/app.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

const missing = !hasRedisServer();
const title = `two processes with one Redis${missing ? ' (left out: redis-server is not installed)' : ''}`;

describe.skipIf(missing && process.env.CI !== 'true')(title, () => {
  let db: TestDatabase;
  let redis: PrivateRedis;
  const apps: TestApp[] = [];
  beforeAll(async () => {
    [db, redis] = await Promise.all([createTestDatabase(), startRedis()]);
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await redis?.stop();
    await db?.close();
  });

  const start = async (env: Record<string, string> = {}) => {
    const app = await createTestApp(db, { env: { REDIS_URL: `redis://127.0.0.1:${redis.port}`, ...env } });
    apps.push(app);
    const { redis: connections, resilience } = app.dependencies;
    await vi.waitFor(() => expect(connections?.state()).toBe('connected'), { timeout: 90_000 });
    const failThrice = async (service: string) => {
      for (let n = 0; n < 3; n += 1)
        await resilience.safeCall(service, () => Promise.reject(new Error('down')), { retries: 0 });
    };
    return { failThrice, state: (service: string) => resilience.getCircuitBreakerStatus(service).state };
  };
  const reaches = (one: Awaited<ReturnType<typeof start>>, service: string, state: string) =>
    vi.waitFor(() => expect(one.state(service)).toBe(state), { timeout: 90_000, interval: 10 });

  test('a breaker that opens in one is open in the other, and PostgreSQL is not asked', async () => {
    const [one, other] = [await start(), await start()];
    await one.failThrice('vapi');
    await reaches(other, 'vapi', 'open');
    const { rows } = await db.owner.query('select count(*)::int as n from app_private.circuit_breakers');
    expect(rows[0].n).toBe(0);
  });

  test('a process that starts later knows what is open', async () => {
    const one = await start();
    await one.failThrice('slack');
    await reaches(await start(), 'slack', 'open');
  });

  test('another deployment on the same Redis keeps its own', async () => {
    const [one, stranger] = [
      await start(),
      await start({ AUTH_SECRET: 'another-deployment-of-other-people' }),
    ];
    await one.failThrice('twilio_sms');
    await reaches(await start(), 'twilio_sms', 'open');
    expect(stranger.state('twilio_sms')).toBe('closed');
  });

  test('with Redis away each goes on with its own breakers', async () => {
    const [one, other] = [await start(), await start()];
    await redis.stop();
    await one.failThrice('google_oauth');
    expect(one.state('google_oauth')).toBe('open');
    expect(other.state('google_oauth')).toBe('closed');
    redis = await startRedis({ port: redis.port });
  });
});
