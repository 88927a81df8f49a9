import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../backend/src/testing/index.ts';
import { type HotQuery, hotQueries, planOf, seedDeliveries } from '../bench/support/plans.ts';

// Enough for the planner to prefer an index wherever there is one that serves.
const ROWS = 50_000;

describe('with fifty thousand rows in each table', () => {
  let db: TestDatabase;
  let queries: HotQuery[];
  beforeAll(async () => {
    db = await createTestDatabase();
    const clinics = [];
    for (let n = 0; n < 5; n += 1) clinics.push(await db.createOrganization());
    await seedDeliveries(db.ownerUrl, ROWS);
    queries = hotQueries(clinics[0]?.orgId ?? '', new Date());
  }, 120_000);
  afterAll(() => db.close());

  test('no hot query reads a table from end to end', async () => {
    const whole: Record<string, string[]> = {};
    for (const query of queries) whole[query.name] = (await planOf(db.ownerUrl, query)).readWhole;
    expect(whole).toEqual(Object.fromEntries(queries.map(({ name }) => [name, []])));
    expect(queries.length).toBeGreaterThan(10);
  });

  test('a query without an index is found', async () => {
    const [claim] = queries;
    await db.owner.query(
      'drop index public.webhook_delivery_log_due_idx, public.webhook_delivery_log_share_idx, public.idx_webhook_delivery_status',
    );
    expect((await planOf(db.ownerUrl, claim as HotQuery)).readWhole).toContain('webhook_delivery_log');
  });
});
