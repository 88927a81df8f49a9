import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from './testing/app.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

describe('a page that was asked for at the other name of this machine', () => {
  let db: TestDatabase;
  let scene: TestApp;
  beforeAll(async () => {
    db = await createTestDatabase();
    scene = await createTestApp(db);
    await scene.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
  });

  // Byte for byte what a browser would send: `inject` and `fetch` read the path as an address first.
  const locationOf = async (path: string) => {
    const { port } = scene.app.server.address() as AddressInfo;
    const headers = { host: '127.0.0.1', accept: 'text/html' };
    return new Promise<string | undefined>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, headers, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.headers.location);
      })
        .on('error', reject)
        .end();
    });
  };

  test.each([
    ['/calendar?week=1&day=2', '/calendar?week=1&day=2'],
    ['//evil.example/x', '//evil.example/x'],
    ['/\\evil.example/x', '//evil.example/x'],
    ['http://evil.example/x', '/http://evil.example/x'],
  ])('(%s) is at PUBLIC_URL and nowhere else', async (path, target) => {
    expect(await locationOf(path)).toBe(`http://localhost:3001${target}`);
  });
});
