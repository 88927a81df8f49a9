import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase } from '../platform/database.ts';
import { createTestApp, PASSWORD, type TestApp } from '../testing/app.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { createIdentity } from './index.ts';
import { createPasswordHashing } from './password-hashing.ts';
import { createSignInLimits, type Outcome, type SignInLimits } from './sign-in-limits.ts';

const MINUTE = 60_000;
const HOME = '203.0.113.7';
const ANN = 'ann@example.com';

describe('failed sign-ins', () => {
  let db: TestDatabase;
  let other: ReturnType<typeof createDatabase>;
  const clock = fixedClock('2026-11-18T15:00:00Z');
  /** Two processes. */
  let here: SignInLimits;
  let there: SignInLimits;
  beforeAll(async () => {
    db = await createTestDatabase();
    other = createDatabase({ url: db.runtimeUrl, maxConnections: 4 });
    const key = Buffer.alloc(32, 1);
    here = createSignInLimits({ database: db.database, clock, key });
    there = createSignInLimits({ database: other, clock, key });
  });
  beforeEach(() => db.owner.query('truncate app_private.sign_in_limits'));
  afterAll(async () => {
    await other.close();
    await db.close();
  });

  const limitOf = (error: { status: number; retryAfterSeconds: number; message: string }) => {
    if (error.status !== 429) throw error;
    return error.retryAfterSeconds;
  };
  /** 0, or the seconds to wait. */
  const attempt = (account: string | null, address: string, outcome: Outcome, at = here): Promise<number> =>
    at
      .attempt(
        { account, address },
        async () => outcome,
        (said) => said,
      )
      .then(() => 0, limitOf);
  const fail = async (times: number, account: string | null, address: string | ((n: number) => string)) => {
    const waits: number[] = [];
    for (let n = 0; n < times; n += 1) {
      const from = typeof address === 'string' ? address : address(n);
      waits.push(await attempt(account, from, 'failed', n % 2 === 0 ? here : there));
    }
    return waits;
  };

  test('one account gets ten from one address, in all processes together, then one every minute and a half', async () => {
    expect(await fail(12, ANN, HOME)).toEqual([...Array(10).fill(0), 90, 90]);
    // Also with the right password, or the answer would reveal that it was right.
    expect(await attempt(ANN, HOME, 'succeeded', there)).toBe(90);
    clock.advance(90_000);
    expect(await fail(2, ANN, HOME)).toEqual([0, 90]);
    clock.advance(15 * MINUTE);
    expect(await fail(11, ANN, HOME)).toEqual([...Array(10).fill(0), 90]);
  });

  test('count the same for accounts that do not exist, and however the address is written', async () => {
    expect(await fail(11, 'nobody@example.com', HOME)).toEqual([...Array(10).fill(0), 90]);
    expect(await attempt(' NOBODY@Example.com', HOME, 'failed')).toBe(90);
  });

  test('that end well are forgotten, and those that no one looked at never counted', async () => {
    await fail(9, ANN, HOME);
    for (let n = 0; n < 30; n += 1) expect(await attempt(ANN, HOME, 'neither')).toBe(0);
    expect(await attempt(ANN, HOME, 'succeeded')).toBe(0);
    expect(await fail(11, ANN, HOME)).toEqual([...Array(10).fill(0), 90]);
  });

  test('those of one account don’t lock out the rest of the clinic behind the same address', async () => {
    await fail(60, ANN, HOME);
    expect(await attempt('bob@example.com', HOME, 'succeeded')).toBe(0);
    expect(await fail(10, 'new@example.com', HOME)).toEqual(Array(10).fill(0));
  });

  test('one address gets a hundred for all accounts; people who signed in there before can go on', async () => {
    await attempt('bob@example.com', HOME, 'succeeded');
    for (let n = 0; n < 100; n += 1) await attempt(`spray-${n}@example.com`, HOME, 'failed');
    expect(await attempt('fresh@example.com', HOME, 'failed')).toBe(9);
    expect(await attempt('bob@example.com', HOME, 'succeeded', there)).toBe(0);
    expect(await attempt('fresh@example.com', '198.51.100.1', 'failed')).toBe(0);
    clock.advance(15 * MINUTE);
    expect(await attempt('fresh@example.com', HOME, 'failed')).toBe(0);
  });

  test('from many addresses leave one try to each new one, and everything to where the account is at home', async () => {
    await attempt(ANN, HOME, 'succeeded');
    await fail(100, ANN, (n) => `198.51.100.${n}`);
    expect(await fail(2, ANN, '192.0.2.1')).toEqual([0, 90]);
    // No one is locked out: at home as before, and from a new place with the right password at the first try.
    expect(await fail(10, ANN, HOME)).toEqual(Array(10).fill(0));
    expect(await attempt(ANN, '192.0.2.2', 'succeeded')).toBe(0);
    clock.advance(60 * MINUTE);
    expect(await fail(11, ANN, '192.0.2.3')).toEqual([...Array(10).fill(0), 90]);
  });

  test('at a hundred at once are no more than one after the other', async () => {
    const many = await Promise.all(
      Array.from({ length: 40 }, (_, n) => attempt(ANN, HOME, 'failed', n % 2 === 0 ? here : there)),
    );
    expect(many.filter((wait) => wait === 0)).toHaveLength(10);
  });

  test('while twenty programs sign in side by side with the right password, none is refused', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => attempt(ANN, HOME, 'succeeded')));
    expect(many).toEqual(Array(20).fill(0));
  });

  test('a place is given back when the work breaks off', async () => {
    for (let n = 0; n < 12; n += 1) {
      const broken = here.attempt(
        { account: ANN, address: HOME },
        () => Promise.reject(new Error('away')),
        () => 'failed',
      );
      await expect(broken).rejects.toThrow('away');
    }
    expect(await attempt(ANN, HOME, 'succeeded')).toBe(0);
  });

  test.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
    ['2001:db8:1:2::1', '2001:DB8:0001:2:5::9', true],
    ['2001:db8::1', '2001:db8:0:0:1::', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['::ffff:203.0.113.9', '203.0.113.9', true],
    ['203.0.113.9', '203.0.113.10', false],
    ['fe80::1%eth0', 'fe80::2', true],
  ])('from %s and %s are of one network: %s', async (one, two, same) => {
    await fail(10, ANN, one);
    expect(await attempt(ANN, two, 'failed')).toBe(same ? 90 : 0);
  });

  test('keep no address of a person or a network, and go after a day, known places after thirty', async () => {
    await attempt('bob@example.com', HOME, 'succeeded');
    await fail(3, ANN, HOME);
    const rows = async () =>
      (await db.owner.query('select l::text as row from app_private.sign_in_limits l')).rows;
    expect(await rows()).toHaveLength(5);
    expect(JSON.stringify(await rows())).not.toMatch(/ann|bob|203\.0/);
    clock.advance(2 * 24 * 60 * MINUTE);
    await attempt(null, '192.0.2.77', 'neither');
    expect(await rows()).toHaveLength(2);
    clock.advance(29 * 24 * 60 * MINUTE);
    await attempt(null, '192.0.2.78', 'neither');
    expect(await rows()).toHaveLength(1);
  });
});

