import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';

describe('the audit log', () => {
  let db: TestDatabase;
  let clinic: TestOrganization;
  let other: TestOrganization;
  beforeAll(async () => {
    db = await createTestDatabase();
    [clinic, other] = [await db.createOrganization(), await db.createOrganization()];
  });
  afterAll(() => db.close());

  const write = (orgId: string, userId: string | null) =>
    db.database.withTenant({ orgId: clinic.orgId, userId }, (tx) =>
      sql`insert into audit_log (org_id, actor_type, actor_id, action, object_type, created_at)
          values (${orgId}, 'agent', 'call-1', 'test.written', 'test', '2001-01-01')`.execute(tx),
    );
  const written = async () => {
    const { rows } = await db.owner.query(
      `select actor_type, actor_id, created_at > now() - interval '1 minute' as recent from public.audit_log
       where action = 'test.written' order by id desc limit 1`,
    );
    return rows[0];
  };

  test('names the person who is signed in, whoever they say it was, and the present', async () => {
    const me = randomUUID();
    await write(clinic.orgId, me);
    expect(await written()).toEqual({ actor_type: 'user', actor_id: me, recent: true });
  });

  test('believes our own server, which acts for others', async () => {
    await write(clinic.orgId, null);
    expect(await written()).toEqual({ actor_type: 'agent', actor_id: 'call-1', recent: false });
  });

  test('is written for the own clinic only, and is never changed', async () => {
    await expect(write(other.orgId, randomUUID())).rejects.toThrow('row-level security');
    for (const change of [
      'update audit_log set action = $$x$$',
      'delete from audit_log',
      'truncate audit_log',
    ])
      await expect(db.owner.query(change)).rejects.toThrow('append-only');
  });
});
