import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, PASSWORD, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

const HOME = 'http://localhost:3001';

describe('signing up and in', () => {
  let db: TestDatabase;
  let scene: TestApp;
  beforeAll(async () => {
    db = await createTestDatabase();
    scene = await createTestApp(db);
  });
  beforeEach(() => {
    scene.lines.length = 0;
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
  });

  const signUp = (fields: object, headers = {}) =>
    scene.post(
      '/api/auth/sign-up/email',
      { email: `${crypto.randomUUID()}@example.com`, password: PASSWORD, name: 'Ann', ...fields },
      headers,
    );
  const signIn = (email: string, password = PASSWORD, headers = {}) =>
    scene.post('/api/auth/sign-in/email', { email, password }, headers);
  const me = (headers: Record<string, string>) => scene.app.inject({ url: '/api/me', headers });
  const userRow = async (email: string) => {
    const { rows } = await db.owner.query('select * from auth.users where email = $1', [email]);
    return rows[0];
  };

  test('brings an account, its own clinic and a session, in one request', async () => {
    const ann = await scene.signUp({
      organization_name: 'Bright Smiles',
      phone: '030 901820',
      time_zone: 'Europe/Berlin',
    });
    expect((await me({ cookie: ann.cookie })).json()).toMatchObject({
      user_id: ann.userId,
      email: ann.email,
      org_id: ann.orgId,
      organization: { id: ann.orgId, name: 'Bright Smiles', time_zone: 'Europe/Berlin' },
      role: 'owner',
      org_source: 'jwt',
    });
    const clinic = (await scene.app.inject({ url: '/api/organization', headers: ann.bearer })).json();
    expect(clinic).toMatchObject({ phone: '+4930901820', public_phone: null, country: 'DE' });
  });

  test.each([
    [
      { public_phone: '030 901820', time_zone: 'Europe/Berlin' },
      { phone: null, public_phone: '+4930901820', country: 'DE' },
    ],
    [
      { public_phone: '+1 212 555 0188', phone: '+49 1512 3456711' },
      { phone: '+4915123456711', public_phone: '+12125550188', country: 'US' },
    ],
    [
      { public_phone: '(212) 555-0188', phone: '+1 415 555 0132' },
      { phone: '+14155550132', public_phone: '+12125550188', country: 'US' },
    ],
    [
      { public_phone: '', phone: '' },
      { phone: null, public_phone: null },
    ],
  ])('keeps the clinic’s number apart from the owner’s: %j', async (fields, kept) => {
    const { bearer } = await scene.signUp(fields);
    const clinic = (await scene.app.inject({ url: '/api/organization', headers: bearer })).json();
    expect(clinic).toMatchObject(kept);
  });

  test('keeps its cookie away from scripts and from other sites', async () => {
    const answer = await signUp({});
    expect(answer.cookies).toMatchObject([
      { name: 'voxanne.session_token', httpOnly: true, sameSite: 'Lax', path: '/' },
    ]);
    expect(answer.cookies[0]).not.toHaveProperty('secure');
  });

  test('keeps no password, and shows no hash', async () => {
    const answer = await signUp({ email: 'keeps@example.com' });
    const { rows } = await db.owner.query(
      `select a.password from auth.ba_accounts a join auth.users u on u.id = a."userId" where u.email = $1`,
      ['keeps@example.com'],
    );
    expect(rows[0].password).not.toContain(PASSWORD);
    expect(answer.body).not.toContain(rows[0].password.slice(0, 20));
    expect(answer.body).not.toContain('user_meta');
  });

  test('leads back in with the password, out again, and the session is over', async () => {
    const { email, orgId } = await scene.signUp();
    const inside = await signIn(email);
    expect(inside.statusCode).toBe(200);
    const cookie = scene.cookieOf(inside);
    expect((await me({ cookie })).json()).toMatchObject({ org_id: orgId, org_source: 'jwt' });
    const out = await scene.post('/api/auth/sign-out', {}, { cookie });
    expect(out.statusCode).toBe(200);
    expect((await me({ cookie })).statusCode).toBe(401);
    expect((await scene.app.inject({ url: '/api/auth/token', headers: { cookie } })).statusCode).toBe(401);
  });

  test('finds the account whatever the case of the address', async () => {
    await signUp({ email: 'Mixed.Case@Example.com' });
    expect((await signIn('mixed.case@example.COM')).statusCode).toBe(200);
  });

  test('tells a wrong password and an unknown address apart to no one', async () => {
    const { email } = await scene.signUp();
    const wrong = await signIn(email, 'wrong password');
    const unknown = await signIn('nobody@example.com');
    expect([wrong.statusCode, unknown.statusCode]).toEqual([401, 401]);
    const words = (answer: typeof wrong) => ({ ...answer.json(), request_id: null });
    expect(words(wrong)).toEqual(words(unknown));
    expect(wrong.headers['content-type']).toContain('application/problem+json');
    expect(wrong.json()).toMatchObject({ code: 'INVALID_EMAIL_OR_PASSWORD' });
  });

  test('with an address that has an account says to sign in, and changes nothing', async () => {
    const { email } = await scene.signUp({ organization_name: 'First' });
    const again = await signUp({ email, organization_name: 'Second', password: 'another password' });
    expect(again.statusCode).toBe(422);
    expect(again.json().detail).toContain('Sign in instead');
    expect((await signIn(email)).statusCode).toBe(200);
    expect((await signIn(email, 'another password')).statusCode).toBe(401);
    const { rows } = await db.owner.query(`select 1 from public.organizations where name = 'Second'`);
    expect(rows).toEqual([]);
  });

  test('ten sign-ups at once with one address make one account and one clinic', async () => {
    const email = 'race@example.com';
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => signUp({ email, organization_name: 'The race' })),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    for (const { statusCode } of answers) expect(statusCode).toBeOneOf([200, 422]);
    expect((await signUp({ email })).json().detail).toContain('Sign in instead');
    const { rows } = await db.owner.query(`select id from public.organizations where name = 'The race'`);
    expect(rows).toHaveLength(1);
    expect((await userRow(email)).org_id).toBe(rows[0].id);
  });

  test.each([
    [{ email: 'no address' }, 'email'],
    [{ password: 'short' }, 'password'],
    [{ password: 'x'.repeat(129) }, 'password'],
    [{ name: '  ' }, 'name'],
    [{ phone: 'call me' }, 'phone'],
    [{ public_phone: 'call us' }, 'public_phone'],
    [{ public_phone: '1'.repeat(33) }, 'public_phone'],
    [{ public_phone: '212 555\u0000 0188' }, 'public_phone'],
    [{ name: 'Ann\u0000' }, 'name'],
    [{ organization_name: 'Bright\u0000Smiles' }, 'organization_name'],
    [{ organization_name: 'Bright \ud83d' }, 'organization_name'],
    [{ time_zone: 'UTC\u0000' }, 'time_zone'],
  ])('refuses %j at its field', async (fields, path) => {
    const answer = await signUp(fields);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors).toMatchObject([{ path }]);
  });

  describe('a token', () => {
    test('says who and for which clinic, for a quarter of an hour, and nothing of the account besides', async () => {
      const { token, userId, orgId, email } = await scene.signUp();
      const claims = decodeJwt(token);
      expect(claims).toEqual({
        sub: userId,
        email,
        role: 'authenticated',
        sid: expect.any(String),
        aal: 'aal1',
        aud: 'authenticated',
        iss: HOME,
        app_metadata: { org_id: orgId },
        user_id: userId,
        org_id: orgId,
        iat: expect.any(Number),
        exp: expect.any(Number),
      });
      expect(claims.exp! - claims.iat!).toBe(900);
      const { alg, kid } = decodeProtectedHeader(token);
      const jwks = (await scene.app.inject('/api/auth/jwks')).json();
      expect(alg).toBe('ES256');
      expect(jwks.keys.map((key: { kid: string }) => key.kid)).toContain(kid);
      expect(JSON.stringify(jwks)).not.toContain('"d"');
    });

    test('is refused when anything about it is wrong, as a 401 in words', async () => {
      const { token } = await scene.signUp();
      const [header, body, signature] = token.split('.') as [string, string, string];
      const forged = Buffer.from(JSON.stringify({ ...decodeJwt(token), org_id: 'x' })).toString('base64url');
      for (const authorization of [
        `Bearer ${header}.${forged}.${signature}`,
        `Bearer ${header}.${body}.`,
        'Bearer nonsense',
        'Bearer ',
        `Basic ${token}`,
        token,
      ]) {
        const answer = await me({ authorization });
        expect(answer.statusCode, authorization).toBe(401);
        expect(answer.json().code).toBe('INVALID_TOKEN');
      }
    });

    test('is believed before a cookie: a bad one is not rescued by a good session', async () => {
      const { cookie } = await scene.signUp();
      expect((await me({ cookie, authorization: 'Bearer nonsense' })).statusCode).toBe(401);
    });
  });

  test('another AUTH_SECRET signs everyone out, and locks no one out', async () => {
    const before = await scene.signUp();
    const rotated = await createTestApp(db, {
      env: { AUTH_SECRET: 'another-auth-secret-of-forty-characters' },
    });
    const ask = (url: string, headers: Record<string, string>) => rotated.app.inject({ url, headers });
    try {
      expect((await ask('/api/me', { cookie: before.cookie })).statusCode).toBe(401);
      expect((await ask('/api/me', before.bearer)).statusCode).toBe(401);
      const inside = await rotated.post('/api/auth/sign-in/email', {
        email: before.email,
        password: PASSWORD,
      });
      const cookie = rotated.cookieOf(inside);
      expect((await ask('/api/me', { cookie })).json()).toMatchObject({ org_id: before.orgId });
      const { token } = (await ask('/api/auth/token', { cookie })).json();
      expect((await ask('/api/me', { authorization: `Bearer ${token}` })).statusCode).toBe(200);
      const again = (await ask('/api/auth/token', { cookie })).json().token;
      expect(decodeProtectedHeader(again).kid).toBe(decodeProtectedHeader(token).kid);
    } finally {
      await rotated.close();
    }
  });

  test('no one is no one: no cookie, a foreign one, one that was edited', async () => {
    const { cookie } = await scene.signUp();
    for (const other of [
      '',
      'theme=dark',
      'voxanne.session_token=nonsense',
      cookie.replace(/.{6}$/, 'AAAAAA'),
    ]) {
      const answer = await me(other ? { cookie: other } : {});
      expect(answer.statusCode, other).toBe(401);
      expect(answer.json().code).toBe('NOT_SIGNED_IN');
    }
  });

  describe('fields that were not asked for', () => {
    const ATTACK = {
      appMetaData: { org_id: crypto.randomUUID(), role: 'owner' },
      raw_app_meta_data: { org_id: crypto.randomUUID() },
      app_metadata: { org_id: crypto.randomUUID() },
      userMetaData: { organization_name: 'Injected' },
      raw_user_meta_data: { organization_name: 'Injected' },
      org_id: crypto.randomUUID(),
      emailVerified: true,
      role: 'service_role',
      id: crypto.randomUUID(),
    };

    test('give no rights at sign-up', async () => {
      const email = `${crypto.randomUUID()}@example.com`;
      const answer = await signUp({ ...ATTACK, email });
      expect(answer.statusCode).toBeOneOf([200, 400]);
      if (answer.statusCode === 400) return;
      const user = await userRow(email);
      expect(user.raw_app_meta_data).toEqual({ org_id: user.org_id });
      expect(Object.values(ATTACK)).not.toContain(user.org_id);
      expect(JSON.stringify(user)).not.toContain('Injected');
      expect(user).toMatchObject({ role: 'authenticated', email_verified: false });
      expect(user.id).not.toBe(ATTACK.id);
      const { rows } = await db.owner.query('select role from public.profiles where user_id = $1', [user.id]);
      expect(rows).toEqual([{ role: 'owner' }]);
    });

    test('have no other door: the issuer’s own routes for changing an account are shut', async () => {
      const { cookie, email } = await scene.signUp();
      const before = await userRow(email);
      for (const [url, status] of [
        ['/api/auth/update-user', 404],
        ['/api/auth/delete-user', 404],
        // Ours: an address and the password, and no byte more.
        ['/api/auth/change-email', 413],
      ] as const) {
        const answer = await scene.post(
          url,
          { ...ATTACK, newEmail: 'x@example.com' },
          { cookie, origin: HOME },
        );
        expect(answer.statusCode, url).toBe(status);
      }
      expect(await userRow(email)).toEqual(before);
    });
  });

  describe('a request that another page makes with our cookie', () => {
    const patch = (headers: Record<string, string>) =>
      scene.app.inject({ method: 'PATCH', url: '/api/organization', headers, payload: { name: 'Changed' } });

    test.each([
      [{ origin: 'https://evil.example' }],
      [{ origin: 'http://localhost:3001.evil.example' }],
      [{ origin: 'null' }],
      [{ 'sec-fetch-site': 'cross-site' }],
    ])('%j is refused', async (headers) => {
      const { cookie } = await scene.signUp();
      const answer = await patch({ cookie, ...headers });
      expect(answer.statusCode).toBe(403);
      expect(answer.json().code).toBe('INVALID_ORIGIN');
    });

    test('is refused a sign-in and a sign-out, too', async () => {
      const { email, cookie } = await scene.signUp();
      const foreign = { cookie, origin: 'https://evil.example' };
      expect((await signIn(email, PASSWORD, foreign)).statusCode).toBe(403);
      expect((await scene.post('/api/auth/sign-out', {}, foreign)).statusCode).toBe(403);
      expect((await me({ cookie })).statusCode).toBe(200);
    });

    test('from our own page, from a program and for reading is fine', async () => {
      const { cookie, bearer } = await scene.signUp();
      expect((await patch({ cookie, origin: HOME })).statusCode).toBe(200);
      expect((await patch({ cookie })).statusCode).toBe(200);
      expect((await patch({ ...bearer, origin: 'https://evil.example' })).statusCode).toBe(200);
      expect((await me({ cookie, 'sec-fetch-site': 'cross-site' })).statusCode).toBe(200);
    });
  });

  test('is not logged with address, name or password', async () => {
    await scene.signUp({ email: 'canary@example.com', name: 'Canary Person' });
    await signIn('canary@example.com', 'canary-wrong');
    expect(JSON.stringify(scene.lines).toLowerCase()).not.toContain('canary');
  });
});
