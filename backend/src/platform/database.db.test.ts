import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';
import { createDatabase, createPool, type Database, type Db, sqlState } from './database.ts';
import { mintOrgId } from './tenant.ts';

describe('a transaction', () => {
  let db: TestDatabase;
  let mine: TestOrganization;
  let theirs: TestOrganization;
  /** One connection, so that everyone gets what the one before left behind. */
  let single: Database;
  beforeAll(async () => {
    db = await createTestDatabase();
    mine = await db.createOrganization({ name: 'Mine' });
    theirs = await db.createOrganization({ name: 'Theirs' });
    single = createDatabase({ url: db.runtimeUrl, maxConnections: 1 });
  });
  afterAll(async () => {
    await single.close();
    await db.close();
  });

  const names = async (tx: Db) =>
    (await tx.selectFrom('organizations').select('name').orderBy('name').execute()).map(({ name }) => name);
  const whoami = async (tx: Db) => {
    const { rows } = await sql<{ role: string; claims: string | null }>`
      select current_user as role, nullif(current_setting('request.jwt.claims', true), '') as claims`.execute(
      tx,
    );
    return rows[0]!;
  };
  const leftBehind = async () => {
    const { rows } = await single.pool.query(
      `select current_user as role, nullif(current_setting('request.jwt.claims', true), '') as claims`,
    );
    return rows[0];
  };
  const CLEAN = { role: 'voxanne_runtime', claims: null };

  test('a tenant’s transaction carries its claims, and the next user of the connection finds none', async () => {
    const during = await single.withTenant(mine.scope, whoami);
    expect(during.role).toBe('voxanne_tenant');
    expect(JSON.parse(during.claims ?? '')).toEqual({
      role: 'authenticated',
      sub: mine.userId,
      app_metadata: { org_id: mine.orgId },
    });
    expect(await leftBehind()).toEqual(CLEAN);
  });

  test('a worker’s transaction sees every clinic and carries no claims', async () => {
    await single.withTenant(mine.scope, names);
    expect(await single.withService(whoami)).toEqual({ role: 'voxanne_service', claims: null });
    expect(await single.withService(names)).toEqual(['Mine', 'Theirs']);
    expect(await leftBehind()).toEqual(CLEAN);
  });

  test('that gets no answer ends in time, and nothing of it reaches the next user of the pool', async () => {
    const impatient = createDatabase({ url: db.runtimeUrl, maxConnections: 1, queryTimeoutMs: 2_000 });
    const lock = await db.owner.connect();
    try {
      // What waits for it gets no answer until the end of this test.
      await lock.query('select pg_advisory_lock(1)');
      const frozen = impatient.withTenant(mine.scope, async (tx) => {
        await tx.updateTable('organizations').set({ name: 'Half done' }).execute();
        await sql`select pg_advisory_xact_lock(1)`.execute(tx);
      });
      await expect(frozen).rejects.toThrow('Query read timeout');
      expect(await impatient.withService(names)).not.toContain('Half done');
      await expect(impatient.pool.query('select pg_advisory_xact_lock(1)')).rejects.toThrow(
        'Query read timeout',
      );
      expect(await impatient.withTenant(theirs.scope, names)).toEqual(['Theirs']);
    } finally {
      await lock.query('select pg_advisory_unlock(1)');
      lock.release();
      await impatient.close();
    }
  });

  test('that fails in the middle leaves neither its claims nor its writes', async () => {
    const failing = single.withTenant(mine.scope, async (tx) => {
      await tx.updateTable('organizations').set({ name: 'Half done' }).where('id', '=', mine.orgId).execute();
      await sql`select 1 / 0`.execute(tx);
    });
    await expect(failing.catch((error) => Promise.reject(sqlState(error)))).rejects.toBe('22012');
    expect(await leftBehind()).toEqual(CLEAN);
    expect(await single.withTenant(theirs.scope, names)).toEqual(['Theirs']);
    expect(await single.withTenant(mine.scope, names)).toEqual(['Mine']);
  });

  test('is rolled back by an error that has nothing to do with the database, and the error comes through', async () => {
    const error = new Error('the caller changed its mind');
    const failing = single.withTenant(mine.scope, async (tx) => {
      await tx.updateTable('organizations').set({ name: 'Half done' }).where('id', '=', mine.orgId).execute();
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    expect(await single.withTenant(mine.scope, names)).toEqual(['Mine']);
  });

  test('never shows one clinic to another, however many take turns on few connections', async () => {
    const few = createDatabase({ url: db.runtimeUrl, maxConnections: 2 });
    try {
      const turns = Array.from({ length: 120 }, async (_, turn) => {
        const [scope, own] = turn % 2 ? [mine.scope, 'Mine'] : [theirs.scope, 'Theirs'];
        const seen = few.withTenant(scope, async (tx) => {
          const found = await names(tx);
          if (turn % 7 === 0) throw new Error('stop here');
          return found;
        });
        if (turn % 7 === 0) await expect(seen).rejects.toThrow('stop here');
        else expect(await seen).toEqual([own]);
      });
      await Promise.all(turns);
    } finally {
      await few.close();
    }
  });

  test.each([
    `x'; drop table organizations; --`,
    `"}}', true); set role voxanne_service; select ('`,
    `back\\slash' and "double" and ''doubled''`,
    `\\'; select 1; --`,
    'new\nline, tab\t and $$dollars$$',
  ])('takes an organization id of %j as a text and nothing else', async (text) => {
    const scope = { orgId: mintOrgId(text), userId: `${text} too` };
    const during = await single.withTenant(scope, whoami);
    expect(during.role).toBe('voxanne_tenant');
    expect(JSON.parse(during.claims ?? '')).toMatchObject({
      sub: `${text} too`,
      app_metadata: { org_id: text },
    });
    await expect(single.withTenant(scope, names)).rejects.toMatchObject({ code: '22P02' });
    expect(await single.withTenant(mine.scope, names)).toEqual(['Mine']);
  });

  const rename = (name: string) =>
    sql<{ name: string }>`update organizations set name = ${name} returning name`;

  test('that ends with its last statement is committed when the answer is there', async () => {
    const seen = await single.withTenant(mine.scope, async (_, final) => {
      const rows = await final(rename('Mine, renamed'));
      const { rows: outside } = await db.owner.query('select name from public.organizations where id = $1', [
        mine.orgId,
      ]);
      return { rows, outside };
    });
    expect(seen).toEqual({ rows: [{ name: 'Mine, renamed' }], outside: [{ name: 'Mine, renamed' }] });
    expect(await leftBehind()).toEqual(CLEAN);
    await single.withTenant(mine.scope, (_, final) => final(rename('Mine')));
  });

  test('names itself to a scope that asks, by the id that its rows carry, unless it wrote nothing', async () => {
    const changeIds: string[] = [];
    const scope = { ...mine.scope, changeIds };
    await single.withTenant(scope, names);
    await single.withTenant(scope, async (tx) => rename('Mine').execute(tx));
    await single.withTenant(scope, (_, last) => last(rename('Mine')));
    const failing = single.withTenant(scope, async (tx, last) => {
      await rename('Half done').execute(tx);
      await last(sql`select 1 / 0`);
    });
    await expect(failing).rejects.toThrow();
    const { rows } = await db.owner.query('select xmin::text from public.organizations where id = $1', [
      mine.orgId,
    ]);
    expect(changeIds).toHaveLength(2);
    expect(changeIds[1]).toBe(rows[0].xmin);
    expect(await leftBehind()).toEqual(CLEAN);
  });

  test('a failing last statement undoes everything before it', async () => {
    const failing = single.withTenant(mine.scope, async (tx, final) => {
      await rename('Half done').execute(tx);
      await final(sql`select 1 / 0`);
    });
    await expect(failing.catch((error) => Promise.reject(sqlState(error)))).rejects.toBe('22012');
    expect(await leftBehind()).toEqual(CLEAN);
    expect(await single.withTenant(mine.scope, names)).toEqual(['Mine']);
  });

  test('a refused commit after the last statement says so', async () => {
    await db.owner.query(`create function public.no() returns trigger language plpgsql as $$
        begin raise exception 'refused at the commit' using errcode = 'check_violation'; end $$;
      create constraint trigger no after update on public.organizations deferrable initially deferred
        for each row execute function public.no()`);
    try {
      const failing = single.withTenant(mine.scope, (_, final) => final(rename('Half done')));
      await expect(failing.catch((error) => Promise.reject(sqlState(error)))).rejects.toBe('23514');
    } finally {
      await db.owner.query('drop function public.no cascade');
    }
    expect(await single.withTenant(mine.scope, names)).toEqual(['Mine']);
  });

  test('that asks on after its last statement has no right to anything', async () => {
    const asking = single.withTenant(mine.scope, async (tx, final) => {
      await final(sql`select 1`);
      return names(tx);
    });
    await expect(asking.catch((error) => Promise.reject(sqlState(error)))).rejects.toBe('42501');
    expect(await leftBehind()).toEqual(CLEAN);
  });

  test('a transaction whose connection dies fails, ends nothing else, and the next one works', async () => {
    const dying = single.withService(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await db.owner.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      // Between two queries no one waits for this connection: its death must not become an uncaught exception.
      await expect
        .poll(
          async () =>
            (await db.owner.query('select 1 from pg_stat_activity where pid = $1', [rows[0]?.pid])).rowCount,
        )
        .toBe(0);
      return sql`select 1`.execute(tx);
    });
    await expect(dying).rejects.toThrow();
    expect(await single.withTenant(mine.scope, names)).toEqual(['Mine']);
  });

  test('an idle connection that breaks is reported, and ends nothing', async () => {
    const broken: Error[] = [];
    const pool = createPool({
      url: db.runtimeUrl,
      maxConnections: 1,
      onError: (error) => broken.push(error),
    });
    try {
      const { rows } = await pool.query('select pg_backend_pid() as pid');
      await db.owner.query('select pg_terminate_backend($1)', [rows[0].pid]);
      await expect.poll(() => broken.length).toBe(1);
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    } finally {
      await pool.end();
    }
  });

  test('is over for good after the close, also where only single statements were sent', async () => {
    const brief = createDatabase({ url: db.runtimeUrl });
    await brief.serviceStatement(sql`select 1`);
    await brief.close();
    expect(brief.pool.totalCount).toBe(0);
    expect(brief.pool.ended).toBe(true);
  });

  test('an error carries no row, no parameter and no query, whichever way it was asked', async () => {
    const insert = `insert into public.leads (org_id, name, phone) values ($1, $2, 'no phone')`;
    const values = [mine.orgId, 'Canary'];
    const promised = await db.owner.query(insert, values).catch((error: unknown) => error);
    const client = await db.owner.connect();
    const called = await new Promise((resolve) => client.query(insert, values, resolve));
    client.release();
    for (const error of [promised, called]) {
      expect(sqlState(error)).toBe('23514');
      expect(JSON.stringify(Object.entries(error as object))).not.toContain('Canary');
    }
  });
});

describe('the SQLSTATE of an error', () => {
  test('is found only in an error that has one', () => {
    expect(sqlState(Object.assign(new Error('x'), { code: '23505' }))).toBe('23505');
    for (const other of [null, undefined, 'text', new Error('x'), { code: 42 }, { code: 'ECONNREFUSED' }]) {
      expect(sqlState(other)).toBeUndefined();
    }
  });
});
