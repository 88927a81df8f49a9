import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { createTestApp, type TestApp } from './testing/app.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';
import { nodesIn } from './testing/schema-nodes.ts';

/** Clients of the issuer's own kind send fields of theirs there, which have no effect. */
const LOOSE = new Set(['/api/auth/sign-up/email', '/api/auth/sign-in/email']);

/** Where in a schema an object takes fields that it does not know. */
function looseIn(body: z.core.$ZodType): string[] {
  return [...nodesIn(body, { intoPipes: true })].flatMap(({ path, schema }) => {
    const { def } = (schema as z.core.$ZodTypes)._zod;
    return def.type === 'object' && def.catchall?._zod.def.type !== 'never' ? [path || '(the body)'] : [];
  });
}

describe('a field that no one knows', () => {
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

  test('is refused by every body of the API, at every depth', () => {
    const bodies = scene.app.registeredRoutes.flatMap(({ url, method, schema }) =>
      schema?.body && !LOOSE.has(url)
        ? [{ route: `${method} ${url}`, body: schema.body as z.core.$ZodType }]
        : [],
    );
    expect(bodies.length).toBeGreaterThan(20);
    expect(bodies.flatMap(({ route, body }) => looseIn(body).map((at) => `${route} ${at}`))).toEqual([]);
  });

  test.each([
    ['/api/sms', { to: '+14155550132', body: 'Hi', org_id: 'x' }],
    ['/api/sms/batch', { messages: [{ to: '+14155550132', body: 'Hi', org_id: 'x' }] }],
    ['/api/sms/batch', { messages: [{ to: '+14155550132', body: 'Hi' }], org_id: 'x' }],
    ['/api/webhooks/deliveries/replay', { filter: { org_id: 'x' }, dry_run: true }],
    ['/api/webhooks/deliveries/replay', { filter: {}, dry_run: true, org_id: 'x' }],
    ['/api/outgoing/replay', { filter: { org_id: 'x' }, dry_run: true }],
    [`/api/outgoing/${crypto.randomUUID()}/replay`, { dry_run: true, org_id: 'x' }],
    ['/api/circuit-breakers/reset', { name: 'vapi', org_idx: 'x' }],
  ])('%s %j', async (url, body) => {
    const { bearer } = await scene.signUp();
    const answer = await scene.post(url, body, bearer);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(answer.body).toContain('org_id');
  });
});
