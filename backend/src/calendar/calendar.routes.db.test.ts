import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { consent, googleAt, startGoogle } from './testing.ts';

describe('linking a calendar over the API', () => {
  let db: TestDatabase;
  let google: Awaited<ReturnType<typeof startGoogle>>;
  let scene: TestApp;
  let ann: Awaited<ReturnType<TestApp['signUp']>>;
  let ahead = 0;
  const clock = { now: () => new Date(Date.now() + ahead) };
  beforeAll(async () => {
    [db, google] = await Promise.all([createTestDatabase(), startGoogle()]);
    const at = googleAt(google.url);
    scene = await createTestApp(db, {
      clock,
      env: {
        GOOGLE_CLIENT_SECRET: google.credentials.clientSecret,
        GOOGLE_OAUTH_AUTH_URL: at.authUrl,
        GOOGLE_OAUTH_TOKEN_URL: at.tokenUrl,
        GOOGLE_OAUTH_REVOKE_URL: at.revokeUrl,
        GOOGLE_API_ROOT_URL: at.apiRootUrl,
      },
    });
  });
  beforeEach(async () => {
    await google.heal();
    ann = await scene.signUp();
  });
  afterAll(async () => {
    await scene.close();
    await google.close();
    await db.close();
  });

  const PAGE = { accept: 'text/html,*/*' };
  const connect = async (who = ann) => {
    const answer = await scene.post('/api/integrations/google/connect', {}, who.bearer);
    expect(answer.statusCode).toBe(200);
    const [cookie] = answer.cookies;
    return {
      url: answer.json().url as string,
      cookie,
      browser: { cookie: `${cookie?.name}=${cookie?.value}` },
    };
  };
  const comeBack = (query: Record<string, string>, headers: Record<string, string> = {}) =>
    scene.app.inject({
      url: `/api/integrations/google/callback?${new URLSearchParams(query)}`,
      headers: { ...PAGE, ...headers },
    });
  const approved = async (url: string, options = {}) => {
    const { code, state } = await consent(url, options);
    return { code, state };
  };
  const link = async (options = {}) => {
    const { url, browser } = await connect();
    return comeBack(await approved(url, options), browser);
  };
  const integration = async (who = ann) => {
    const { data } = (await scene.app.inject({ url: '/api/integrations', headers: who.bearer })).json();
    return data.find(({ provider }: { provider: string }) => provider === 'google');
  };
  const OUTCOME = (name: string, reason?: string) =>
    `http://localhost:3001/setup?google=${name}${reason ? `&reason=${reason}` : ''}`;

  test('begins as not linked, leads to Google and back to the page, and is linked', async () => {
    expect(await integration()).toMatchObject({ status: 'not_linked', account: null });
    const { url, cookie, browser } = await connect();
    expect(cookie).toMatchObject({
      httpOnly: true,
      sameSite: 'Lax',
      path: '/api/integrations/google',
      maxAge: 600,
    });
    expect(url).toContain(`${google.url}/google/o/oauth2/v2/auth?`);
    // The browser comes back by itself: no header, only its cookie.
    const back = await comeBack(await approved(url, { account: 'desk@clinic.example' }), browser);
    expect(back.statusCode).toBe(302);
    expect(back.headers.location).toBe(OUTCOME('connected'));
    expect(back.cookies).toMatchObject([{ name: cookie?.name, value: '', maxAge: 0 }]);
    expect(await integration()).toMatchObject({
      status: 'connected',
      account: 'desk@clinic.example',
      expires_at: expect.any(String),
      connected_at: expect.any(String),
    });
  });

  test('leads back to the page that started it, with the outcome beside its own search', async () => {
    for (const [page, expected] of [
      ['/health', '/health?google=connected'],
      ['/settings/hours?provider=1', '/settings/hours?provider=1&google=connected'],
      ['/?google=denied', '/?google=connected'],
    ]) {
      const answer = await scene.post('/api/integrations/google/connect', { return_to: page }, ann.bearer);
      const [cookie] = answer.cookies;
      const back = await comeBack(await approved(answer.json().url), {
        cookie: `${cookie?.name}=${cookie?.value}`,
      });
      expect(back.headers.location).toBe(`http://localhost:3001${expected}`);
    }
    const denied = await scene.post('/api/integrations/google/connect', { return_to: '/health' }, ann.bearer);
    const [cookie] = denied.cookies;
    const said = await consent(denied.json().url, { decision: 'deny' });
    const back = await comeBack(Object.fromEntries(said.url.searchParams), {
      cookie: `${cookie?.name}=${cookie?.value}`,
    });
    expect(back.headers.location).toBe('http://localhost:3001/health?google=denied&reason=CONSENT_DENIED');
  });

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'setup', '/a b', '/\nb', ''])(
    'leads nowhere else than to a page of ours: %j',
    async (page) => {
      const asked = await scene.post('/api/integrations/google/connect', { return_to: page }, ann.bearer);
      expect(asked.statusCode).toBe(400);
      const { url, cookie } = await connect();
      const forged = `${cookie?.value}.${Buffer.from(page).toString('base64url')}`;
      const back = await comeBack(await approved(url), { cookie: `${cookie?.name}=${forged}` });
      expect(back.headers.location).toBe(OUTCOME('connected'));
    },
  );

  test('shows nothing of what opens the calendar, to no one', async () => {
    await link();
    const shown = JSON.stringify(await integration());
    expect(shown).not.toMatch(/ya29|1\/\/0|sealed|secret/);
    expect(await integration(await scene.signUp())).toMatchObject({ status: 'not_linked' });
  });

  test('a consent that was not given is said on the page, and nothing is linked', async () => {
    const { url, browser } = await connect();
    const denied = await consent(url, { decision: 'deny' });
    const back = await comeBack(Object.fromEntries(denied.url.searchParams), browser);
    expect(back.headers.location).toBe(OUTCOME('denied', 'CONSENT_DENIED'));
    expect(await integration()).toMatchObject({ status: 'not_linked' });
  });

  test('a box that was unticked is said on the page, and the status asks to link again', async () => {
    const { url, browser } = await connect();
    const granted = ['https://www.googleapis.com/auth/calendar.readonly'];
    const back = await comeBack(await approved(url, { granted }), browser);
    expect(back.headers.location).toBe(OUTCOME('insufficient_scope', 'INSUFFICIENT_SCOPE'));
    expect(await integration()).toMatchObject({ status: 'insufficient_scope' });
  });

  test('an answer that was not asked for here is refused, and nothing is written', async () => {
    const bob = await scene.signUp();
    const { url, browser } = await connect();
    const answer = await approved(url);
    const attempts: [Record<string, string>, Record<string, string>][] = [
      [answer, {}],
      [answer, { cookie: 'voxanne_google_link=another' }],
      [answer, bob.bearer],
      [answer, { cookie: `${browser.cookie}; ${bob.cookie}` }],
      [{ ...answer, state: 'edited' }, browser],
      [{ code: answer.code }, browser],
      [{}, browser],
      [{ state: 'x'.repeat(1_000), code: 'y' }, browser],
    ];
    for (const [query, headers] of attempts) {
      const back = await comeBack(query, headers);
      expect(back.headers.location, JSON.stringify(query)).toBe(OUTCOME('failed', 'OAUTH_STATE_INVALID'));
    }
    for (const who of [ann, bob]) expect(await integration(who)).toMatchObject({ status: 'not_linked' });
    expect(await google.asked('POST /google/token')).toBe(0);
    const { rows } = await db.owner.query(
      'select 1 from public.connections where provider = $1 and org_id = any ($2)',
      ['google', [ann.orgId, bob.orgId]],
    );
    expect(rows).toEqual([]);
    // None of the attempts has used up the real one.
    expect((await comeBack(answer, browser)).headers.location).toBe(OUTCOME('connected'));
    expect((await comeBack(answer, browser)).headers.location).toBe(OUTCOME('failed', 'OAUTH_STATE_INVALID'));
    expect(await integration()).toMatchObject({ status: 'connected' });
  });

  test('a script gets the same as a problem document', async () => {
    const back = await comeBack({ error: 'access_denied', state: 'x' }, { accept: 'application/json' });
    expect(back.statusCode).toBe(400);
    expect(back.json()).toMatchObject({ code: 'CONSENT_DENIED' });
  });

  test('is for owners and admins: staff may neither link nor unlink', async () => {
    await link();
    const bob = await scene.signUp();
    await db.owner.query(`update public.profiles set role = 'staff' where user_id = $1`, [bob.userId]);
    // What is remembered of a person's role is over by then.
    ahead += 30_000;
    const staff = await scene.post('/api/integrations/google/connect', {}, bob.bearer);
    const stranger = await scene.post('/api/integrations/google/connect', {});
    expect([staff.statusCode, stranger.statusCode]).toEqual([403, 401]);
    const unlink = await scene.app.inject({
      method: 'DELETE',
      url: '/api/integrations/google',
      headers: bob.bearer,
    });
    expect(unlink.statusCode).toBe(403);
    expect(await integration()).toMatchObject({ status: 'connected' });
  });

  test('can be tested, and undone', async () => {
    const ask = async () => (await scene.post('/api/integrations/google/test', {}, ann.bearer)).json();
    expect(await ask()).toMatchObject({ ok: false, status: 'not_linked' });
    // Google ends a grant for all at once, so an account that another clinic uses would not be revoked.
    await link({ account: `${randomUUID()}@clinic.example` });
    expect(await ask()).toMatchObject({ ok: true, status: 'connected', elapsed_ms: expect.any(Number) });
    const undone = await scene.app.inject({
      method: 'DELETE',
      url: '/api/integrations/google',
      headers: ann.bearer,
    });
    expect(undone.statusCode).toBe(204);
    expect(await integration()).toMatchObject({ status: 'not_linked' });
    expect(await google.asked('/google/revoke')).toBe(1);
  });

  test('linking one clinic never touches another', async () => {
    const account = `${randomUUID()}@clinic.example`;
    const bob = await scene.signUp();
    const { url, browser } = await connect(bob);
    await comeBack(await approved(url, { account }), browser);
    await link();
    await scene.app.inject({ method: 'DELETE', url: '/api/integrations/google', headers: ann.bearer });
    expect(await integration(bob)).toMatchObject({ status: 'connected', account });
  });
});
