import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../backend/src/testing/index.ts';
import { allHandled } from '../bench/support/all-handled.ts';

describe('a bench that waits for its webhooks', () => {
  let db: TestDatabase;
  let owner: pg.Pool;
  let orgId: string;
  beforeAll(async () => {
    db = await createTestDatabase();
    owner = new pg.Pool({ connectionString: db.ownerUrl, max: 1 });
    ({ orgId } = await db.createOrganization());
  });
  beforeEach(() => owner.query('truncate public.webhook_delivery_log'));
  afterAll(async () => {
    await owner.end();
    await db.close();
  });

  const keep = (status: string, error: string | null = null) =>
    owner.query(
      `insert into public.webhook_delivery_log (org_id, provider, event_type, event_id, status, error_message, completed_at)
       values ($1, 'vapi', 'end-of-call-report', gen_random_uuid(), $2, $3, case when $2 = 'completed' then now() end)`,
      [orgId, status, error],
    );

  test('goes on once all are handled', async () => {
    await keep('completed');
    await keep('pending');
    const waited = allHandled(owner, { everyMs: 1 });
    await owner.query(`update public.webhook_delivery_log set status = 'completed', completed_at = now()`);
    await expect(waited).resolves.toBeUndefined();
  });

  test('ends with the reason when one was given up', async () => {
    await keep('pending');
    await keep('dead_letter', 'The database is away');
    await expect(allHandled(owner, { everyMs: 1 })).rejects.toThrow(
      'The workers gave up 1 webhooks: The database is away.',
    );
  });

  test('ends with what is left when the workers hang', async () => {
    await keep('pending');
    await keep('failed', 'Away');
    await expect(allHandled(owner, { everyMs: 1, standstillMs: 20 })).rejects.toThrow(
      'No webhook was handled for 0.02 s; 2 are left. Last error: Away.',
    );
  });
});
