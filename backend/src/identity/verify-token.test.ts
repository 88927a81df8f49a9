import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JSONWebKeySet,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { verifyLocalTokens, verifySupabaseTokens } from './verify-token.ts';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

const ISSUER = 'https://clinic.example';
const USER = randomUUID();
const ORG = randomUUID();
const CLAIMS = { sub: USER, email: 'ann@example.com', app_metadata: { org_id: ORG }, secondFactor: false };
const KID = randomUUID();
const SESSION = randomUUID();
const REFUSED = { code: 'INVALID_TOKEN', status: 401 };

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;

/** A token as the issuer would make it, but for what is changed. */
function token(claims: JWTPayload = {}, header: { alg?: string; kid?: string; jku?: string } = {}): SignJWT {
  return new SignJWT({
    iss: ISSUER,
    aud: 'authenticated',
    role: 'authenticated',
    sid: SESSION,
    iat: Math.floor(Date.now() / 1_000),
    exp: Math.floor(Date.now() / 1_000) + 900,
    ...CLAIMS,
    ...claims,
  }).setProtectedHeader({ alg: 'ES256', kid: KID, ...header });
}

describe('our own token issuer', () => {
  let ours: Keys;
  let theirs: Keys;
  let jwks: JSONWebKeySet;
  beforeAll(async () => {
    ours = await generateKeyPair('ES256', { extractable: true });
    theirs = await generateKeyPair('ES256', { extractable: true });
    jwks = { keys: [{ ...(await exportJWK(ours.publicKey)), kid: KID, alg: 'ES256', use: 'sig' }] };
  });

  const local = (
    change: {
      load?: () => Promise<JSONWebKeySet>;
      exists?: (id: string) => Promise<boolean>;
      sessionStands?: Parameters<typeof verifyLocalTokens>[0]['sessionStands'];
    } = {},
  ) =>
    verifyLocalTokens({
      keys: { load: change.load ?? (async () => jwks), exists: change.exists ?? (async (id) => id === KID) },
      issuer: ISSUER,
      sessionStands: change.sessionStands ?? (async () => true),
    });
  const verify = (text: string) => local()(text);

  test('is believed for its user and its organization', async () => {
    expect(await verify(await token().sign(ours.privateKey))).toEqual(CLAIMS);
  });

  test('is remembered for a minute and never past its end; a bad one is looked at each time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const text = await token({ exp: Math.floor(Date.now() / 1_000) + 90 }).sign(ours.privateKey);
      const check = local();
      const known = await check(text);
      expect(await check(text)).toBe(known);
      vi.advanceTimersByTime(61_000);
      expect(await check(text)).not.toBe(known);
      vi.advanceTimersByTime(30_000);
      await expect(check(text)).rejects.toMatchObject(REFUSED);
      const bad = `${text.slice(0, -4)}AAAA`;
      for (let times = 0; times < 2; times += 1) await expect(check(bad)).rejects.toMatchObject(REFUSED);
    } finally {
      vi.useRealTimers();
    }
  });

  test('needs no organization, and no email address', async () => {
    const bare = await token({ app_metadata: undefined, email: undefined }).sign(ours.privateKey);
    expect(await verify(bare)).toEqual({ sub: USER, email: '', app_metadata: {}, secondFactor: false });
  });

  test('is believed in app_metadata only: nothing next to it counts', async () => {
    const claims = { app_metadata: {}, org_id: ORG, user_metadata: { org_id: ORG }, user_id: ORG };
    expect(await verify(await token(claims).sign(ours.privateKey))).toEqual({
      sub: USER,
      email: CLAIMS.email,
      app_metadata: {},
      secondFactor: false,
    });
  });

  test.each([
    ['aal2', true],
    ['aal1', false],
    [undefined, false],
    ['AAL2', false],
  ])('says whether the sign-in took two steps: aal %j is %s', async (aal, secondFactor) => {
    const signed = await token({ aal }).sign(ours.privateKey);
    expect((await verify(signed)).secondFactor).toBe(secondFactor);
  });

  test.each<[string, () => Promise<string> | string]>([
    [
      'has no signature (alg none)',
      () => new UnsecuredJWT({ iss: ISSUER, aud: 'authenticated', ...CLAIMS }).encode(),
    ],
    [
      'is signed with our public key as a password (HS256)',
      async () => {
        const pem = new TextEncoder().encode(await exportSPKI(ours.publicKey));
        return token({}, { alg: 'HS256' }).sign(pem);
      },
    ],
    [
      'is signed with the JSON of our public key as a password (HS256)',
      () => token({}, { alg: 'HS256' }).sign(new TextEncoder().encode(JSON.stringify(jwks.keys[0]))),
    ],
    ['is signed by somebody else under our key’s name', () => token().sign(theirs.privateKey)],
    ['names a key that is not ours', () => token({}, { kid: randomUUID() }).sign(theirs.privateKey)],
    [
      'brings its own place to fetch keys from',
      () => token({}, { kid: randomUUID(), jku: 'https://evil.example' }).sign(theirs.privateKey),
    ],
    [
      'is of another algorithm',
      async () => {
        const rsa = await generateKeyPair('RS256');
        return token({}, { alg: 'RS256' }).sign(rsa.privateKey);
      },
    ],
    ['is from another issuer', () => token({ iss: 'https://evil.example' }).sign(ours.privateKey)],
    ['is from no issuer', () => token({ iss: undefined }).sign(ours.privateKey)],
    ['is for another audience', () => token({ aud: 'anon' }).sign(ours.privateKey)],
    ['is for no audience', () => token({ aud: undefined }).sign(ours.privateKey)],
    ['has expired', () => token({ exp: Math.floor(Date.now() / 1_000) - 1 }).sign(ours.privateKey)],
    ['is not good yet', () => token().setNotBefore('5m').sign(ours.privateKey)],
    [
      'was made in the future',
      () => token({ iat: inSeconds(120), exp: inSeconds(900) }).sign(ours.privateKey),
    ],
    ['is good for longer than any of ours', () => token({ exp: inSeconds(3_600) }).sign(ours.privateKey)],
    ['never ends', () => token({ exp: undefined }).sign(ours.privateKey)],
    ['ends in words', () => token({ exp: 'never' as unknown as number }).sign(ours.privateKey)],
    ['has no role', () => token({ role: undefined }).sign(ours.privateKey)],
    ['has the role of a program', () => token({ role: 'service_role' }).sign(ours.privateKey)],
    ['belongs to no session', () => token({ sid: undefined }).sign(ours.privateKey)],
    ['belongs to a session that is none', () => token({ sid: 'x' }).sign(ours.privateKey)],
    ['has no user', () => token({ sub: undefined }).sign(ours.privateKey)],
    ['has a user that is none', () => token({ sub: 'service' }).sign(ours.privateKey)],
    [
      'has an organization that is none',
      () => token({ app_metadata: { org_id: 'x' } }).sign(ours.privateKey),
    ],
    [
      'was changed',
      async () =>
        (await token().sign(ours.privateKey)).replace(/\.[^.]+\./, (body) => `${body.slice(0, -2)}A.`),
    ],
    ['is cut off', async () => (await token().sign(ours.privateKey)).slice(0, -8)],
    ['is nonsense', () => 'nonsense'],
    ['is empty', () => ''],
  ])('is refused when it %s', async (_, make) => {
    await expect(verify(await make())).rejects.toMatchObject(REFUSED);
  });

  test('that has expired says so, so that a script knows what to do', async () => {
    const old = await token({ exp: Math.floor(Date.now() / 1_000) - 1 }).sign(ours.privateKey);
    await expect(verify(old)).rejects.toThrow(/expired.*GET \/api\/auth\/token/);
  });

  test('is good as long as its session lasts, whatever is remembered about it', async () => {
    const sessionStands = vi.fn(async () => true);
    const check = local({ sessionStands });
    const text = await token().sign(ours.privateKey);
    await check(text);
    await check(text);
    expect(sessionStands.mock.calls).toEqual([
      [{ id: SESSION, userId: USER, keyId: KID }],
      [{ id: SESSION, userId: USER, keyId: KID }],
    ]);
    sessionStands.mockResolvedValue(false);
    await expect(check(text)).rejects.toMatchObject(REFUSED);
    await expect(check(text)).rejects.toThrow(/session.*ended/);
  });

  test('costs one look at the keys, and one more for a key that is new', async () => {
    const load = vi.fn(async () => jwks);
    const known = new Set<string>([KID]);
    const check = local({ load, exists: async (id) => known.has(id) });
    await Promise.all(
      Array.from({ length: 10 }, async (_, n) => check(await token({ n }).sign(ours.privateKey))),
    );
    expect(load).toHaveBeenCalledTimes(1);
    const rotated = await generateKeyPair('ES256');
    const next = randomUUID();
    known.add(next);
    load.mockResolvedValue({ keys: [{ ...(await exportJWK(rotated.publicKey)), kid: next, alg: 'ES256' }] });
    await check(await token({}, { kid: next }).sign(rotated.privateKey));
    expect(load).toHaveBeenCalledTimes(2);
  });

  describe('that names a key that isn’t one', () => {
    const junk = (kid: string, n = 0) => token({ n }, { kid }).sign(theirs.privateKey);

    test.each([
      ['made up', () => randomUUID(), 1],
      ['no id at all', () => "x' or true --", 0],
      ['empty', () => '', 0],
    ])('(%s) loads nothing, however often it comes', async (_what, name, asked) => {
      const load = vi.fn(async () => jwks);
      const exists = vi.fn(async (id: string) => id === KID);
      const check = local({ load, exists });
      await check(await token().sign(ours.privateKey));
      exists.mockClear();
      const kid = name();
      for (let n = 0; n < 50; n += 1) await expect(check(await junk(kid, n))).rejects.toMatchObject(REFUSED);
      expect(load).toHaveBeenCalledTimes(1);
      expect(exists).toHaveBeenCalledTimes(asked);
    });

    test('is not loaded for again when it is there and cannot be read (another AUTH_SECRET)', async () => {
      const load = vi.fn(async () => jwks);
      const sealed = randomUUID();
      const check = local({ load, exists: async () => true });
      for (let n = 0; n < 20; n += 1)
        await expect(check(await junk(sealed, n))).rejects.toMatchObject(REFUSED);
      expect(load).toHaveBeenCalledTimes(1);
    });

    test('doesn’t get in the way of a good one', async () => {
      const check = local();
      for (let n = 0; n < 5; n += 1)
        await expect(check(await junk(randomUUID()))).rejects.toMatchObject(REFUSED);
      expect(await check(await token().sign(ours.privateKey))).toEqual(CLAIMS);
    });
  });

  test.each(['load', 'exists'] as const)(
    'is no verdict while the keys cannot be read (%s): 503, and good afterwards',
    async (what) => {
      const away = vi.fn().mockRejectedValueOnce(new Error('connect ECONNREFUSED'));
      away.mockImplementation(what === 'load' ? async () => jwks : async () => true);
      const check = local({ [what]: away });
      const text = await token().sign(ours.privateKey);
      await expect(check(text)).rejects.toMatchObject({ status: 503, retryable: true });
      expect(await check(text)).toEqual(CLAIMS);
    },
  );
});

