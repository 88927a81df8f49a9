import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { StartupError } from '../../backend/src/platform/errors.ts';
import { createTestDatabase, type TestDatabase } from '../../backend/src/testing/index.ts';
import { dumpRows } from './dump.ts';

describe('a dump', () => {
  let db: TestDatabase;
  let folder: string;
  let client: pg.Client;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'voxanne-dump-'));
    client = new pg.Client({ connectionString: db.ownerUrl });
    await client.connect();
  });
  afterEach(async () => {
    await client.end();
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(() => db.close());

  const dump = async () => {
    const file = join(folder, 'rows.jsonl');
    const count = await dumpRows(client, file);
    const rows = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): { table: string; row: Record<string, unknown> } => JSON.parse(line));
    return { file, count, rows };
  };

  test('has every row of the product, the sign-in and the ledger, and is for its owner alone', async () => {
    const clinic = await db.createOrganization({ name: 'Zahnärzte "Am Markt"\nSüd' });
    const { file, count, rows } = await dump();
    expect(rows).toHaveLength(count);
    expect(rows.filter(({ table }) => table === 'public.organizations')).toEqual([
      expect.objectContaining({ row: expect.objectContaining({ id: clinic.orgId, country: 'US' }) }),
    ]);
    expect(new Set(rows.map(({ table }) => table))).toEqual(
      new Set([
        'app_private.audited_actions',
        'app_private.rights',
        'app_private.scopes',
        'auth.users',
        'public.audit_log',
        'public.events',
        'public.organizations',
        'public.outbox',
        'public.profiles',
        'public.providers',
        'public.services',
        'supabase_migrations.schema_migrations',
      ]),
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('has more rows than are read at once', async () => {
    const { orgId } = await db.createOrganization();
    await db.owner.query(
      `insert into public.leads (org_id, name) select $1, 'Patient ' || n from generate_series(1, 2500) as n`,
      [orgId],
    );
    const { rows } = await dump();
    const names = rows.filter(({ table }) => table === 'public.leads').map(({ row }) => row.name);
    expect(new Set(names).size).toBe(2500);
  });

  test('is not written over one that is there', async () => {
    const { file } = await dump();
    const before = readFileSync(file, 'utf8');
    await client.query('rollback');
    await expect(dumpRows(client, file)).rejects.toBeInstanceOf(StartupError);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('is refused to a login that sees only a part of the rows, before a file is made', async () => {
    const few = new pg.Client({ connectionString: db.runtimeUrl });
    await few.connect();
    try {
      const file = join(folder, 'few.jsonl');
      await expect(dumpRows(few, file)).rejects.toThrow('only sees some of the rows');
      expect(() => statSync(file)).toThrow('ENOENT');
    } finally {
      await few.end();
    }
  });
});
