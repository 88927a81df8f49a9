import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, PASSWORD, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

describe('a person’s sessions', () => {
  let db: TestDatabase;
  let scene: TestApp;
  beforeAll(async () => {
    db = await createTestDatabase();
    scene = await createTestApp(db);
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
  });

  const signIn = async (email: string, agent: string) => {
    const body = { email, password: PASSWORD };
    const cookie = scene.cookieOf(await scene.post('/api/auth/sign-in/email', body, { 'user-agent': agent }));
    const token = (await scene.app.inject({ url: '/api/auth/token', headers: { cookie } })).json().token;
    return { cookie, bearer: { authorization: `Bearer ${token}` } };
  };
  const status = async (headers: Record<string, string>) =>
    (await scene.app.inject({ url: '/api/me', headers })).statusCode;
  const list = (cookie: string) => scene.app.inject({ url: '/api/auth/sessions', headers: { cookie } });
  const end = (cookie: string, id: string) =>
    scene.app.inject({ method: 'DELETE', url: `/api/auth/sessions/${id}`, headers: { cookie } });

  test('are listed with where they are, without what opens them', async () => {
    const ann = await scene.signUp();
    const phone = await signIn(ann.email, 'A phone');
    const answer = await list(phone.cookie);
    expect(answer.json().data).toMatchObject([
      { current: true, user_agent: 'A phone', ip_address: '127.0.0.1' },
      { current: false },
    ]);
    const { rows } = await db.owner.query('select token from auth.ba_sessions where "userId" = $1', [
      ann.userId,
    ]);
    for (const { token } of rows) expect(answer.body).not.toContain(token);
    expect((await list('')).statusCode).toBe(401);
  });

  test('end one by one, with their tokens', async () => {
    const ann = await scene.signUp();
    const phone = await signIn(ann.email, 'A phone');
    const { data } = (await list(ann.cookie)).json();
    const { id } = data.find((one: { user_agent: string }) => one.user_agent === 'A phone');
    expect([await status({ cookie: phone.cookie }), await status(phone.bearer)]).toEqual([200, 200]);
    expect((await end(ann.cookie, id)).statusCode).toBe(204);
    expect([await status({ cookie: phone.cookie }), await status(phone.bearer)]).toEqual([401, 401]);
    expect(await status({ cookie: ann.cookie })).toBe(200);
    expect((await end(ann.cookie, id)).statusCode).toBe(404);
  });

  test('of someone else are not there', async () => {
    const [ann, bob] = [await scene.signUp(), await scene.signUp()];
    const { id } = (await list(bob.cookie)).json().data[0];
    const [foreign, absent] = [await end(ann.cookie, id), await end(ann.cookie, crypto.randomUUID())];
    const words = (answer: typeof foreign) => ({ ...answer.json(), request_id: null });
    expect(words(foreign)).toEqual(words(absent));
    expect(await status({ cookie: bob.cookie })).toBe(200);
  });

  test('end all at once but the one that asks', async () => {
    const ann = await scene.signUp();
    const others = [await signIn(ann.email, 'One'), await signIn(ann.email, 'Two')];
    const answer = await scene.post('/api/auth/sessions/end-others', {}, { cookie: ann.cookie });
    expect(answer.statusCode).toBe(204);
    for (const { cookie, bearer } of others) {
      expect([await status({ cookie }), await status(bearer)]).toEqual([401, 401]);
    }
    expect((await list(ann.cookie)).json().data).toHaveLength(1);
  });

  test('end with the password that opened them, and this browser gets a new one', async () => {
    const ann = await scene.signUp();
    const phone = await signIn(ann.email, 'A phone');
    const change = (current: string, password: string) =>
      scene.post(
        '/api/auth/change-password',
        { current_password: current, password },
        { cookie: ann.cookie },
      );
    expect((await change('wrong', 'three unrelated lanterns')).json().code).toBe('WRONG_PASSWORD');
    expect((await change(PASSWORD, 'password1')).json().code).toBe('WEAK_PASSWORD');
    const changed = await change(PASSWORD, 'three unrelated lanterns');
    expect(changed.json()).toEqual({ status: true });
    expect(await status({ cookie: scene.cookieOf(changed) })).toBe(200);
    for (const headers of [{ cookie: ann.cookie }, ann.bearer, { cookie: phone.cookie }, phone.bearer]) {
      expect(await status(headers)).toBe(401);
    }
  });
});