const SUPABASE = 'https://project.supabase.co';
const GOTRUE = `${SUPABASE}/auth/v1`;
type Made = (claims?: JWTPayload, alg?: string) => Promise<string>;

/** Wrong in itself, whatever proves it. */
const NO_PERSON: [string, JWTPayload][] = [
  ['never ends', { exp: undefined }],
  ['has expired', { exp: 1 }],
  ['is good for longer than Supabase gives', { exp: inSeconds(8 * 86_400) }],
  ['was made in the future', { iat: inSeconds(120) }],
  ['is from no issuer', { iss: undefined }],
  ['is for no audience', { aud: undefined }],
  ['is for another audience', { aud: 'anon' }],
  ['has no user', { sub: undefined }],
  ['has no role', { role: undefined }],
  ['is the public key of the project', { role: 'anon', aud: 'anon', sub: undefined }],
  ['has the role anon beside a user', { role: 'anon' }],
  ['has the role service_role beside a user', { role: 'service_role' }],
  ['has a role of their own', { role: 'supabase_admin' }],
  ['is of someone anonymous', { is_anonymous: true }],
];

describe.each([true, false])(
  'a token of Supabase, checked with the shared secret (address known: %s)',
  (known) => {
    const secret = 'a-jwt-secret-of-a-supabase-project-00000';
    const key = new TextEncoder().encode(secret);
    const verify = verifySupabaseTokens({ jwtSecret: secret, ...(known ? { supabaseUrl: SUPABASE } : {}) });
    const made: Made = (claims = {}, alg = 'HS256') =>
      token({ iss: GOTRUE, is_anonymous: false, sid: undefined, ...claims }, { alg }).sign(key);

    test('is believed for its user and its organization, without a session of ours', async () => {
      expect(await verify(await made())).toEqual(CLAIMS);
    });

    test.each(NO_PERSON)('is refused when it %s', async (_, claims) => {
      await expect(verify(await made(claims))).rejects.toMatchObject(REFUSED);
    });

    test.each<[string, () => Promise<string> | string]>([
      [
        'is signed with another secret',
        () => token({ iss: GOTRUE }, { alg: 'HS256' }).sign(new TextEncoder().encode('x'.repeat(40))),
      ],
      ['has no signature', () => new UnsecuredJWT({ aud: 'authenticated', ...CLAIMS }).encode()],
      ['is of another algorithm', () => made({}, 'HS512')],
    ])('is refused when it %s', async (_, make) => {
      await expect(verify(await make())).rejects.toMatchObject(REFUSED);
    });

    test(`a token of another project is ${known ? 'refused' : 'accepted by the secret alone'}`, async () => {
      const other = verify(await made({ iss: 'https://other.supabase.co/auth/v1' }));
      if (known) await expect(other).rejects.toMatchObject(REFUSED);
      else expect(await other).toEqual(CLAIMS);
    });
  },
);

