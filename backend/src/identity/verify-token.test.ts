import { randomUUID } from 'node:crypto';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JSONWebKeySet,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { verifyLocalTokens, verifySupabaseTokens } from './verify-token.ts';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

const ISSUER = 'https://clinic.example';
const USER = randomUUID();
const ORG = randomUUID();
const CLAIMS = { sub: USER, email: 'ann@example.com', app_metadata: { org_id: ORG } };
const REFUSED = { code: 'INVALID_TOKEN', status: 401 };

/** A token as the issuer would make it, but for what is changed. */
function token(claims: JWTPayload = {}, header: { alg?: string; kid?: string; jku?: string } = {}): SignJWT {
  return new SignJWT({ iss: ISSUER, aud: 'authenticated', ...CLAIMS, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'ours', ...header })
    .setIssuedAt()
    .setExpirationTime(claims.exp ?? '15m');
}

describe('a token of our own issuer', () => {
  let ours: Keys;
  let theirs: Keys;
  let jwks: JSONWebKeySet;
  beforeAll(async () => {
    ours = await generateKeyPair('ES256', { extractable: true });
    theirs = await generateKeyPair('ES256', { extractable: true });
    jwks = { keys: [{ ...(await exportJWK(ours.publicKey)), kid: 'ours', alg: 'ES256', use: 'sig' }] };
  });

  const verify = (text: string) => verifyLocalTokens(async () => jwks, ISSUER)(text);

  test('is believed for its user and its organization', async () => {
    expect(await verify(await token().sign(ours.privateKey))).toEqual(CLAIMS);
  });

  test('is remembered for a minute and never past its end; a bad one is looked at each time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const text = await token({ exp: Math.floor(Date.now() / 1_000) + 90 }).sign(ours.privateKey);
      const check = verifyLocalTokens(async () => jwks, ISSUER);
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

  test('needs no organization, and no e-mail address', async () => {
    const bare = await token({ app_metadata: undefined, email: undefined }).sign(ours.privateKey);
    expect(await verify(bare)).toEqual({ sub: USER, email: '', app_metadata: {} });
  });

  test('is believed in app_metadata only: what stands beside it gives nothing', async () => {
    const claims = { app_metadata: {}, org_id: ORG, user_metadata: { org_id: ORG }, user_id: ORG };
    expect(await verify(await token(claims).sign(ours.privateKey))).toEqual({
      sub: USER,
      email: CLAIMS.email,
      app_metadata: {},
    });
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
    ['names a key that is not ours', () => token({}, { kid: 'theirs' }).sign(theirs.privateKey)],
    [
      'brings its own place to fetch keys from',
      () => token({}, { kid: 'theirs', jku: 'https://evil.example' }).sign(theirs.privateKey),
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

  test('costs one look at the keys, and one more for a key that is new', async () => {
    const load = vi.fn(async () => jwks);
    const check = verifyLocalTokens(load, ISSUER);
    for (let n = 0; n < 3; n += 1) await check(await token().sign(ours.privateKey));
    expect(load).toHaveBeenCalledTimes(1);
    const rotated = await generateKeyPair('ES256');
    load.mockResolvedValue({
      keys: [{ ...(await exportJWK(rotated.publicKey)), kid: 'next', alg: 'ES256' }],
    });
    await check(await token({}, { kid: 'next' }).sign(rotated.privateKey));
    expect(load).toHaveBeenCalledTimes(2);
  });
});

describe('a token of Supabase, checked with the shared secret', () => {
  const secret = 'a-jwt-secret-of-a-supabase-project-00000';
  const key = new TextEncoder().encode(secret);
  const verify = verifySupabaseTokens({ jwtSecret: secret });
  const made = (claims: JWTPayload = {}, alg = 'HS256') => token(claims, { alg }).sign(key);

  test('is believed for its user and its organization', async () => {
    expect(await verify(await made())).toEqual(CLAIMS);
  });

  test.each<[string, () => Promise<string> | string]>([
    [
      'is signed with another secret',
      () => token({}, { alg: 'HS256' }).sign(new TextEncoder().encode('x'.repeat(40))),
    ],
    ['has no signature', () => new UnsecuredJWT({ aud: 'authenticated', ...CLAIMS }).encode()],
    ['is of another algorithm', () => made({}, 'HS512')],
    ['is the public key of the project (anon)', () => made({ aud: 'anon', sub: undefined })],
    [
      'is the service key of the project, which is nobody',
      () => made({ aud: undefined, sub: undefined, role: 'service_role' }),
    ],
    ['has expired', () => made({ exp: 1 })],
  ])('is refused when it %s', async (_, make) => {
    await expect(verify(await make())).rejects.toMatchObject(REFUSED);
  });
});
