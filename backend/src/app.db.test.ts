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

describe('the description of the API', () => {
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

  interface Part {
    $ref?: string;
    type?: string;
    example?: unknown;
    anyOf?: Part[];
    content?: Record<string, { schema: Part }>;
  }
  interface Operation {
    tags?: string[];
    requestBody?: Part;
    responses: Record<string, Part>;
  }
  interface Description {
    paths: Record<string, Record<string, Operation>>;
    components: Record<string, Record<string, Part>>;
  }

  test('shows an example of everything that booking takes and answers, and of a refusal', async () => {
    const api: Description = (await scene.app.inject('/api/openapi.json')).json();
    const resolved = (part: Part): Part => {
      const [, , kind = '', name = ''] = part.$ref?.split('/') ?? [];
      return api.components[kind]?.[name] ?? part;
    };
    const ofBooking = Object.entries(api.paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, { tags }]) => tags?.includes('booking'))
        .flatMap(([method, { requestBody, responses }]) =>
          [...(requestBody ? [requestBody] : []), ...Object.values(responses)]
            .flatMap((body) => Object.entries(resolved(body).content ?? {}))
            .filter(([type]) => type.endsWith('json'))
            .map(([type, { schema }]) => ({ name: `${method} ${path} ${type}`, schema: resolved(schema) })),
        ),
    );
    expect(new Set(ofBooking.map(({ name }) => name.split(' ').at(-1)))).toEqual(
      new Set(['application/json', 'application/problem+json']),
    );
    const isShown = (part: Part): boolean =>
      part.example !== undefined || (part.anyOf ?? []).some((one) => isShown(resolved(one)));
    const bare = ofBooking.filter(({ schema }) => !isShown(schema) && schema.type !== 'null');
    expect(bare.map(({ name }) => name)).toEqual([]);
  });
});
