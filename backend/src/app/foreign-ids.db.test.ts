import { randomUUID } from 'node:crypto';
import type { HTTPMethods } from 'fastify';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessOf } from '../tenancy/index.ts';
import { createTestApp, type TestApp } from '../testing/app.ts';
import type { Description } from '../testing/described-answers.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import { fillClinic, fingerprintOf, idsOf, type Owner } from '../testing/full-clinic.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { sampleOf } from '../testing/sample-of.ts';

/** Behind it is the sandbox, which doesn't run here. */
const SANDBOX = '/api/simulator/calls/{id}';
/** An answer that never ends. */
const STREAMS = new Set(['/api/events']);

interface Operation {
  method: string;
  path: string;
  /** A body that the document allows, with that id wherever it has one. */
  body: ((id: string) => unknown) | undefined;
  takesIds: boolean;
}

describe('an id of another clinic', () => {
  let db: TestDatabase;
  let scene: TestApp;
  let neighbor: Owner;
  let operations: Operation[];
  const clock = fixedClock(new Date());
  beforeAll(async () => {
    db = await createTestDatabase();
    scene = await createTestApp(db, { clock });
    neighbor = await fillClinic(scene, db);
    const api: Description = (await scene.app.inject('/api/openapi.json')).json();
    operations = Object.entries(api.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { requestBody }]) => {
        const schema = requestBody?.content['application/json']?.schema;
        const body = schema && ((id: string) => sampleOf(schema, api.components.schemas, id));
        const takesIds = path.includes('{') || JSON.stringify(body?.(MARK) ?? '').includes(MARK);
        return { method: method.toUpperCase(), path, body, takesIds };
      }),
    );
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
  });
  const MARK = '0b5f6f0e-4a53-4a5c-9d0e-5f0e4a534a5c';

  const ask = async ({ method, path, body }: Operation, id: string, headers: Record<string, string>) => {
    const payload = body?.(id) as object | undefined;
    const answer = await scene.app.inject({
      method: method as 'GET',
      url: path.replace(/\{\w+\}/g, id),
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
    // Of two answers to the same question these may differ.
    const text = answer.body
      .replaceAll(id, ':id')
      .replace(/"request_id":"[^"]*"/g, '')
      .replace(/req-[\w-]+/g, '');
    return { status: answer.statusCode, body: text };
  };

  test('is to every route what an id is that never was, and nothing of that clinic changes', async () => {
    const ids = await idsOf(db, neighbor.orgId);
    expect([...ids.keys()]).toEqual(
      expect.arrayContaining([
        'api_keys',
        'appointments',
        'calls',
        'invitations',
        'leads',
        'messages',
        'organizations',
        'outbox',
        'profiles',
        'providers',
        'services',
        'tasks',
        'time_off',
        'waitlist',
      ]),
    );
    const stranger = await scene.signUp({ organization_name: 'Elm Street Dental' });
    const before = await fingerprintOf(db, neighbor.orgId);
    const wrong: string[] = [];
    let asked = 0;
    for (const operation of operations.filter(({ takesIds, path }) => takesIds && path !== SANDBOX)) {
      const absent = await ask(operation, randomUUID(), stranger.bearer);
      for (const [table, [id = '']] of ids) {
        const foreign = await ask(operation, id, stranger.bearer);
        asked += 1;
        if (foreign.status >= 500 || foreign.status !== absent.status || foreign.body !== absent.body)
          wrong.push(
            `${operation.method} ${operation.path} with an id of ${table}: ${foreign.status} ${foreign.body.slice(0, 200)}, but for one that never was ${absent.status} ${absent.body.slice(0, 200)}`,
          );
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(400);
    expect(await fingerprintOf(db, neighbor.orgId)).toEqual(before);
  });

  test.each([
    ['no proof', async () => ({})],
    ['a token that says it needs no signature', async () => ({ authorization: `Bearer ${unsigned()}` })],
    ['a token signed with another algorithm', async () => ({ authorization: `Bearer ${await otherwise()}` })],
    ['the token of a removed member', removedMember],
  ])('is nothing to %s: every route refuses', async (_who, headersOf) => {
    const headers = await headersOf();
    const wrong: string[] = [];
    for (const route of scene.app.registeredRoutes) {
      const access = accessOf(route);
      const isForAnyone =
        access === undefined || (access === 'anyone signed in' && headersOf === removedMember);
      if (isForAnyone || STREAMS.has(route.url)) continue;
      for (const method of [route.method].flat() as HTTPMethods[]) {
        const url = route.url.replace(/:\w+/g, randomUUID());
        const { statusCode } = await scene.app.inject({ method: method as 'GET', url, headers });
        if (statusCode !== (headersOf === removedMember ? 403 : 401))
          wrong.push(`${method} ${route.url} ${statusCode}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  const claims = () => ({
    sub: neighbor.userId,
    role: 'authenticated',
    aud: 'authenticated',
    iss: scene.config.publicUrl,
    app_metadata: { org_id: neighbor.orgId },
  });
  const unsigned = () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'none' })}.${part({ ...claims(), exp: Math.floor(Date.now() / 1_000) + 600 })}.`;
  };
  async function otherwise(): Promise<string> {
    const keys = (await scene.app.inject('/api/auth/jwks')).json().keys;
    return new SignJWT(claims())
      .setProtectedHeader({ alg: 'HS256', kid: keys[0].kid })
      .setExpirationTime('10m')
      .sign(Buffer.from(JSON.stringify(keys[0])));
  }
  async function removedMember(): Promise<Record<string, string>> {
    const person = await scene.signUp();
    await db.owner.query('delete from public.profiles where user_id = $1', [person.userId]);
    clock.advance(60_000);
    return person.bearer;
  }
});