describe.each(['sandbox', 'live'])('a person who mistypes (%s)', (mode) => {
  let db: TestDatabase;
  let parts: TestApp;
  let scene: TestApp;
  // Failures are forgotten as time goes by, and a hash takes a tenth of a second of a processor that others may need.
  const clock = fixedClock(new Date());
  const unhashed = createPasswordHashing(async () => ({
    hash: async (password) => `unhashed ${password}`,
    verify: async ({ hash, password }) => hash === `unhashed ${password}`,
  }));
  beforeAll(async () => {
    db = await createTestDatabase();
    const live = {
      VOXANNE_MODE: 'live',
      PUBLIC_URL: 'https://clinic.example',
      OPERATOR_TOKEN: 'kq8Zr2-operator-token-of-length-32',
      AUTH_SECRET: 'kq8Zr2vX0m3nB7yT5wLpQ9sD1fG4hJ6k',
      GOOGLE_CLIENT_ID: 'id.apps.googleusercontent.com',
      GOOGLE_CLIENT_SECRET: 'a-google-secret',
      TWILIO_ACCOUNT_SID: `AC${'a1'.repeat(16)}`,
      TWILIO_AUTH_TOKEN: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
      TWILIO_FROM_NUMBER: '+14155550100',
      VAPI_API_KEY: '3c1e7a52-vapi-key',
    };
    const options = { clock, ...(mode === 'live' ? { env: live } : {}) };
    parts = await createTestApp(db, options);
    const identity = createIdentity({
      ...parts.dependencies,
      admitSignUp: async () => undefined,
      hashing: unhashed,
    });
    scene = await createTestApp(db, { ...options, replace: { identity } });
  });
  afterAll(async () => {
    await scene.close();
    await parts.close();
    await db.close();
  });
  const signIn = (email: string, password: string) =>
    scene.post('/api/auth/sign-in/email', { email, password });

  test('ten times gets how long to wait; colleagues behind the same address go on', async () => {
    const [ann, bob] = [await scene.signUp(), await scene.signUp()];
    for (let n = 0; n < 10; n += 1) expect((await signIn(ann.email, `wrong ${n}`)).statusCode).toBe(401);
    for (const password of ['wrong again', PASSWORD]) {
      const refused = await signIn(ann.email, password);
      expect(refused.statusCode).toBe(429);
      expect(refused.headers).toMatchObject({
        'content-type': expect.stringContaining('application/problem+json'),
        'retry-after': '90',
      });
      expect(refused.json()).toMatchObject({ code: 'TOO_MANY_ATTEMPTS', status: 429, retryable: true });
      expect(refused.json().detail).toMatch(/Wait 2 minutes/);
    }
    expect((await signIn(bob.email, PASSWORD)).statusCode).toBe(200);
    expect((await signIn('nobody@example.com', PASSWORD)).statusCode).toBe(401);
  });

  test('a guessable password is refused at sign-up in plain words, a long one before it is hashed', async () => {
    const signUp = (password: string, email = 'new@example.com') =>
      scene.post('/api/auth/sign-up/email', { email, password, name: 'New' });
    for (const password of ['password', '12345678', 'new@example.com']) {
      const refused = await signUp(password);
      expect(refused.statusCode).toBe(400);
      expect(refused.json()).toMatchObject({ code: 'WEAK_PASSWORD', errors: [{ path: 'password' }] });
    }
    expect((await signUp('x'.repeat(129))).statusCode).toBe(400);
    expect((await signIn('new@example.com', 'x'.repeat(129))).statusCode).toBe(400);
    expect((await signUp('tulips on the lamp')).statusCode).toBe(200);
  });

  test('scripts get no session token from sign-up, sign-in and get-session: the cookie has it', async () => {
    const email = 'cookie@example.com';
    const up = await scene.post('/api/auth/sign-up/email', { email, password: PASSWORD, name: 'Ann' });
    const answer = await signIn(email, PASSWORD);
    const cookie = scene.cookieOf(answer);
    const session = await scene.app.inject({ url: '/api/auth/get-session', headers: { cookie } });
    const { rows } = await db.owner.query(
      `select s.token from auth.ba_sessions s join auth.users u on u.id = s."userId" where u.email = $1`,
      [email],
    );
    expect(rows).toHaveLength(2);
    expect(session.json()).toMatchObject({ user: { email }, session: { userId: up.json().user.id } });
    for (const { body } of [up, answer, session]) {
      for (const { token } of rows) expect(body).not.toContain(token);
      expect(body).not.toMatch(/"token"/);
    }
    const { token } = (await scene.app.inject({ url: '/api/auth/token', headers: { cookie } })).json();
    expect(token.split('.')).toHaveLength(3);
    const nobody = await scene.app.inject({ url: '/api/auth/get-session' });
    expect(nobody.json()).toBeNull();
  });
});
