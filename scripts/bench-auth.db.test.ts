import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../backend/src/testing/index.ts';
import { type AuthCost, startAuthCost } from '../bench/support/auth-cost.ts';

let db: TestDatabase;
let cost: AuthCost;
beforeAll(async () => {
  db = await createTestDatabase();
  cost = await startAuthCost({ runtimeUrl: db.runtimeUrl });
});
afterAll(async () => {
  await cost.close();
  await db.close();
});

test('the bench of what it costs to know who asks gets an answer with a token, with a key, and from the bare route', async () => {
  const times = await cost.measure(3);
  expect(Object.keys(times)).toEqual(['bare_us', 'jwt_us', 'key_us']);
  for (const us of Object.values(times)) expect(us).toBeGreaterThan(0);
});
