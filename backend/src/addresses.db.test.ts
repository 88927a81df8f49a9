import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from './testing/app.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

describe('one address in several spellings', () => {
  let db: TestDatabase;
  let scene: TestApp;
  let bearer: Record<string, string>;
  beforeAll(async () => {
    db = await createTestDatabase();
    scene = await createTestApp(db);
    await scene.app.listen({ host: '127.0.0.1', port: 0 });
    ({ bearer } = await scene.signUp());
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
  });

  // Byte for byte: `inject` and `fetch` tidy an address first.
  const ask = async (method: string, path: string, headers: Record<string, string> = {}, body = '') => {
    const { port } = scene.app.server.address() as AddressInfo;
    return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
      (resolve, reject) => {
        request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          answer.once('end', () =>
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
          );
        })
          .on('error', reject)
          .end(body);
      },
    );
  };

  test.each([
    '/api/contacts',
    '/api/contacts/',
    '/%61pi/contacts',
    '/%61%70%69/contacts?limit=1',
    '/api/c%6Fntacts',
    'http://other.example/api/contacts',
    'HTTP://other.example/%61pi/contacts',
  ])('(%s) is never kept by a cache', async (path) => {
    const answer = await ask('GET', path, bearer);
    expect(answer.status).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect((await ask('GET', path)).headers['cache-control']).toBe('no-store');
  });

  test.each(['/api/nothing', '/%61pi/nothing', '/ap%69/nothing', 'http://other.example/api/nothing'])(
    '(%s) is no page of the dashboard',
    async (path) => {
      const answer = await ask('GET', path, { accept: 'text/html' });
      expect(answer.status).toBe(404);
      expect(answer.headers).toMatchObject({
        'content-type': expect.stringContaining('application/problem+json'),
        'cache-control': 'no-store',
      });
    },
  );

  test('is one request to an Idempotency-Key', async () => {
    const headers = { ...bearer, 'content-type': 'application/json', 'idempotency-key': 'k1' };
    const free = JSON.parse((await ask('GET', '/api/availability?service_type=consultation', bearer)).text);
    const body = JSON.stringify({
      service_type: 'consultation',
      slot_id: free.slots[0].slot_id,
    });
    const first = await ask('POST', '/api/holds', headers, body);
    expect(first.status, first.text).toBe(201);
    for (const path of ['/%61pi/holds', '/api/holds/', '/api/%68olds']) {
      const again = await ask('POST', path, headers, body);
      expect(again.status, again.text).toBe(first.status);
      expect(JSON.parse(again.text).code).not.toBe('IDEMPOTENCY_KEY_REUSED');
    }
  });
});

describe('a question about headers alone', () => {
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

  test('links no calendar', async () => {
    const { bearer, cookie } = await scene.signUp();
    const begun = await scene.post('/api/integrations/google/connect', {}, bearer);
    const state = new URL(begun.json().url).searchParams.get('state') ?? '';
    const browser = `${cookie}; ${scene.cookieOf(begun)}`;
    const states = async () => (await db.owner.query('select * from public.oauth_states')).rows;
    const before = await states();
    expect(before).toHaveLength(1);
    const answer = await scene.app.inject({
      method: 'HEAD',
      url: `/api/integrations/google/callback?state=${encodeURIComponent(state)}&code=a-code`,
      headers: { cookie: browser },
    });
    expect(answer.statusCode).toBeGreaterThanOrEqual(404);
    expect(await states()).toEqual(before);
  });

  test('opens no stream of events', async () => {
    const { bearer } = await scene.signUp();
    const answer = await scene.app.inject({ method: 'HEAD', url: '/api/events', headers: bearer });
    expect(answer.statusCode).toBeGreaterThanOrEqual(404);
  });
});
