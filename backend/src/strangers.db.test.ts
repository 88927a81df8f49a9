import type { AddressInfo, Socket } from 'node:net';
import type { RouteOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RequestLimits } from './platform/request-limits.ts';
import { routeKind } from './platform/route-kind.ts';
import { mintOrgId } from './platform/tenant.ts';
import { createTestApp, type TestApp } from './testing/app.ts';
import { fixedClock } from './testing/fixed-clock.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';
import {
  MARK,
  sendWorst,
  signedFor,
  type WorstRequest,
  withPlausibleProof,
  worstBodies,
  worstHeads,
} from './testing/worst-requests.ts';

/** Read and thrown away after a refusal, and what was on its way into the process at that moment. */
const LEFTOVERS = 131_072 + 262_144;

/** The most that strangers may send to any address: figures of this test, whatever the routes say. */
const CEILING: RequestLimits = { bytes: 4_096, fields: 64, depth: 6, seconds: 10 };
/** Addresses of other services, whose messages are longer. Vapi's are read before their proof, and parsed after it. */
const FROM_VAPI: RequestLimits = { bytes: 1_048_576, fields: 100_000, depth: 40, seconds: 10 };
const FROM_TWILIO: RequestLimits = { ...CEILING, bytes: 65_536, fields: 256 };
const HIGHER: Record<string, RequestLimits> = {
  '/api/vapi/tools/:tool': FROM_VAPI,
  '/api/vapi/webhook': FROM_VAPI,
  '/api/webhooks/twilio/status': FROM_TWILIO,
  '/api/webhooks/twilio/inbound': FROM_TWILIO,
};
const ceilingOf = ({ url }: RouteOptions): RequestLimits => HIGHER[url] ?? CEILING;
const LIMITS = ['bytes', 'fields', 'depth', 'seconds'] as const;
/** What those are answered who have proved nothing, where everyone must. */
const ASKED_WHO_THEY_ARE = new Set(['NOT_SIGNED_IN', 'OPERATOR_REQUIRED']);

const whole: WorstRequest = {
  name: 'a whole report',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message: { type: 'end-of-call-report', transcript: 'x'.repeat(100_000) } }),
};
const LONG_AGO = new Date(1_000);

