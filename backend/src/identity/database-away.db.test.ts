import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BELIEVED_MS } from '../platform/believed.ts';
import { createTestApp, PASSWORD, type TestApp } from '../testing/app.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

/** A way to the database that can be cut. */
async function openWay(target: URL) {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((socket) => {
    if (isCut) return void socket.destroy();
    const onward = connect(Number(target.port), target.hostname);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.toString(),
    cut,
    repair() {
      isCut = false;
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('while the database is away', () => {
  let db: TestDatabase;
  let way: Awaited<ReturnType<typeof openWay>>;
  let scene: TestApp;
  const clock = fixedClock(new Date());
  beforeAll(async () => {
    db = await createTestDatabase();
    way = await openWay(new URL(db.runtimeUrl));
    scene = await createTestApp(db, { runtimeUrl: way.url, clock });
  });
  afterAll(async () => {
    await scene.close();
    await way.close();
    await db.close();
  });

  test('no one is signed out, by cookie or token: 503 to try again, and then it goes on', async () => {
    const ann = await scene.signUp();
    const ask = (headers: Record<string, string>) => scene.app.inject({ url: '/api/me', headers });
    const doors = [{ cookie: ann.cookie }, ann.bearer];
    for (const headers of doors) expect((await ask(headers)).statusCode).toBe(200);
    way.cut();
    clock.advance(BELIEVED_MS);
    for (const headers of doors) {
      const answer = await ask(headers);
      expect(answer.statusCode, JSON.stringify(headers)).toBe(503);
      expect(answer.json()).toMatchObject({ status: 503, retryable: true });
    }
    const signIn = () => scene.post('/api/auth/sign-in/email', { email: ann.email, password: PASSWORD });
    expect((await signIn()).statusCode).toBe(503);
    expect(
      (await scene.app.inject({ url: '/api/auth/token', headers: { cookie: ann.cookie } })).statusCode,
    ).toBe(503);
    expect(
      (await scene.app.inject({ url: '/api/auth/get-session', headers: { cookie: ann.cookie } })).statusCode,
    ).toBe(503);
    way.repair();
    for (const headers of doors) expect((await ask(headers)).statusCode).toBe(200);
    expect((await signIn()).statusCode).toBe(200);
  });
});
