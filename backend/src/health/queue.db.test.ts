import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OrgId } from '../platform/tenant.ts';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';
import { COUNTED_TO, queueFacts } from './queue.queries.ts';

describe('what the queue is asked for the health report', () => {
  let db: TestDatabase;
  let mine: TestOrganization;
  let theirs: TestOrganization;
  beforeAll(async () => {
    db = await createTestDatabase();
    [mine, theirs] = [await db.createOrganization(), await db.createOrganization()];
  });
  beforeEach(async () => {
    await db.owner.query('truncate public.outbox, public.webhook_delivery_log');
  });
  afterAll(() => db.close());

  const facts = (orgId: OrgId | null) => db.database.withService((tx) => queueFacts(tx, orgId));
  const outgoing = (orgId: OrgId, status: string, columns: Record<string, string> = {}) =>
    db.owner.query(
      `insert into public.outbox (org_id, topic, key, status ${names(columns)})
       values ($1, 'calendar.push', gen_random_uuid()::text, $2 ${values(columns)})`,
      [orgId, status],
    );
  const webhook = (orgId: OrgId | null, status: string, columns: Record<string, string> = {}) =>
    db.owner.query(
      `insert into public.webhook_delivery_log (org_id, provider, event_type, event_id, status ${names(columns)})
       values ($1, 'vapi', 'status-update', gen_random_uuid()::text, $2 ${values(columns)})`,
      [orgId, status],
    );
  const names = (columns: Record<string, string>) =>
    Object.keys(columns)
      .map((name) => `, ${name}`)
      .join('');
  const values = (columns: Record<string, string>) =>
    Object.values(columns)
      .map((value) => `, ${value}`)
      .join('');
  const none = { pending: 0, processing: 0, failed: 0, dead_letter: 0 };

  test('an empty queue has nothing and waits for nothing', async () => {
    expect(await facts(null)).toEqual({ webhooks: none, outgoing: none, oldest_due_seconds: 0 });
    expect(await facts(mine.orgId)).toEqual({ webhooks: none, outgoing: none, oldest_due_seconds: 0 });
  });

  test('a text that a phone refused isn’t a fault of the queue', async () => {
    await outgoing(mine.orgId, 'dead_letter', { refused: 'true' });
    expect((await facts(mine.orgId)).outgoing).toEqual(none);
  });

  test('rows are counted by their state, finished ones not at all', async () => {
    await outgoing(mine.orgId, 'pending');
    await outgoing(mine.orgId, 'failed', { run_at: "now() + interval '1 hour'" });
    await outgoing(mine.orgId, 'completed');
    await webhook(mine.orgId, 'processing', { lease_until: "now() + interval '5 s'" });
    await webhook(mine.orgId, 'dead_letter');
    await webhook(mine.orgId, 'completed');
    expect(await facts(mine.orgId)).toEqual({
      webhooks: { ...none, processing: 1, dead_letter: 1 },
      outgoing: { ...none, pending: 1, failed: 1 },
      oldest_due_seconds: 0,
    });
  });

  test('rows that wait behind another one of their call are counted too', async () => {
    for (let n = 0; n < 3; n += 1) await webhook(mine.orgId, 'pending', { order_key: "'call:1'" });
    expect((await facts(mine.orgId)).webhooks.pending).toBe(3);
  });

  test('a clinic sees its own rows, the operator all of them, including those without a clinic', async () => {
    await webhook(mine.orgId, 'pending');
    await outgoing(theirs.orgId, 'dead_letter');
    await webhook(theirs.orgId, 'pending', { run_at: "now() - interval '2 minutes'" });
    await webhook(null, 'pending');
    expect(await facts(mine.orgId)).toMatchObject({
      webhooks: { pending: 1 },
      outgoing: none,
      oldest_due_seconds: 0,
    });
    expect((await facts(theirs.orgId)).oldest_due_seconds).toBeGreaterThanOrEqual(120);
    expect(await facts(null)).toMatchObject({ webhooks: { pending: 3 }, outgoing: { dead_letter: 1 } });
  });

  test('the wait is that of the row that is due longest, in either table', async () => {
    await outgoing(mine.orgId, 'failed', { run_at: "now() - interval '2 days'" });
    await webhook(mine.orgId, 'pending', { run_at: "now() - interval '1 day'" });
    const { oldest_due_seconds: oldest } = await facts(mine.orgId);
    expect(Math.floor(oldest / 86_400)).toBe(2);
  });

  test('rows of dead workers wait as well, when there is no one to take them over', async () => {
    await webhook(mine.orgId, 'processing', { lease_until: "now() - interval '5 minutes'" });
    expect((await facts(null)).oldest_due_seconds).toBeGreaterThanOrEqual(300);
  });

  test('a row that waits for its next attempt, or for a calendar to be linked again, is not late', async () => {
    await outgoing(mine.orgId, 'failed', { run_at: "now() + interval '1 minute'" });
    expect((await facts(mine.orgId)).oldest_due_seconds).toBe(0);
  });

  test('a flood is counted no further than it must be', async () => {
    await db.owner.query(
      `insert into public.outbox (org_id, topic, key, status)
       select $1, 'calendar.push', n::text, case when n % 2 = 0 then 'pending' else 'dead_letter' end
       from generate_series(1, 5000) n`,
      [mine.orgId],
    );
    for (const who of [mine.orgId, null])
      expect((await facts(who)).outgoing).toEqual({ ...none, pending: COUNTED_TO, dead_letter: COUNTED_TO });
  });
});