describe('what strangers send', () => {
  let db: TestDatabase;
  let scene: TestApp;
  let port: number;
  const sockets = new Map<number, Socket>();
  const scheduled = new Map<() => void, number>();
  let maxWait = 0;
  const clock = fixedClock(new Date());
  let orgId: string;
  beforeAll(async () => {
    db = await createTestDatabase();
    scene = await createTestApp(db, {
      clock,
      schedule: (milliseconds, work) => {
        scheduled.set(work, milliseconds);
        maxWait = Math.max(maxWait, milliseconds);
        return () => scheduled.delete(work);
      },
    });
    scene.app.server.on('connection', (socket) => sockets.set(socket.remotePort ?? 0, socket));
    await scene.app.listen({ host: '127.0.0.1', port: 0 });
    ({ port } = scene.app.server.address() as AddressInfo);
    ({ orgId } = await scene.signUp());
    await scene.dependencies.connections.shared.makeFirst(mintOrgId(orgId), 'vapi', 'a-secret-of-a-clinic');
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
  });

  /** Ends whatever waits for a slow body, as the clock would; an answer that is under way takes no seconds. */
  const timePasses = (): void => {
    for (const [work, milliseconds] of scheduled) {
      if (milliseconds < CEILING.seconds * 1_000) continue;
      scheduled.delete(work);
      work();
    }
  };
  const methodOf = ({ method }: RouteOptions) => [method].flat().find((one) => one !== 'HEAD');
  const pathOf = ({ url }: RouteOptions): string => url.replace(/:\w+/g, 'x').replace('*', 'x');
  const routes = (): RouteOptions[] =>
    scene.app.registeredRoutes.filter((route) => methodOf(route) && !route.url.startsWith('/assets/'));
  const isPrivate = async (route: RouteOptions): Promise<boolean> => {
    const answer = await scene.app.inject({ method: methodOf(route) as 'GET', url: pathOf(route) });
    return answer.headers['content-type']?.toString().includes('problem') === true
      ? ASKED_WHO_THEY_ARE.has(answer.json().code)
      : false;
  };

  interface Cost {
    name: string;
    status: number | null;
    taken: number;
    bytes: number;
    fields: number;
    seconds: number;
  }
  const costOf = async (route: { method: string; path: string }, worst: WorstRequest): Promise<Cost> => {
    const { intake } = scene.app;
    const before = { ...intake };
    maxWait = 0;
    // A body that is whole is on its way, however long the proof before it takes.
    const waiting = worst.unfinished || worst.chunked ? timePasses : undefined;
    const { status, port: from } = await sendWorst(port, route, worst, waiting);
    const taken = sockets.get(from)?.bytesRead ?? 0;
    sockets.delete(from);
    return {
      name: worst.name,
      status,
      taken,
      bytes: intake.bytes - before.bytes,
      fields: intake.fields - before.fields,
      seconds: maxWait / 1_000,
    };
  };
  const tooDear = (costs: Cost[], limits: RequestLimits): Cost[] =>
    costs.filter(
      ({ status, taken, bytes, fields, seconds }) =>
        (status !== null && status >= 500) ||
        // An answer gets lost only where more than is thrown away was still to come.
        (status === null && taken < 131_072) ||
        taken > limits.bytes + LEFTOVERS ||
        bytes > limits.bytes ||
        fields > limits.fields ||
        seconds > limits.seconds,
    );

  test('costs the same few bytes and fields at every address that answers them', async () => {
    const bodies = worstBodies();
    const usual = [...bodies, ...bodies.map(withPlausibleProof), ...worstHeads()];
    const signed = bodies.flatMap((worst) =>
      [clock.now(), LONG_AGO].map((at) => signedFor(worst, orgId, at)),
    );
    let open = 0;
    const found: [string, Cost[]][] = [];
    for (const route of routes()) {
      if (await isPrivate(route)) continue;
      open += 1;
      const to = { method: String(methodOf(route)), path: pathOf(route) };
      const costs: Cost[] = [];
      const worsts = routeKind(route) === 'webhook' ? [...usual, ...signed] : usual;
      for (const worst of worsts) costs.push(await costOf(to, worst));
      const dear = tooDear(costs, ceilingOf(route));
      if (dear.length > 0) found.push([`${to.method} ${to.path}`, dear]);
    }
    expect(found).toEqual([]);
    expect(open).toBeGreaterThan(15);
  }, 600_000);

  test('is not looked at where they must sign in first', async () => {
    const bodies = worstBodies().filter(({ name }) =>
      ['an object of many names', 'brackets', 'chunks without an end', 'one byte of a hundred'].includes(
        name,
      ),
    );
    let shut = 0;
    const read: [string, Cost[]][] = [];
    for (const route of routes()) {
      if (!(await isPrivate(route))) continue;
      shut += 1;
      const to = { method: String(methodOf(route)), path: pathOf(route) };
      const costs: Cost[] = [];
      for (const worst of bodies) costs.push(await costOf(to, worst));
      const wrong = costs.filter(
        ({ status, bytes, fields, taken }) =>
          (status !== 401 && status !== null) || bytes > 0 || fields > 0 || taken > LEFTOVERS,
      );
      if (wrong.length > 0) read.push([`${to.method} ${to.path}`, wrong]);
    }
    expect(read).toEqual([]);
    expect(shut).toBeGreaterThan(40);
  }, 600_000);

  test.each(['/api/nothing', '/nothing', `/${MARK}/%`, '/api/auth/nothing'])(
    'costs no more where there is nothing: %s',
    async (path) => {
      const costs: Cost[] = [];
      for (const worst of worstBodies()) costs.push(await costOf({ method: 'POST', path }, worst));
      expect(tooDear(costs, CEILING)).toEqual([]);
    },
  );

  test.each(['/api/vapi/webhook', '/api/vapi/tools/x'])(
    'is read as far as a signature needs it, and never parsed without one: %s',
    async (path) => {
      const to = { method: 'POST', path };
      const refusedUnread = [
        whole,
        withPlausibleProof(whole),
        signedFor(whole, orgId, LONG_AGO),
        signedFor(whole, '00000000-0000-4000-8000-000000000001', clock.now()),
      ];
      for (const worst of refusedUnread) {
        expect(await costOf(to, worst), worst.name).toMatchObject({ status: 401, bytes: 0, fields: 0 });
      }
      const read = { status: 401, bytes: whole.body?.length, fields: 0 };
      expect(await costOf(to, signedFor(whole, orgId, clock.now()))).toMatchObject(read);
      for (const worst of worstBodies()) {
        const cost = await costOf(to, signedFor(worst, orgId, clock.now()));
        expect(cost, worst.name).toMatchObject({ fields: 0 });
        expect(cost.bytes, worst.name).toBeLessThanOrEqual(FROM_VAPI.bytes);
      }
    },
  );

  test('never appears in the log, and leaves the process well', async () => {
    expect(JSON.stringify(scene.lines)).not.toContain(MARK);
    expect(scene.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect((await scene.app.inject('/health')).statusCode).toBe(200);
    await expect.poll(() => scheduled.size).toBe(0);
  });

  test('has a limit at every route, whether or not it was thought of there', () => {
    const without = routes().filter(({ config, bodyLimit }) => {
      const { bytes, fields, depth, seconds } = config?.limits ?? {};
      return !bytes || !fields || !depth || !seconds || bodyLimit !== bytes;
    });
    expect(without.map(({ url }) => url)).toEqual([]);
  });

  test('has limits at every public route that none may raise unseen', async () => {
    const raised: [url: string, limits: unknown][] = [];
    for (const route of routes()) {
      if (await isPrivate(route)) continue;
      const limits = route.config?.limits ?? {};
      const ceiling = ceilingOf(route);
      const isAbove = LIMITS.some((name) => !((limits[name] ?? Number.POSITIVE_INFINITY) <= ceiling[name]));
      if (isAbove) raised.push([route.url, limits]);
    }
    expect(raised).toEqual([]);
    // A ceiling of an address that is gone would wait for the next of that name.
    expect(Object.keys(HIGHER).filter((url) => !routes().some((route) => route.url === url))).toEqual([]);
  });
});
