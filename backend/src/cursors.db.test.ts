import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createTestApp, type TestApp } from './testing/app.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

describe('a cursor', () => {
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

  test('a cursor of the patients is refused in words by every other list, and by the same one with another search', async () => {
    const { bearer } = await scene.signUp();
    const operator = { authorization: `Bearer ${scene.config.operatorToken}` };
    const get = async (url: string) =>
      (await scene.app.inject({ url, headers: url.startsWith('/api/operator/') ? operator : bearer })).json();
    for (const [name, phone] of [
      ['Ana Silva', '+14155550132'],
      ['Ben Ode', '+14155550133'],
    ]) {
      const body = { name, phone, service_type: 'consultation' };
      expect((await scene.post('/api/waitlist', body, bearer)).statusCode).toBe(201);
    }
    const { next_cursor: cursor } = await get('/api/contacts?limit=1');
    expect((await get(`/api/contacts?limit=1&cursor=${cursor}`)).data).toMatchObject([{ name: 'Ben Ode' }]);

    const lists = scene.app.registeredRoutes
      .filter(
        ({ method, schema }) =>
          method === 'GET' &&
          schema?.querystring instanceof z.ZodObject &&
          'cursor' in schema.querystring.shape,
      )
      .map(({ url }) => url);
    expect(lists.length).toBeGreaterThanOrEqual(6);
    const elsewhere = lists.map((url) => (url === '/api/contacts' ? `${url}?search=Ana&` : `${url}?`));
    for (const url of elsewhere) {
      expect(await get(`${url}cursor=${cursor}`), url).toMatchObject({
        status: 400,
        code: 'INVALID_CURSOR',
        detail: expect.stringContaining('another list, or to this list with other filters'),
      });
    }
  });
});
