import { randomUUID } from 'node:crypto';
import { hasRight, Role, SCOPES, Scope } from '@voxanne/contract';
import type { HTTPMethods } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessOf } from '../tenancy/index.ts';
import { createTestApp, type TestApp } from '../testing/app.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

describe('every route', () => {
  let db: TestDatabase;
  let scene: TestApp;
  const clock = fixedClock(new Date());
  beforeAll(async () => {
    db = await createTestDatabase();
    scene = await createTestApp(db, { clock });
  });
  afterAll(async () => {
    await scene.close();
    await db.close();
  });

  test.each(Role.options)(
    'refuses a person who is %s exactly where the role lacks the right',
    async (role) => {
      const person = await scene.signUp();
      await db.owner.query('update public.profiles set role = $2 where user_id = $1', [person.userId, role]);
      // Signing up has asked who they are, and the answer is believed for a moment.
      clock.advance(60_000);
      let asked = 0;
      for (const route of scene.app.registeredRoutes) {
        const access = accessOf(route);
        if (access === undefined) continue;
        for (const method of [route.method].flat() as HTTPMethods[]) {
          // Who may goes no further than this name, which no route knows: nothing is changed.
          const url = `${route.url.replace(/:\w+/g, randomUUID())}?no_such_parameter=1`;
          const answer = await scene.app.inject({ method: method as 'GET', url, headers: person.bearer });
          const may = access === 'any member' || access === 'anyone signed in' || hasRight(role, access);
          expect({ method, url: route.url, status: answer.statusCode }).toEqual({
            method,
            url: route.url,
            status: may ? 400 : 403,
          });
          if (!may && method !== 'HEAD') {
            expect(answer.json().detail).toMatch(
              /^Only owners.* can .*\. You’re .* at this clinic, so ask one of them\.$/,
            );
          }
          asked += 1;
        }
      }
      expect(asked).toBeGreaterThan(60);
    },
  );

  test.each(Scope.options)(
    'refuses an API key with the scope %s exactly where the scope lacks the right',
    async (scope) => {
      const person = await scene.signUp();
      const made = await scene.post('/api/api-keys', { name: 'Walk', scopes: [scope] }, person.bearer);
      const headers = { authorization: `Bearer ${made.json().key}` };
      const held: readonly string[] = SCOPES[scope].rights;
      let asked = 0;
      for (const route of scene.app.registeredRoutes) {
        const access = accessOf(route);
        if (access === undefined) continue;
        for (const method of [route.method].flat() as HTTPMethods[]) {
          const url = `${route.url.replace(/:\w+/g, randomUUID())}?no_such_parameter=1`;
          const answer = await scene.app.inject({ method: method as 'GET', url, headers });
          const may = held.includes(access) || route.url === '/api/me';
          expect({ method, url: route.url, status: answer.statusCode }).toEqual({
            method,
            url: route.url,
            status: may ? 400 : 403,
          });
          if (!may && method !== 'HEAD') expect(answer.json().code).toMatch(/^(SCOPE|PERSON)_REQUIRED$/);
          asked += 1;
        }
      }
      expect(asked).toBeGreaterThan(60);
    },
  );
});
