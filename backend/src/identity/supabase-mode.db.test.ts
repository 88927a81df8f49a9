import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';

const SECRET = 'a-jwt-secret-of-a-supabase-project-00000';

describe('with Supabase as the issuer', () => {
  let db: TestDatabase;
  let scene: TestApp;
  let clinic: TestOrganization;
  beforeAll(async () => {
    db = await createTestDatabase();
    clinic = await db.createOrganization({ name: 'Bright Smiles' });
    scene = await createTestApp(db, { env: { AUTH_MODE: 'supabase', SUPABASE_JWT_SECRET: SECRET } });
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
  });

  const token = (claims: object, secret = SECRET) =>
    new SignJWT({
      iss: 'https://project.supabase.co/auth/v1',
      aud: 'authenticated',
      role: 'authenticated',
      sub: clinic.userId,
      email: clinic.email,
      ...claims,
    })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(secret));
  const me = async (text: string) =>
    scene.app.inject({ url: '/api/me', headers: { authorization: `Bearer ${text}` } });

  test('its token leads to the clinic that it names', async () => {
    const answer = await me(await token({ app_metadata: { org_id: clinic.orgId } }));
    expect(answer.json()).toMatchObject({ user_id: clinic.userId, org_id: clinic.orgId, org_source: 'jwt' });
  });

  test('its token without a clinic is completed from the profiles', async () => {
    const answer = await me(await token({ app_metadata: { provider: 'email' } }));
    expect(answer.json()).toMatchObject({ org_id: clinic.orgId, org_source: 'database' });
  });

  test('a token signed with another secret is refused', async () => {
    expect((await me(await token({}, 'x'.repeat(40)))).statusCode).toBe(401);
  });

  test('its claim of two steps opens a clinic that requires them, and nothing else does', async () => {
    await db.owner.query('update organizations set require_second_factor = true where id = $1', [
      clinic.orgId,
    ]);
    const app_metadata = { org_id: clinic.orgId };
    await expect
      .poll(async () => (await me(await token({ app_metadata, aal: 'aal1' }))).json(), { timeout: 20_000 })
      .toMatchObject({ status: 403, code: 'SECOND_FACTOR_REQUIRED' });
    expect((await me(await token({ app_metadata }))).statusCode).toBe(403);
    expect((await me(await token({ app_metadata, aal: 'aal2' }))).statusCode).toBe(200);
    await db.owner.query('update organizations set require_second_factor = false');
  });

  test('passwords, addresses, second factors and sessions are Supabase’s business: our routes for them are not there', async () => {
    for (const path of [
      'reset-password',
      'change-password',
      'change-email',
      'two-factor/enable',
      'sessions/end-others',
    ]) {
      expect((await scene.post(`/api/auth/${path}`, {})).statusCode, path).toBe(404);
    }
    const { accounts } = (await scene.app.inject('/api/mode')).json();
    expect(accounts).toMatchObject({ kept_by: 'supabase' });
  });

  test('our own sign-up and sign-in do not exist, and a cookie means nothing', async () => {
    for (const url of ['/api/auth/sign-up/email', '/api/auth/sign-in/email']) {
      expect((await scene.post(url, { email: 'a@example.com', password: 'long enough' })).statusCode).toBe(
        404,
      );
    }
    const answer = await scene.app.inject({ url: '/api/me', headers: { cookie: 'voxanne.session_token=x' } });
    expect(answer.statusCode).toBe(401);
  });
});
