import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '../platform/errors.ts';
import { createHttpServer, type HttpServer } from '../platform/http.ts';
import { silentLogger } from '../platform/logger.ts';
import {
  createTestDatabase,
  signedInAs,
  type TestDatabase,
  type TestOrganization,
} from '../testing/index.ts';
import { createLiveEvents } from './live-events.ts';

describe('a live stream', () => {
  let db: TestDatabase;
  let clinic: TestOrganization;
  let answer: () => TestOrganization = () => clinic;
  const servers: HttpServer[] = [];
  const requests: ClientRequest[] = [];
  beforeAll(async () => {
    db = await createTestDatabase();
    clinic = await db.createOrganization();
  });
  afterEach(async () => {
    answer = () => clinic;
    for (const request of requests.splice(0)) request.destroy();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  afterAll(() => db.close());

  async function serve(limits: Parameters<typeof createLiveEvents>[0]['limits']) {
    const server = createHttpServer({ log: silentLogger, trustProxyHops: 0 });
    let reads = 0;
    const live = createLiveEvents({
      database: {
        ...db.database,
        withTenant: (scope, work) => {
          reads += 1;
          return db.database.withTenant(scope, work);
        },
      },
      tenantResolver: signedInAs(() => answer()),
      limits: limits ?? {},
    });
    live.registerRoutes(server);
    servers.push(server);
    await server.listen({ port: 0, host: '127.0.0.1' });
    const { port } = server.server.address() as AddressInfo;
    const open = async (reading = true) => {
      const stream = { text: '', ended: false, response: undefined as unknown as IncomingMessage };
      stream.response = await new Promise((resolve, reject) => {
        const headers = { 'last-event-id': '0' };
        requests.push(get({ port, path: '/api/events', headers, agent: false }, resolve).on('error', reject));
      });
      stream.response.on('error', () => undefined).on('close', () => (stream.ended = true));
      if (reading) {
        stream.response.setEncoding('utf8').on('data', (text: string) => {
          stream.text += text;
        });
        await expect.poll(() => stream.text).toContain(': live');
      }
      return stream;
    };
    const connections = () =>
      new Promise<number>((resolve) => server.server.getConnections((_, count) => resolve(count)));
    return { open, wake: () => live.wake(clinic.orgId), reads: () => reads, connections };
  }
  const emit = (n: number, bytes = 1) =>
    db.owner.query(
      `select app_private.emit($1, 'test', jsonb_build_object('n', n, 'x', repeat('x', $3)))
       from generate_series(1, $2::int) n`,
      [clinic.orgId, n, bytes],
    );

  test('ends when its right is taken back, and nothing is sent after that', async () => {
    const { open, wake } = await serve({ recheckMs: 50 });
    const stream = await open();
    answer = () => {
      throw new AppError({ code: 'NOT_A_MEMBER', status: 403, detail: 'No.' });
    };
    await expect.poll(() => stream.ended, { timeout: 90_000 }).toBe(true);
    const { length } = stream.text;
    await emit(1);
    wake();
    expect(stream.text).toHaveLength(length);
  });

  test('ends when the same person now belongs to another clinic', async () => {
    const { open } = await serve({ recheckMs: 50 });
    const stream = await open();
    const other = await db.createOrganization();
    answer = () => other;
    await expect.poll(() => stream.ended, { timeout: 90_000 }).toBe(true);
  });

  test('is silent while no one can say whether the right still holds, and then goes on', async () => {
    const { open, wake } = await serve({ recheckMs: 20, trustMs: 200 });
    const stream = await open();
    let asked = 0;
    answer = () => {
      asked += 1;
      throw new Error('connect ECONNREFUSED');
    };
    // Twenty looks are 400 ms at least, and the trust is over.
    await expect.poll(() => asked).toBeGreaterThan(20);
    await emit(1, 7);
    wake();
    const before = asked;
    await expect.poll(() => asked).toBeGreaterThan(before + 3);
    expect(stream.text).not.toContain('"xxxxxxx"');
    expect(stream.ended).toBe(false);
    answer = () => clinic;
    await expect.poll(() => stream.text, { timeout: 90_000 }).toContain('"xxxxxxx"');
  });

  test('the stream of a reader who doesn’t read isn’t filled, and ends', async () => {
    await emit(4_000, 10_000);
    const { open, reads, connections } = await serve({ stalledMs: 700 });
    const stream = await open(false);
    await expect.poll(connections).toBe(0);
    // The sockets in between take a few megabytes; the server keeps one page.
    expect(reads()).toBeLessThan(15);
    stream.response.resume();
    await expect.poll(() => stream.ended, { timeout: 90_000 }).toBe(true);
  }, 180_000);

  test('is the oldest that ends when one person opens too many', async () => {
    const { open } = await serve({ perUser: 3 });
    const streams: Awaited<ReturnType<typeof open>>[] = [];
    for (let n = 0; n < 5; n += 1) streams.push(await open());
    await expect
      .poll(() => streams.map(({ ended }) => ended), { timeout: 90_000 })
      .toEqual([true, true, false, false, false]);
  });
});
