import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';
import { sqlState } from './database.ts';
import { checkRuntimeRole } from './postgres/runtime-check.ts';

describe('row-level security', () => {
  let db: TestDatabase;
  let mine: TestOrganization;
  let theirs: TestOrganization;
  beforeAll(async () => {
    db = await createTestDatabase();
    mine = await db.createOrganization({ name: 'Mine' });
    theirs = await db.createOrganization({ name: 'Theirs' });
  });
  afterAll(() => db.close());

  test('protects every table that has an organization', async () => {
    const { rows } = await db.owner.query(`
      select c.relname, c.relrowsecurity and c.relforcerowsecurity as forced,
        (select array_agg(p.polname::text order by p.polname) from pg_policy p
          where p.polrelid = c.oid and p.polname <> 'member' and p.polpermissive) as policies
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`);
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows)
      expect(row, row.relname).toMatchObject({
        forced: true,
        policies: ['own_organization', 'owner', 'service'],
      });
  });

  test('shows a clinic its own rows and no one else’s', async () => {
    const names = await db.database.withTenant(mine.scope, (tx) =>
      tx.selectFrom('organizations').select('name').execute(),
    );
    expect(names).toEqual([{ name: 'Mine' }]);
  });

  test('shows nothing at all without claims, and nothing is left of them after a transaction', async () => {
    await db.database.withTenant(mine.scope, (tx) => tx.selectFrom('providers').selectAll().execute());
    const outside = db.database.pool.query('select * from public.providers');
    await expect(outside).rejects.toMatchObject({ code: '42501' });
    const { rows } = await db.database.pool.query(
      `select current_user, current_setting('request.jwt.claims', true) as claims`,
    );
    expect(rows[0]).toEqual({ current_user: 'voxanne_runtime', claims: expect.toBeOneOf(['', null]) });
  });

  test('refuses to write into another clinic', async () => {
    const attempt = db.database.withTenant(mine.scope, (tx) =>
      tx
        .updateTable('organizations')
        .set({ name: 'Taken over' })
        .where('id', '=', theirs.orgId)
        .executeTakeFirst(),
    );
    expect((await attempt).numUpdatedRows).toBe(0n);
  });

  test('gives a signed-in user no way to write the time of an appointment or to read a credential', async () => {
    const insert = db.database.withTenant(mine.scope, (tx) =>
      sql`insert into appointments default values`.execute(tx),
    );
    await expect(insert.catch((error) => Promise.reject(sqlState(error)))).rejects.toBe('42501');
    const read = db.database.withTenant(mine.scope, (tx) =>
      tx.selectFrom('connections').select('sealed').execute(),
    );
    await expect(read.catch((error) => Promise.reject(sqlState(error)))).rejects.toBe('42501');
  });

  test('is checked at boot: the runtime login passes, an administrator does not', async () => {
    await expect(checkRuntimeRole(db.database.pool)).resolves.toBeUndefined();
    await expect(checkRuntimeRole(db.owner)).rejects.toThrow('can bypass row-level security');
  });

  test('does not let an error carry the row it failed on', async () => {
    const error = await db.owner
      .query(`insert into public.leads (org_id, name, phone) values ($1, 'Canary', 'not a phone')`, [
        mine.orgId,
      ])
      .catch((caught: unknown) => caught);
    expect(JSON.stringify(error)).not.toContain('Canary');
  });
});
