import type { FastifyRequest } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpServer, type HttpServer } from './http.ts';
import { silentLogger } from './logger.ts';
import { createOperatorCheck } from './operator.ts';
import { FOR_STRANGERS, type RequestLimits, refusesStrangers } from './request-limits.ts';

/** More than a stranger may send, and less than a member may. */
const OF_A_MEMBER = JSON.stringify({ notes: 'x'.repeat(FOR_STRANGERS.bytes) });

describe('what one request may bring', () => {
  const servers: HttpServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  type Hook = (request: FastifyRequest) => Promise<void>;
  const anyone: Hook = async () => undefined;
  const member = refusesStrangers<Hook>(async () => undefined);
  const serve = (onRequest: undefined | Hook | Hook[], limits: Partial<RequestLimits> = {}) => {
    const server = createHttpServer({ log: silentLogger, trustProxyHops: 0 });
    servers.push(server);
    server.post('/notes', { ...(onRequest ? { onRequest } : {}), config: { limits } }, async () => ({}));
    return server;
  };
  const statusOf = async (server: HttpServer, payload = OF_A_MEMBER) =>
    (
      await server.inject({
        method: 'POST',
        url: '/notes',
        headers: { 'content-type': 'application/json' },
        payload,
      })
    ).statusCode;

  test.each([
    ['no one asks who it is', undefined],
    ['a hook asks, and lets strangers through', anyone],
    ['several hooks let strangers through', [anyone, anyone]],
    ['no hook is there, in a list', []],
  ])('is what a stranger may bring where %s', async (_, onRequest) => {
    const server = serve(onRequest);
    expect(await statusOf(server)).toBe(413);
    expect(limitsOf(server)).toEqual(FOR_STRANGERS);
  });

  test.each([
    ['the one hook', member],
    ['the last of several hooks', [anyone, member]],
    ['the first of several hooks', [member, anyone]],
  ])('is more where %s refuses strangers', async (_, onRequest) => {
    const server = serve(onRequest);
    expect(await statusOf(server)).toBe(200);
    expect(limitsOf(server)?.bytes).toBeGreaterThan(FOR_STRANGERS.bytes);
    expect(limitsOf(server)?.seconds).toBeGreaterThan(FOR_STRANGERS.seconds);
  });

  test('is more behind the token of the operator, which is asked for first', async () => {
    const server = serve(createOperatorCheck('a-token'));
    expect(limitsOf(server)?.bytes).toBeGreaterThan(FOR_STRANGERS.bytes);
    expect(await statusOf(server)).toBe(401);
    expect(server.intake.bytes).toBe(0);
  });

  test('is what the route itself names, and the strangers’ for the rest', async () => {
    expect(limitsOf(serve(anyone, { bytes: 65_536 }))).toEqual({ ...FOR_STRANGERS, bytes: 65_536 });
  });

  const limitsOf = (server: HttpServer) => server.registeredRoutes[0]?.config?.limits;
});
