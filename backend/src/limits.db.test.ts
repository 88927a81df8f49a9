import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, PASSWORD, type TestApp } from './testing/app.ts';
import { fixedClock } from './testing/fixed-clock.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

const LIMITS = {
  RATE_LIMIT_IP_PER_15MIN: '5',
  RATE_LIMIT_ORG_PER_HOUR: '3',
  RATE_LIMIT_PROVIDER_PER_MINUTE: '4',
};
const TWILIO = '/api/webhooks/twilio/status';
const GOOGLE = '/api/webhooks/google/calendar';
const CHANNEL = {
  'x-goog-channel-id': 'made-up',
  'x-goog-channel-token': 'made-up',
  'x-goog-resource-id': 'made-up',
};

describe('limits', () => {
  let db: TestDatabase;
  let scene: TestApp;
  const clock = fixedClock(new Date());
  let networks = 0;
  /** Where nobody has asked from yet. */
  const newNetwork = () => {
    networks += 1;
    return `198.51.100.${networks}`;
  };
  beforeAll(async () => {
    db = await createTestDatabase();
    scene = await createTestApp(db, { env: LIMITS, clock });
  });
  afterEach(() => {
    // A membership is believed for a moment.
    clock.advance(60_000);
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
  });

  type Asked = { method?: 'GET' | 'POST'; headers?: Record<string, string>; payload?: object };
  const ask = (remoteAddress: string, url: string, asked: Asked = {}) =>
    scene.app.inject({ url, remoteAddress, ...asked });
  const statuses = async (count: number, one: () => ReturnType<typeof ask>) => {
    const found: number[] = [];
    for (let n = 0; n < count; n += 1) found.push((await one()).statusCode);
    return found;
  };
  /** A person of a new clinic, who signed up from a network of their own. */
  const signUp = async () => {
    const from = newNetwork();
    const body = { email: `${crypto.randomUUID()}@example.com`, password: PASSWORD, name: 'Ann Owner' };
    const answer = await ask(from, '/api/auth/sign-up/email', { method: 'POST', payload: body });
    const cookie = scene.cookieOf(answer);
    const { token } = (await ask(from, '/api/auth/token', { headers: { cookie } })).json();
    const me = (await ask(from, '/api/me', { headers: { cookie } })).json();
    return {
      cookie,
      orgId: me.org_id as string,
      byCookie: { headers: { cookie } },
      byToken: { headers: { authorization: `Bearer ${token}` } },
    };
  };
  const exhaust = (from: string) => statuses(5, () => ask(from, '/api/mode'));
  /** How often a connection to the database was taken meanwhile. */
  const statementsOf = async (work: () => Promise<unknown>): Promise<number> => {
    let taken = 0;
    const count = () => {
      taken += 1;
    };
    const { pool } = scene.dependencies.database;
    pool.on('acquire', count);
    await work();
    pool.off('acquire', count);
    return taken;
  };

  describe('a stranger', () => {
    test('reads how the limit stands, and is refused with when to come back', async () => {
      const from = newNetwork();
      const first = await ask(from, '/api/me');
      expect(first.statusCode).toBe(401);
      expect(first.headers).toMatchObject({
        ratelimit: '"address";r=4;t=900',
        'ratelimit-policy': '"address";q=5;w=900',
      });
      expect(await statuses(4, () => ask(from, '/api/mode'))).toEqual([200, 200, 200, 200]);
      const refused = await ask(from, '/api/me');
      expect(refused.statusCode).toBe(429);
      expect(refused.headers['content-type']).toContain('application/problem+json');
      expect(refused.headers.ratelimit).toMatch(/^"address";r=0;t=(900|89\d)$/);
      expect(refused.headers['retry-after']).toMatch(/^(900|89\d)$/);
      expect(refused.json()).toMatchObject({
        code: 'TOO_MANY_REQUESTS',
        retryable: true,
        detail:
          'Your network sent more than 5 requests in 15 minutes. Wait 15 minutes, then try again, or sign in.',
      });
    });

    test.each<[string, string, Asked]>([
      ['without a proof', '/api/me', {}],
      [
        'with a made-up token',
        '/api/me',
        { headers: { authorization: 'Bearer eyJhbGciOiJFUzI1NiJ9.e30.x' } },
      ],
      [
        'with a made-up API key',
        '/api/me',
        { headers: { authorization: `Bearer vx_test_${'a'.repeat(43)}` } },
      ],
      ['with a made-up session', '/api/me', { headers: { cookie: 'voxanne.session_token=made.up' } }],
      ['at a public address', '/api/mode', {}],
      [
        'at a public address with a made-up session',
        '/api/mode',
        { headers: { cookie: 'voxanne.session_token=a.b' } },
      ],
      [
        'who signs in',
        '/api/auth/sign-in/email',
        { method: 'POST', payload: { email: 'a@b.example', password: PASSWORD } },
      ],
      ['as the operator', '/api/operator/clinics', { headers: { authorization: 'Bearer wrong' } }],
      ['as Twilio', TWILIO, { method: 'POST', headers: { 'x-twilio-signature': 'wrong' } }],
      ['as Vapi without a secret', '/api/vapi/webhook', { method: 'POST' }],
      ['as Vapi', '/api/vapi/webhook', { method: 'POST', headers: { 'x-vapi-secret': 'made-up' } }],
      ['as Google', GOOGLE, { method: 'POST', headers: { ...CHANNEL } }],
      ['where there is nothing', '/api/nothing', {}],
    ])('%s costs no statement once the network is refused', async (_name, url, asked) => {
      const from = newNetwork();
      await exhaust(from);
      // The first is one too many; the second reads which proofs there are.
      await statuses(2, () => ask(from, url, asked));
      const cost = await statementsOf(async () => {
        expect(new Set(await statuses(20, () => ask(from, url, asked)))).toEqual(new Set([429]));
      });
      expect(cost).toBe(0);
    });

    test('is not taken for another by what X-Forwarded-For says', async () => {
      const from = newNetwork();
      await exhaust(from);
      const answer = await ask(from, '/api/mode', { headers: { 'x-forwarded-for': '203.0.113.9' } });
      expect(answer.statusCode).toBe(429);
    });

    test('has one limit for all addresses of an IPv6 network', async () => {
      const asked = await Promise.all(
        Array.from({ length: 7 }, (_, n) => ask(`2001:db8:0:1::${n + 1}`, '/api/mode')),
      );
      expect(asked.filter(({ statusCode }) => statusCode === 200)).toHaveLength(5);
      expect((await ask('2001:db8:0:2::1', '/api/mode')).statusCode).toBe(200);
    });

    test.each(['/health', '/ready', '/', '/docs', '/robots.txt', '/sign-in'])(
      'is never counted at %s',
      async (url) => {
        const from = newNetwork();
        await exhaust(from);
        const answers = await statuses(10, () => ask(from, url));
        expect(answers).not.toContain(429);
      },
    );
  });

  describe('people and programs', () => {
    test('go on where strangers of the same network are refused', async () => {
      const { byCookie, byToken } = await signUp();
      const from = newNetwork();
      await exhaust(from);
      for (const who of [byCookie, byToken]) {
        expect((await ask(from, '/api/me', who)).statusCode).toBe(200);
        expect((await ask(from, '/api/mode', who)).statusCode).toBe(200);
      }
    });

    test('of one clinic share its limit, wherever they ask from; its people have their own', async () => {
      const { byCookie, byToken } = await signUp();
      const first = await ask(newNetwork(), '/api/me', byToken);
      expect(first.headers).toMatchObject({
        ratelimit: '"organization";r=2;t=3600',
        'ratelimit-policy': '"organization";q=3;w=3600',
      });
      expect(await statuses(3, () => ask(newNetwork(), '/api/me', byToken))).toEqual([200, 200, 429]);
      const refused = await ask(newNetwork(), '/api/mode', byToken);
      expect(refused.json().detail).toMatch(
        /^Programs of your clinic sent more than 3 requests in an hour\./,
      );
      const person = await ask(newNetwork(), '/api/me', byCookie);
      expect(person.statusCode).toBe(200);
      expect(person.headers['ratelimit-policy']).toBe('"person";q=3000;w=3600');
    });

    test('of another clinic are not slowed down', async () => {
      const [one, other] = [await signUp(), await signUp()];
      expect(await statuses(4, () => ask(newNetwork(), '/api/me', one.byToken))).toContain(429);
      expect((await ask(newNetwork(), '/api/me', other.byToken)).statusCode).toBe(200);
    });

    test('have the limit that the operator set for their clinic, at once', async () => {
      const { byToken, orgId } = await signUp();
      expect(await statuses(4, () => ask(newNetwork(), '/api/me', byToken))).toEqual([200, 200, 200, 429]);
      await db.owner.query('update organizations set requests_per_hour = 6 where id = $1', [orgId]);
      clock.advance(60_000);
      const more = await ask(newNetwork(), '/api/me', byToken);
      expect([more.statusCode, more.headers['ratelimit-policy']]).toEqual([200, '"organization";q=6;w=3600']);
    });

    test('with an API key count for their clinic, and against a limit of the key where it has one', async () => {
      const { byCookie } = await signUp();
      const post = (payload: object) =>
        ask(newNetwork(), '/api/api-keys', { method: 'POST', payload, ...byCookie });
      const [limited, other] = await Promise.all([
        post({ name: 'One', scopes: ['read'], requests_per_hour: 2 }),
        post({ name: 'Other', scopes: ['read'] }),
      ]);
      const by = (made: typeof limited) => ({
        headers: { authorization: `Bearer ${made.json().key}` },
      });
      const first = await ask(newNetwork(), '/api/me', by(limited));
      expect([first.statusCode, first.headers['ratelimit-policy']]).toEqual([200, '"key";q=2;w=3600']);
      expect(await statuses(2, () => ask(newNetwork(), '/api/me', by(limited)))).toEqual([200, 429]);
      const refused = await ask(newNetwork(), '/api/me', by(limited));
      expect(refused.json().detail).toMatch(/^This API key sent more than 2 requests in an hour\./);
      const last = await ask(newNetwork(), '/api/me', by(other));
      expect([last.statusCode, last.headers.ratelimit]).toEqual([200, '"organization";r=0;t=3600']);
      expect((await ask(newNetwork(), '/api/me', by(other))).statusCode).toBe(429);
    });

    test('have the limit that the clinic set itself, which is never above the operator’s', async () => {
      const { byCookie, byToken, orgId } = await signUp();
      const set = (limit: number | null) =>
        scene.app.inject({
          method: 'PATCH',
          url: '/api/organization',
          payload: { requests_per_hour: limit },
          ...byCookie,
        });
      expect((await set(4)).json()).toMatchObject({ status: 400, code: 'LIMIT_TOO_HIGH' });
      expect((await set(2)).json()).toMatchObject({ requests_per_hour: 2, max_requests_per_hour: 3 });
      clock.advance(60_000);
      const policy = async () => (await ask(newNetwork(), '/api/me', byToken)).headers['ratelimit-policy'];
      expect(await policy()).toBe('"organization";q=2;w=3600');
      // Set before the operator lowered it, or by a mistake in the database.
      await db.owner.query('update organizations set own_requests_per_hour = 999 where id = $1', [orgId]);
      clock.advance(60_000);
      expect(await policy()).toBe('"organization";q=3;w=3600');
    });

    test('who prove who they are where they need not, count as themselves', async () => {
      const { byCookie } = await signUp();
      const answer = await ask(newNetwork(), '/api/health/integrations', byCookie);
      expect(answer.headers['ratelimit-policy']).toBe('"person";q=3000;w=3600');
    });

    test('and the operator is not counted', async () => {
      const headers = { authorization: `Bearer ${scene.config.operatorToken}` };
      const from = newNetwork();
      await exhaust(from);
      const answer = await ask(from, '/api/operator/clinics', { headers });
      expect([answer.statusCode, answer.headers.ratelimit]).toEqual([200, undefined]);
    });
  });

  describe('the receptionist of a clinic', () => {
    const say = (secret: string, from: string, url: string, payload: object) =>
      ask(from, url, { method: 'POST', headers: { 'x-vapi-secret': secret }, payload });
    const streamed = { message: { type: 'speech-update', call: { id: 'call-1' } } };
    const toolCall = { toolCallId: 'tool-1', tool: { arguments: {} } };

    test('is heard where strangers are refused, and a flood of messages leaves its tools and other clinics alone', async () => {
      const secrets = await Promise.all(
        [1, 2].map(async () => {
          const secret = crypto.randomUUID();
          const { orgId } = await db.createOrganization();
          await scene.dependencies.connections.shared.makeFirst(orgId, 'vapi', secret);
          return secret;
        }),
      );
      const [flooded = '', other = ''] = secrets;
      const from = newNetwork();
      await exhaust(from);
      expect((await ask(from, '/api/vapi/webhook', { method: 'POST' })).statusCode).toBe(429);
      const heard = await statuses(6, () => say(flooded, from, '/api/vapi/webhook', streamed));
      expect(heard).toEqual([200, 200, 200, 200, 429, 429]);
      const refused = await say(flooded, from, '/api/vapi/webhook', streamed);
      expect(refused.headers['retry-after']).toMatch(/^\d+$/);
      expect((await say(flooded, from, '/api/vapi/tools/get_clinic_info', toolCall)).statusCode).toBe(200);
      expect((await say(other, from, '/api/vapi/webhook', streamed)).statusCode).toBe(200);
    });
  });

  test('a patient’s page has a limit of its own, and says so as a page', async () => {
    const from = newNetwork();
    await exhaust(from);
    expect((await ask(from, '/a/x')).statusCode).toBe(404);
    await Promise.all(Array.from({ length: 299 }, () => ask(from, '/a/x')));
    const refused = await ask(from, '/a/x');
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['content-type']).toContain('text/html');
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
    expect(refused.body).toContain('Please wait a moment');
  });
});
