import type { AddressInfo, Socket } from 'node:net';
import type { RouteOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FOR_STRANGERS, type RequestLimits } from './platform/request-limits.ts';
import { createTestApp, type TestApp } from './testing/app.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';
import {
  MARK,
  PLAUSIBLE,
  sendWorst,
  type WorstRequest,
  worstBodies,
  worstHeads,
} from './testing/worst-requests.ts';

/** Read and thrown away after a refusal, and what was on its way into the process at that moment. */
const LEFTOVERS = 131_072 + 262_144;

describe('what strangers send', () => {
  let db: TestDatabase;
  let scene: TestApp;
  let port: number;
  const sockets = new Map<number, Socket>();
  const scheduled = new Map<() => void, number>();
  beforeAll(async () => {
    db = await createTestDatabase();
    scene = await createTestApp(db, {
      schedule: (milliseconds, work) => {
        scheduled.set(work, milliseconds);
        return () => scheduled.delete(work);
      },
    });
    scene.app.server.on('connection', (socket) => sockets.set(socket.remotePort ?? 0, socket));
    await scene.app.listen({ host: '127.0.0.1', port: 0 });
    ({ port } = scene.app.server.address() as AddressInfo);
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
  });

  /** Ends whatever waits for a slow body, as the clock would; an answer that is under way takes no seconds. */
  const timePasses = (): void => {
    for (const [work, milliseconds] of scheduled) {
      if (milliseconds < FOR_STRANGERS.seconds * 1_000) continue;
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
      ? answer.json().code === 'NOT_SIGNED_IN'
      : false;
  };

  interface Cost {
    name: string;
    status: number | null;
    taken: number;
    bytes: number;
    fields: number;
  }
  const costOf = async (route: { method: string; path: string }, worst: WorstRequest): Promise<Cost> => {
    const { intake } = scene.app;
    const before = { ...intake };
    const { status, port: from } = await sendWorst(port, route, worst, timePasses);
    const taken = sockets.get(from)?.bytesRead ?? 0;
    sockets.delete(from);
    return {
      name: worst.name,
      status,
      taken,
      bytes: intake.bytes - before.bytes,
      fields: intake.fields - before.fields,
    };
  };
  const tooDear = (costs: Cost[], limits: RequestLimits): Cost[] =>
    costs.filter(
      ({ status, taken, bytes, fields }) =>
        (status !== null && status >= 500) ||
        // An answer gets lost only where more than is thrown away was still to come.
        (status === null && taken < 131_072) ||
        taken > limits.bytes + LEFTOVERS ||
        bytes > limits.bytes ||
        fields > limits.fields,
    );
  const limitsOf = (route: RouteOptions): RequestLimits => ({ ...FOR_STRANGERS, ...route.config?.limits });

  test('costs the same few bytes and fields at every address that answers them', async () => {
    const bodies = worstBodies();
    const plausible = bodies.map((worst) => ({
      ...worst,
      name: `${worst.name}, with what looks like a proof`,
      headers: { ...PLAUSIBLE, ...worst.headers },
    }));
    let open = 0;
    const found: [string, Cost[]][] = [];
    for (const route of routes()) {
      if (await isPrivate(route)) continue;
      open += 1;
      const to = { method: String(methodOf(route)), path: pathOf(route) };
      const costs: Cost[] = [];
      for (const worst of [...bodies, ...plausible, ...worstHeads()]) costs.push(await costOf(to, worst));
      const dear = tooDear(costs, limitsOf(route));
      if (dear.length > 0) found.push([`${to.method} ${to.path}`, dear]);
    }
    expect(found).toEqual([]);
    expect(open).toBeGreaterThan(15);
  }, 120_000);

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
  }, 120_000);

  test.each(['/api/nothing', '/nothing', `/${MARK}/%`, '/api/auth/nothing'])(
    'costs no more where there is nothing: %s',
    async (path) => {
      const costs: Cost[] = [];
      for (const worst of worstBodies()) costs.push(await costOf({ method: 'POST', path }, worst));
      expect(tooDear(costs, FOR_STRANGERS)).toEqual([]);
    },
  );

  test('stands in no line of the log, and leaves the process well', async () => {
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
});
