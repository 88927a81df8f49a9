import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';
import { deliveryList } from './deliveries.queries.ts';

describe('with many deliveries of several clinics', () => {
  let db: TestDatabase;
  let ours: TestOrganization;

  beforeAll(async () => {
    db = await createTestDatabase();
    ours = await db.createOrganization();
    const theirs = await db.createOrganization();
    for (const [{ orgId }, rare] of [
      [ours, 500],
      [theirs, 2],
    ] as const) {
      await db.owner.query(
        `insert into public.webhook_delivery_log (org_id, provider, event_type, event_id, status, created_at)
         select $1, 'vapi', 'status-update', n::text, case when n % $2 = 0 then 'dead_letter' else 'completed' end,
           now() - n * interval '1 second' from generate_series(1, 20000) n`,
        [orgId, rare],
      );
    }
    await db.owner.query('analyze public.webhook_delivery_log');
  });
  afterAll(() => db.close());

  test.each([
    ['all of them', {}, 'webhook_delivery_log_list_idx'],
    ['of some days', { from: '2020-01-01T00:00:00Z' }, 'webhook_delivery_log_list_idx'],
    ['the dead letters', { status: 'dead_letter' }, 'webhook_delivery_log_dead_idx'],
  ])('a page of the list comes in order from an index: %s', async (_what, filter, index) => {
    const plan = await db.database.withTenant(ours.scope, (tx) =>
      deliveryList(tx, filter, { limit: 51 }).explain(),
    );
    const text = JSON.stringify(plan);
    expect(text).toContain(index);
    expect(text).not.toMatch(/Sort|Seq Scan/);
  });
});
