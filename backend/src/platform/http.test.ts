import { Writable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AppError } from './errors.ts';
import { createHttpServer, type HttpServer, sendProblem } from './http.ts';
import { createLogger } from './logger.ts';

const Booking = z.strictObject({ name: z.string().min(1), at: z.object({ hour: z.int().max(23) }) });

describe('the HTTP server', () => {
  let lines: string[] = [];
  const servers: HttpServer[] = [];
  afterEach(async () => {
    lines = [];
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  function start(routes: (server: HttpServer) => void = () => undefined, trustProxyHops = 0): HttpServer {
    const sink = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const server = createHttpServer({ log: createLogger('debug', sink), trustProxyHops });
    server.setNotFoundHandler((request, reply) =>
      sendProblem(reply, request, new AppError({ code: 'NOT_FOUND', status: 404, detail: 'Nothing here.' })),
    );
    server.post('/bookings', { schema: { body: Booking } }, async (request) => ({ got: request.body }));
    server.post('/signed', { config: { rawBody: true } }, async (request) => ({
      bytes: (request.body as Buffer).toString('utf8'),
    }));
    server.get('/bookings/:id', { schema: { params: z.object({ id: z.uuid() }) } }, async () => ({}));
    routes(server);
    servers.push(server);
    return server;
  }

  const failing = (error: unknown) =>
    start((server) => {
      server.get('/fail', async () => {
        throw error;
      });
    });

  test.each([
    ['/bookings/%zz', 400, 'BAD_URL'],
    [`/bookings/${'x'.repeat(200)}`, 414, 'URL_TOO_LONG'],
  ])(
    'answers an address that no route can be found for as a problem document, too',
    async (url, status, code) => {
      const answer = await start().inject(url);
      expect(answer.statusCode).toBe(status);
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(answer.headers['x-request-id']).toBe(answer.json().request_id);
      expect(answer.json()).toMatchObject({ status, code, retryable: false, detail: expect.any(String) });
      expect(answer.body).not.toContain('xxx');
    },
  );

  test('answers every refusal as a problem document with the id that the log has', async () => {
    const answer = await start().inject({
      method: 'POST',
      url: '/bookings',
      payload: { name: '', at: { hour: 24 } },
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    const problem = answer.json();
    expect(problem).toMatchObject({
      type: 'urn:voxanne:problem:validation_failed',
      title: 'Bad request',
      status: 400,
      code: 'VALIDATION_FAILED',
      retryable: false,
      errors: [
        { path: 'name', message: expect.any(String) },
        { path: 'at.hour', message: expect.any(String) },
      ],
    });
    expect(problem.detail).toMatch(/^The body isn’t valid\. name: .*; at\.hour: /);
    expect(problem.request_id).toBe(answer.headers['x-request-id']);
    expect(lines.join()).not.toContain('hour');
  });

  test('says where it went wrong outside the body, too', async () => {
    const answer = await start().inject('/bookings/42');
    expect(answer.json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: 'id' }] });
    expect(answer.json().detail).toContain('The address isn’t valid. id: ');
  });

  test.each([
    '{"name": "Ann"',
    '',
    'null',
    '[]',
    '"text"',
    '{"name":"Ann","at":{"hour":9},"org_id":"other"}',
  ])('takes %j for no booking', async (payload) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await start().inject({ method: 'POST', url: '/bookings', headers, payload });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().code).toBe(
      payload.startsWith('{"name": "Ann"') ? 'MALFORMED_JSON' : 'VALIDATION_FAILED',
    );
  });

  test.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ])('refuses a body of %s, and says what to send', async (type) => {
    const headers = { 'content-type': type };
    const answer = await start().inject({ method: 'POST', url: '/bookings', headers, payload: 'name=Ann' });
    expect(answer.statusCode).toBe(415);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE', title: 'Unsupported media type' });
    expect(answer.json().detail).toContain('application/json');
  });

  test('refuses a body of more than a megabyte', async () => {
    const payload = { name: 'x'.repeat(1_100_000), at: { hour: 9 } };
    const answer = await start().inject({ method: 'POST', url: '/bookings', payload });
    expect(answer.statusCode).toBe(413);
    expect(answer.json()).toMatchObject({ code: 'BODY_TOO_LARGE', title: 'Too large' });
  });

  test('hands a signed route the bytes as they came', async () => {
    for (const [type, payload] of [
      ['application/json', '{ "a" : 1 , broken'],
      ['application/x-www-form-urlencoded', 'To=%2B1415&Body=a+b'],
    ] as const) {
      const headers = { 'content-type': type };
      const answer = await start().inject({ method: 'POST', url: '/signed', headers, payload });
      expect(answer.json()).toEqual({ bytes: payload });
    }
  });

  test('answers an unknown route as a problem, too', async () => {
    const answer = await start().inject('/nowhere');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'NOT_FOUND', status: 404, request_id: expect.any(String) });
  });

  test('passes on what a room says: code, sentence, further members', async () => {
    const extra = { alternatives: [{ slot_id: 's1' }] };
    const error = new AppError({
      code: 'SLOT_UNAVAILABLE',
      status: 409,
      detail: 'Taken.',
      retryable: true,
      extra,
    });
    const answer = await failing(error).inject('/fail');
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({
      code: 'SLOT_UNAVAILABLE',
      detail: 'Taken.',
      retryable: true,
      ...extra,
    });
  });

  test('shows no one what broke inside: no message, no SQL, no stack, in the answer or of the row in the log', async () => {
    const error = Object.assign(
      new Error('duplicate key value violates unique constraint "leads_phone_key"'),
      {
        code: '23505',
        detail: 'Key (phone)=(+14155550100) already exists.',
        table: 'leads',
        query: 'insert into leads',
      },
    );
    const answer = await failing(error).inject('/fail');
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: 'INTERNAL', retryable: true });
    expect(answer.json().detail).toContain(answer.headers['x-request-id']);
    for (const word of ['leads', 'duplicate', '23505', '.ts:', '+1415', 'node_modules']) {
      expect(answer.body, word).not.toContain(word);
    }
    expect(lines.join()).toContain('23505');
    for (const word of ['+14155550100', 'insert into', 'Key (phone)'])
      expect(lines.join(), word).not.toContain(word);
  });

  test.each(['a text', 42, { status: 404 }])('survives somebody throwing %j', async (thrown) => {
    const answer = await failing(thrown).inject('/fail');
    expect(answer.statusCode).toBe(500);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json().code).toBe('INTERNAL');
  });

  test.each([
    ['57P01', 'terminating connection due to administrator command'],
    ['08006', 'connection failure'],
    ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432'],
    [undefined, 'Connection terminated unexpectedly'],
    [undefined, 'timeout exceeded when trying to connect'],
    [undefined, 'Client has encountered a connection error and is not queryable'],
  ])(
    'says that the database is away (%s, %s) in words, and that trying again helps',
    async (code, message) => {
      const answer = await failing(Object.assign(new Error(message), code ? { code } : {})).inject('/fail');
      expect(answer.statusCode).toBe(503);
      expect(answer.json()).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
    },
  );

  test('never sends an answer that is not the promised one', async () => {
    const server = start((app) => {
      const schema = { response: { 200: z.object({ id: z.uuid() }) } };
      app.get('/promise', { schema }, async () => ({ id: 'secret of another clinic' }));
    });
    const answer = await server.inject('/promise');
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('secret');
  });

  test('logs the pattern of a route, never the address that was asked: it may name a patient', async () => {
    await start().inject('/bookings/42?phone=%2B14155550100');
    const answered = lines
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => msg === '[Http] Request answered');
    expect(answered).toHaveLength(1);
    expect(answered[0]).toMatchObject({ method: 'GET', route: '/bookings/:id', status: 400 });
    expect(lines.join()).not.toContain('4155550100');
  });

  test.each([
    [0, '127.0.0.1'],
    [1, '9.9.9.9'],
    [2, '8.8.8.8'],
  ])(
    'behind %i proxies believes the address %s, whatever the client wrote before it',
    async (hops, expected) => {
      const server = start((app) => {
        app.get('/ip', async (request) => ({ ip: request.ip }));
      }, hops);
      const headers = { 'x-forwarded-for': '6.6.6.6, 8.8.8.8, 9.9.9.9' };
      expect((await server.inject({ url: '/ip', headers })).json()).toEqual({ ip: expected });
    },
  );
});
