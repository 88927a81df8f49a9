import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Clinic,
  freeSlots,
  linkCalendar,
  openTime,
  patient,
  receptionistReady,
  signUp,
} from './support/clinic.ts';
import { type Answer, type Call, send } from './support/http.ts';
import { type Outside, outsideOf } from './support/outside.ts';
import { expectProblem } from './support/problem.ts';
import { clearAway, type Product, startProduct } from './support/product.ts';
import { until } from './support/wait.ts';

const TOOL = '/api/vapi/tools/bookClinicAppointment';
const DAY_MS = 86_400_000;

describe('a refusal is a clear answer, and nothing is written', () => {
  let product: Product;
  let outside: Outside;
  let clinic: Clinic;
  let neighbor: Clinic;
  let secret: string;
  let ofNeighbor: { appointment: string; message: string; call: string; provider: string };
  let before: unknown;

  beforeAll(async () => {
    product = await startProduct();
    outside = outsideOf(product);
    [clinic, neighbor] = await Promise.all([signUp(product), signUp(product, { name: 'Next Door' })]);
    await Promise.all([receptionistReady(clinic), receptionistReady(neighbor)]);
    await linkCalendar(clinic);
    secret = (await clinic.post('/api/integrations/vapi/rotate-secret')).body.secret;
    const call = (await neighbor.post('/api/simulator/call', { from: '+14155550132' })).body.call_id;
    const message = await until('a delivered text of the neighbor', async () => {
      const { body } = await neighbor.get('/api/messages');
      return body.data[0]?.status === 'delivered' && body.data[0].id;
    });
    const [appointment] = (await neighbor.get('/api/appointments')).body.data;
    ofNeighbor = { appointment: appointment.id, message, call, provider: appointment.provider_id };
    await until('the end of the call', async () => (await outside.call(call)).ended_at);
  });
  afterAll(async () => {
    if (product) await clearAway(product);
  });

  async function world(): Promise<unknown> {
    const paths = ['/api/appointments', '/api/messages', '/api/organization', '/api/integrations'];
    const seen = [clinic, neighbor].flatMap((one) => paths.map(async (path) => (await one.get(path)).body));
    return {
      seen: await Promise.all(seen),
      requests: (await outside.requests()).length,
      events: (await outside.events()).length,
      texts: (await outside.texts()).length,
    };
  }
  beforeEach(async () => {
    before = await world();
  });
  afterEach(async () => {
    expect(await world(), 'something was written').toEqual(before);
  });

  const book = (changes: object, call?: Call) =>
    clinic.post(
      '/api/appointments',
      { ...patient(1), service_type: 'consultation', scheduled_at: openTime(), ...changes },
      call,
    );
  const tool = (args: object, headers: Record<string, string> = { 'x-vapi-secret': secret }, name = TOOL) =>
    send('POST', `${product.url}${name}`, {
      headers,
      body: { toolCallId: randomUUID(), tool: { arguments: args } },
    });
  const booking = (changes: object) => ({
    ...patient(1),
    serviceType: 'consultation',
    scheduledAt: openTime(),
    ...changes,
  });

  describe('of the voice agent', () => {
    test('a missing or wrong secret, token or signature', async () => {
      const body = JSON.stringify({ toolCallId: 'x', tool: { arguments: booking({}) } });
      const now = String(Math.floor(Date.now() / 1_000));
      const old = String(Math.floor(Date.now() / 1_000) - 3_600);
      const sign = (key: string, at: string) =>
        createHmac('sha256', key).update(`${at}.${body}`).digest('hex');
      const attempts: [query: string, headers: Record<string, string>][] = [
        ['', {}],
        ['', { 'x-vapi-secret': 'not-the-secret' }],
        ['', { 'x-vapi-secret': '' }],
        ['', { 'x-vapi-secret': secret.slice(0, -1) }],
        ['', { authorization: 'Bearer not-the-secret' }],
        ['', { authorization: `Bearer ${clinic.token}` }],
        [`?org=${clinic.orgId}`, { 'x-signature': sign('not-the-secret', now), 'x-timestamp': now }],
        [`?org=${clinic.orgId}`, { 'x-signature': sign(secret, old), 'x-timestamp': old }],
        [`?org=${neighbor.orgId}`, { 'x-signature': sign(secret, now), 'x-timestamp': now }],
        ['', { 'x-signature': sign(secret, now), 'x-timestamp': now }],
        [`?org=${clinic.orgId}`, { 'x-signature': sign(secret, now) }],
      ];
      for (const path of [TOOL, '/api/vapi/webhook']) {
        for (const [query, headers] of attempts) {
          const answer = await send('POST', `${product.url}${path}${query}`, {
            headers: { 'content-type': 'application/json', ...headers },
            body,
          });
          expectProblem(answer, 401, 'INVALID_VAPI_SECRET');
        }
      }
    });

    test('a body that is not JSON, or not a message of Vapi', async () => {
      const headers = { 'x-vapi-secret': secret, 'content-type': 'application/json' };
      for (const path of [TOOL, '/api/vapi/webhook']) {
        for (const body of ['{"message":', '', 'null', '[]', '{"hello":"there"}', '{"message":{"type":7}}']) {
          const answer = await send('POST', `${product.url}${path}`, { headers, body });
          expectProblem(answer, 400, /^MALFORMED_(JSON|MESSAGE)$/);
        }
      }
    });

    test.each<[why: string, changes: object, says: RegExp, code: string]>([
      [
        'a service that is not offered',
        { serviceType: 'brain surgery' },
        /isn’t a service.*offers/i,
        'UNKNOWN_SERVICE',
      ],
      [
        '30 February',
        { scheduledAt: undefined, appointmentDate: '2027-02-30', appointmentTime: '10:00' },
        /date|day|calendar/i,
        'INVALID_TIME',
      ],
      [
        '25 o’clock',
        { scheduledAt: undefined, appointmentDate: '2027-03-02', appointmentTime: '25:00' },
        /time/i,
        'INVALID_TIME',
      ],
      ['a time in words only', { scheduledAt: 'tomorrow-ish' }, /time/i, 'INVALID_TIME'],
      ['no time at all', { scheduledAt: undefined }, /is missing/i, 'INVALID_TIME'],
      ['a phone that is none', { phone: 'call me maybe' }, /number/i, 'INVALID_PHONE'],
      ['no phone at all', { phone: undefined }, /number/i, 'INVALID_PHONE'],
      ['no name', { name: '' }, /name/i, 'INVALID_NAME'],
      ['the past', { scheduledAt: '2020-06-01T15:00:00Z' }, /passed/i, 'IN_THE_PAST'],
      [
        'the middle of the night',
        { scheduledAt: openTime().replace('T15', 'T07') },
        /doesn't work then/i,
        'OUTSIDE_HOURS',
      ],
      [
        'a year and a half ahead',
        { scheduledAt: new Date(Date.now() + 540 * DAY_MS).toISOString() },
        /too far/i,
        'BEYOND_HORIZON',
      ],
      ['a forged offer', { scheduledAt: undefined, slotId: 'c2xvdA.forged' }, /offer/i, 'SLOT_EXPIRED'],
    ])('%s', async (_why, changes, says, code) => {
      const { status, body } = await tool(booking(changes));
      expect(status).toBe(200);
      expect(body).toMatchObject({ success: false, error: code });
      expect(body.results).toHaveLength(1);
      expect(body.results[0].result).toBeUndefined();
      expect(body.results[0].error).toMatch(says);
      expect(body.results[0].error).toMatch(/^[^\r\n]+$/);
    });

    test('a tool that does not exist', async () => {
      const { status, body } = await tool({}, undefined, '/api/vapi/tools/orderPizza');
      expect([status, body.success, body.error]).toEqual([200, false, 'UNKNOWN_TOOL']);
      expect(body.results[0].error).toContain('bookClinicAppointment');
    });
  });

  describe('of a program', () => {
    test.each<[why: string, changes: object, status: number, code: string]>([
      ['a service that is not offered', { service_type: 'brain surgery' }, 422, 'UNKNOWN_SERVICE'],
      ['30 February', { scheduled_at: '2027-02-30T15:00:00Z' }, 400, 'VALIDATION_FAILED'],
      ['a time without a zone', { scheduled_at: '2027-03-02T15:00:00' }, 400, 'VALIDATION_FAILED'],
      ['no time', { scheduled_at: undefined }, 400, 'VALIDATION_FAILED'],
      ['a phone that is none', { phone: 'call me maybe' }, 400, 'INVALID_PHONE'],
      ['a phone with too few digits', { phone: '+1 212' }, 400, 'INVALID_PHONE'],
      ['an invalid email address', { email: 'not an address' }, 400, 'VALIDATION_FAILED'],
      ['the past', { scheduled_at: '2020-06-01T15:00:00Z' }, 422, 'IN_THE_PAST'],
      ['the middle of the night', { scheduled_at: openTime().replace('T15', 'T07') }, 422, 'OUTSIDE_HOURS'],
      [
        'beyond the horizon',
        { scheduled_at: new Date(Date.now() + 540 * DAY_MS).toISOString() },
        422,
        'BEYOND_HORIZON',
      ],
      ['a length of a minute', { duration_minutes: 1 }, 400, 'VALIDATION_FAILED'],
      ['an organization in the body', { org_id: randomUUID() }, 400, 'VALIDATION_FAILED'],
      ['a forged offer', { scheduled_at: undefined, slot_id: 'c2xvdA.forged' }, 422, 'SLOT_EXPIRED'],
      ['a provider that does not exist', { provider_id: randomUUID() }, 422, 'PROVIDER_NOT_FOUND'],
    ])('%s', async (_why, changes, status, code) => {
      const answer = await book(changes);
      expectProblem(answer, status, code);
      if (code === 'OUTSIDE_HOURS') expect(answer.body.alternatives.length).toBeGreaterThanOrEqual(2);
      if (code === 'VALIDATION_FAILED') {
        expect(answer.body.errors).toEqual([
          expect.objectContaining({ path: expect.any(String), message: expect.any(String) }),
        ]);
      }
    });

    test('a body that is not JSON, not the right JSON, too large, or of a strange type', async () => {
      const json = { 'content-type': 'application/json' };
      const post = (body: string | URLSearchParams, headers: Record<string, string>) =>
        clinic.post('/api/appointments', body, { headers });
      expectProblem(await post('{"name":', json), 400, 'MALFORMED_JSON');
      for (const body of ['null', '[]', '"text"', '7', '{}', '']) {
        expectProblem(await post(body, json), 400, 'VALIDATION_FAILED');
      }
      // Small enough for the buffers in between: what is refused before it was sent whole may break off the sending.
      expectProblem(await post(JSON.stringify({ name: 'x'.repeat(300_000) }), json), 413);
      expectProblem(await post('name=Ann', { 'content-type': 'text/plain' }), 415);
      expectProblem(await post(new URLSearchParams({ name: 'Ann' }), {}), 415, 'UNSUPPORTED_MEDIA_TYPE');
    });

    test('a text to no number, an empty text, a channel that is not set up', async () => {
      const text = (changes: object) =>
        clinic.post('/api/sms', { to: '+12125550101', body: 'Hello.', ...changes });
      expectProblem(await text({ to: 'nobody' }), 400, 'INVALID_PHONE');
      expectProblem(await text({ body: '   ' }), 400, 'VALIDATION_FAILED');
      expectProblem(await text({ body: 'x'.repeat(1_601) }), 400, 'VALIDATION_FAILED');
      expectProblem(await text({ channel: 'pigeon' }), 400, 'VALIDATION_FAILED');
    });

    test('what belongs to another clinic: not to be read, booked or followed', async () => {
      expectProblem(
        await clinic.get(`/api/appointments/${ofNeighbor.appointment}`),
        404,
        'APPOINTMENT_NOT_FOUND',
      );
      expectProblem(await clinic.get(`/api/messages/${ofNeighbor.message}`), 404, 'MESSAGE_NOT_FOUND');
      expectProblem(await clinic.get(`/api/simulator/calls/${ofNeighbor.call}`), 404, 'CALL_NOT_FOUND');
      expectProblem(await book({ provider_id: ofNeighbor.provider }), 422, 'PROVIDER_NOT_FOUND');
      const [slot] = await freeSlots(neighbor);
      expectProblem(await book({ scheduled_at: undefined, slot_id: slot?.slot_id }), 422, 'SLOT_EXPIRED');
      expect((await clinic.get(`/api/messages?appointment_id=${ofNeighbor.appointment}`)).body.data).toEqual(
        [],
      );
      expect((await clinic.get('/api/simulator/phone?number=%2B14155550132')).body.data).toEqual([]);
      const headers = { 'x-org-id': neighbor.orgId, 'x-organization-id': neighbor.orgId };
      const me = await clinic.get(`/api/me?org_id=${neighbor.orgId}`, { headers });
      expect(me.body.org_id).toBe(clinic.orgId);
    });

    test('an invalid id or cursor', async () => {
      expectProblem(await clinic.get('/api/appointments/seven'), 400, 'VALIDATION_FAILED');
      expectProblem(await clinic.get(`/api/appointments/${randomUUID()}`), 404, 'APPOINTMENT_NOT_FOUND');
      expectProblem(await clinic.get('/api/appointments?cursor=xyz'), 400, 'INVALID_CURSOR');
      expectProblem(await clinic.get('/api/messages?cursor=xyz'), 400, 'INVALID_CURSOR');
      expectProblem(await clinic.get('/api/messages?limit=0'), 400, 'VALIDATION_FAILED');
    });

    test('an invalid phone or time zone of the clinic', async () => {
      expectProblem(await clinic.patch('/api/organization', { phone: 'ring ring' }), 400, 'INVALID_PHONE');
      expectProblem(
        await clinic.patch('/api/organization', { time_zone: 'Mars/Base' }),
        400,
        'INVALID_TIME_ZONE',
      );
      expectProblem(
        await clinic.patch('/api/organization', { org_id: neighbor.orgId }),
        400,
        'VALIDATION_FAILED',
      );
    });
  });

  describe('of a person who may not', () => {
    /** Routes that answer strangers, each for its reason. */
    const open =
      /^\/(health|ready|metrics)$|^\/(a|api\/feeds)\/\{|^\/api\/(auth|vapi|webhooks)\/|^\/api\/(mode|health\/integrations|(invitations|owner-links)\/look-up)$|^\/api\/integrations\/google\/callback$/;

    test('no token, a forged one, another kind: every documented route asks who you are', async () => {
      const { body } = await send('GET', `${product.url}/api/openapi.json`);
      const [header = '', payload = ''] = clinic.token.split('.');
      const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
      const forgeries = [`${none}.${payload}.`, `${header}.${payload}.AAAA`, 'abc', secret];
      let asked = 0;
      for (const [path, methods] of Object.entries<object>(body.paths)) {
        if (open.test(path)) continue;
        const url = `${product.url}${path.replaceAll(/\{\w+\}/g, randomUUID())}`;
        for (const method of Object.keys(methods)) {
          const wanted = path.startsWith('/api/operator/') ? 'OPERATOR_REQUIRED' : 'NOT_SIGNED_IN';
          expectProblem(await send(method.toUpperCase(), url), 401, wanted);
          asked += 1;
        }
      }
      expect(asked).toBeGreaterThan(10);
      for (const forged of forgeries) {
        const headers = { authorization: `Bearer ${forged}` };
        expectProblem(await send('GET', `${product.url}/api/me`, { headers }), 401);
        expectProblem(await book({}, { headers }), 401);
      }
    });

    test('a page of another site with the owner’s cookie', async () => {
      const strange: Record<string, string>[] = [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
      ];
      for (const headers of strange) {
        const answer = await send('POST', `${product.url}/api/appointments`, {
          headers: { cookie: clinic.cookie, ...headers },
          body: { ...patient(1), service_type: 'consultation', scheduled_at: openTime() },
        });
        expectProblem(answer, 403, 'INVALID_ORIGIN');
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
      const headers = { cookie: clinic.cookie, origin: 'https://evil.example' };
      for (const path of ['/api/auth/sign-out', '/api/integrations/vapi/rotate-secret']) {
        expectProblem(await send('POST', `${product.url}${path}`, { headers, body: {} }), 403);
      }
      expectProblem(await send('DELETE', `${product.url}/api/integrations/google`, { headers }), 403);
      expect(
        (await send('GET', `${product.url}/api/me`, { headers: { cookie: clinic.cookie } })).status,
      ).toBe(200);
    });

    test('a consent that was not begun here, or by another clinic', async () => {
      const callback = (query: string, as = clinic) => as.get(`/api/integrations/google/callback${query}`);
      expectProblem(await callback('?state=made-up&code=made-up'), 400, 'OAUTH_STATE_INVALID');
      expectProblem(await callback(''), 400, 'OAUTH_STATE_INVALID');
      const begun = new URL((await neighbor.post('/api/integrations/google/connect')).body.url);
      const state = begun.searchParams.get('state');
      expectProblem(await callback(`?state=${state}&code=made-up`), 400, 'OAUTH_STATE_INVALID');
    });

    test('an invalid sign-up or sign-in', async () => {
      const auth = (path: string, body: object): Promise<Answer> =>
        send('POST', `${product.url}/api/auth/${path}/email`, { body });
      const person = { email: 'new@clinic.example', password: 'long enough 1', name: 'New' };
      expectProblem(await auth('sign-up', { ...person, email: clinic.email }), 422, /^USER_ALREADY_EXISTS/);
      expectProblem(await auth('sign-up', { ...person, password: 'short' }), 400);
      expectProblem(await auth('sign-up', { ...person, email: 'nobody' }), 400);
      expectProblem(await auth('sign-up', { ...person, phone: 'ring ring' }), 400, 'INVALID_PHONE');
      expectProblem(await auth('sign-in', person), 401, 'INVALID_EMAIL_OR_PASSWORD');
      expectProblem(
        await auth('sign-in', { email: clinic.email, password: 'wrong' }),
        401,
        'INVALID_EMAIL_OR_PASSWORD',
      );
    });
  });

  test('a route that does not exist, and a method that a route does not have', async () => {
    expectProblem(await clinic.get('/api/no-such-thing'), 404, 'NOT_FOUND');
    expectProblem(await send('GET', `${product.url}/assets/no-such-file.js`), 404, 'NOT_FOUND');
    expectProblem(await clinic.delete('/api/appointments'), [404, 405]);
    expectProblem(await clinic.post('/api/me', {}), [404, 405]);
    expectProblem(await send('POST', `${product.url}/`, { body: {} }), [404, 405]);
  });
});