describe('a token of Supabase, checked with its published keys', () => {
  let pair: Keys;
  let server: Server;
  let url: string;
  let asked = 0;
  let answers = true;
  beforeAll(async () => {
    pair = await generateKeyPair('ES256', { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: KID, alg: 'ES256', use: 'sig' }] };
    server = createServer((request, response) => {
      asked += 1;
      const known = answers && request.url === '/auth/v1/.well-known/jwks.json';
      response.writeHead(known ? 200 : 503, { 'content-type': 'application/json' });
      response.end(known ? JSON.stringify(jwks) : '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked = 0;
    answers = true;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const made: Made = (claims = {}) =>
    token({ iss: `${url}/auth/v1`, sid: undefined, ...claims }).sign(pair.privateKey);
  const check = () => verifySupabaseTokens({ supabaseUrl: url });

  test('is believed for its user and its organization', async () => {
    expect(await check()(await made())).toEqual(CLAIMS);
  });

  test.each([...NO_PERSON, ['is of another project', { iss: GOTRUE }] as [string, JWTPayload]])(
    'is refused when it %s',
    async (_, claims) => {
      await expect(check()(await made(claims))).rejects.toMatchObject(REFUSED);
    },
  );

  test('is refused when it is signed with the published key as a password', async () => {
    const pem = new TextEncoder().encode(await exportSPKI(pair.publicKey));
    const forged = await token({ iss: `${url}/auth/v1` }, { alg: 'HS256' }).sign(pem);
    await expect(check()(forged)).rejects.toMatchObject(REFUSED);
  });

  test('with a key that is unknown asks Supabase once for all of them', async () => {
    const verify = check();
    await verify(await made());
    for (let n = 0; n < 20; n += 1) {
      const junk = await token({ iss: `${url}/auth/v1` }, { kid: randomUUID() }).sign(pair.privateKey);
      await expect(verify(junk)).rejects.toMatchObject(REFUSED);
    }
    expect(asked).toBe(1);
  });

  test('isn’t a verdict while Supabase does not answer: 503, and good afterwards', async () => {
    const verify = check();
    answers = false;
    await expect(verify(await made())).rejects.toMatchObject({ status: 503, retryable: true });
    answers = true;
    expect(await verify(await made())).toEqual(CLAIMS);
  });
});
