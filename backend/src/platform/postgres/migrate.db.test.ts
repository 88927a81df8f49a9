import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { TEST_AUTH_SECRET } from '../../testing/postgres.setup.ts';
import { StartupError } from '../errors.ts';
import { migrate, migrationFiles } from './migrate.ts';

const DIRECTORY = fileURLToPath(new URL('../../../../supabase', import.meta.url));
const ALL = migrationFiles(join(DIRECTORY, 'migrations'));

describe('migrating', () => {
  const administrator = new pg.Client({ connectionString: at('postgres') });
  const connected = administrator.connect();
  let name: string;
  let directory = DIRECTORY;
  beforeEach(async () => {
    await connected;
    name = `fresh_${randomUUID().replaceAll('-', '')}`;
    await administrator.query(`create database ${name}`);
  });
  afterEach(async () => {
    await administrator.query(`drop database if exists ${name} with (force)`);
    if (directory !== DIRECTORY) rmSync(directory, { recursive: true, force: true });
    directory = DIRECTORY;
  });
  afterAll(() => administrator.end());

  function at(database: string): string {
    const url = new URL(inject('templateUrl'));
    url.pathname = `/${database}`;
    return url.toString();
  }
  // The secret of the whole test run: the password of the runtime login belongs to the server, not to a database.
  const run = () => migrate({ url: at(name), directory, authSecret: TEST_AUTH_SECRET });
  const ask = async (sql: string, url = at(name)) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  /** The same migrations and one more file, in their own directory. */
  const withFile = (file: string, sql: string) => {
    directory = mkdtempSync(join(tmpdir(), 'voxanne-migrate-'));
    cpSync(DIRECTORY, directory, { recursive: true });
    writeFileSync(join(directory, 'migrations', file), sql);
  };

  test('applies every file in order, and a second run has nothing to do', async () => {
    expect((await run()).applied).toEqual(ALL);
    expect((await run()).applied).toEqual([]);
  });

  test('keeps the ledger of the Supabase CLI, so that either may continue where the other stopped', async () => {
    await run();
    const ledger = await ask(
      'select version, name, cardinality(statements) > 0 as kept from supabase_migrations.schema_migrations order by version',
    );
    expect(ledger).toEqual(
      ALL.map((file) => ({ version: file.slice(0, 14), name: file.slice(15, -4), kept: true })),
    );
  });

  test('continues where the Supabase CLI stopped', async () => {
    await run();
    const file = '29991231235959_one_more.sql';
    withFile(file, 'create table public.one_more (id int);');
    await ask(`insert into supabase_migrations.schema_migrations (version) values ('29991231235959')`);
    expect((await run()).applied).toEqual([]);
    await ask(`delete from supabase_migrations.schema_migrations where version = '29991231235959'`);
    expect((await run()).applied).toEqual([file]);
  });

  test('twenty processes at once apply each file once, and all of them end up ready', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, run));
    expect(all.flatMap(({ applied }) => applied).sort()).toEqual(ALL);
    expect(new Set(all.map(({ runtimeUrl }) => runtimeUrl)).size).toBe(1);
  });

  test('leaves no lock behind in a session that a pooler gives to someone else', async () => {
    const left = await run();
    expect(left.applied).toEqual(ALL);
    expect(
      await ask(`select pid from pg_locks where locktype = 'advisory' and database =
        (select oid from pg_database where datname = current_database())`),
    ).toEqual([]);
  });

  test('keeps the stored password of the runtime login while it is right, and sets it when it is not', async () => {
    const stored = () => ask(`select rolpassword from pg_authid where rolname = 'voxanne_runtime'`);
    await run();
    const before = await stored();
    await run();
    expect(await stored()).toEqual(before);
  });

  test('gives the runtime login its limits and no JIT, because a pooler lets none of them through', async () => {
    await run();
    const [role] = await ask(`select rolconfig from pg_roles where rolname = 'voxanne_runtime'`);
    expect(role.rolconfig).toEqual(
      expect.arrayContaining(['statement_timeout=15s', 'idle_in_transaction_session_timeout=30s', 'jit=off']),
    );
  });

  test('with a login that may not create says so in words, names the setting, and shows no stack', async () => {
    const login = `poor_${name}`;
    await administrator.query(`create role ${login} login password 'x'`);
    try {
      const url = new URL(at(name));
      [url.username, url.password] = [login, 'x'];
      const poor = migrate({
        url: url.toString(),
        setting: 'DATABASE_MIGRATION_URL',
        directory,
        authSecret: TEST_AUTH_SECRET,
      });
      await expect(poor).rejects.toBeInstanceOf(StartupError);
      await expect(poor).rejects.toThrow(
        /^DATABASE_MIGRATION_URL can’t be used: .*permission denied.*\n.*owner/s,
      );
    } finally {
      await administrator.query(`drop role ${login}`);
    }
  });

  test.each([
    [
      'a database that is not there',
      (url: URL) => {
        url.pathname = '/nowhere';
      },
      /The server has no database with that name/,
    ],
    [
      'a wrong password',
      (url: URL) => {
        url.password = 'wrong';
      },
      /The login is refused/,
    ],
    [
      'a host nobody knows',
      (url: URL) => {
        url.hostname = 'no-such-host.invalid';
      },
      /host/,
    ],
    [
      'TLS that the server does not speak',
      (url: URL) => {
        url.searchParams.set('sslmode', 'no-verify');
      },
      /doesn’t support TLS/,
    ],
    [
      'a parameter the server refuses',
      (url: URL) => {
        url.searchParams.set('options', '-c no_such_setting=1');
      },
      /no_such_setting/,
    ],
    [
      'a session that only reads',
      (url: URL) => {
        url.searchParams.set('options', '-c default_transaction_read_only=on');
      },
      /read-only server/,
    ],
  ])('with %s says so in words', async (_, change, words) => {
    const url = new URL(at(name));
    change(url);
    const wrong = migrate({ url: url.toString(), directory, authSecret: TEST_AUTH_SECRET });
    await expect(wrong).rejects.toBeInstanceOf(StartupError);
    await expect(wrong).rejects.toThrow(words);
    await expect(wrong).rejects.toThrow(/^DATABASE_URL can’t be used: /);
    await wrong.catch((error: Error) => expect(error.message).not.toContain(new URL(at(name)).password));
  });

  test('leads to a login that may sign in and nothing more', async () => {
    const { runtimeUrl } = await run();
    expect(await ask('select current_user as me', runtimeUrl)).toEqual([{ me: 'voxanne_runtime' }]);
    await expect(ask('select * from public.organizations', runtimeUrl)).rejects.toMatchObject({
      code: '42501',
    });
  });

  test('with a file that fails leaves nothing of it, says which one, and goes on once it is fixed', async () => {
    const file = '29991231235959_broken.sql';
    withFile(file, 'create table public.half (id int); insert into public.half values (1); select 1 / 0;');
    await expect(run()).rejects.toThrow(`Migration ${file} failed and was rolled back: division by zero`);
    await expect(run()).rejects.toBeInstanceOf(StartupError);
    expect(await ask(`select to_regclass('public.half') as half`)).toEqual([{ half: null }]);
    expect(await ask('select version from supabase_migrations.schema_migrations')).toHaveLength(ALL.length);

    writeFileSync(join(directory, 'migrations', file), 'create table public.half (id int);');
    expect((await run()).applied).toEqual([file]);
  });

  test('skips files that aren’t migrations', async () => {
    withFile('notes.sql', 'select 1 / 0;');
    writeFileSync(join(directory, 'migrations', '20990101_too_short.sql'), 'select 1 / 0;');
    expect((await run()).applied).toEqual(ALL);
  });

  describe('a database from before the first release', () => {
    const EARLY = [
      ['20261121090000', 'foundations'],
      ['20261121090600', 'book_appointment_atomic'],
    ];
    const REFUSAL =
      /^DATABASE_URL: this database was made by an early version of Voxanne[\s\S]*Nothing in the database was changed[\s\S]*npm run db:dump -- [\s\S]*npm run db:reset -- --yes/;
    /** What it has: our tables and rows, and a ledger whose migrations are not there anymore. */
    const makeEarly = async () => {
      await run();
      await ask('delete from supabase_migrations.schema_migrations');
      for (const [version, title] of EARLY) {
        await ask(
          `insert into supabase_migrations.schema_migrations (version, name) values ('${version}', '${title}')`,
        );
      }
      await ask(`insert into public.organizations (name) values ('Bright Smiles')`);
    };
    const refused = () =>
      expect(run()).rejects.toSatisfy(
        (error) => error instanceof StartupError && REFUSAL.test(error.message),
      );

    test('is refused with the commands that keep or drop its data, and stays as it was', async () => {
      await makeEarly();
      await refused();
      await refused();
      expect(
        await ask('select version, name from supabase_migrations.schema_migrations order by version'),
      ).toEqual(EARLY.map(([version, title]) => ({ version, name: title })));
      expect(await ask('select name from public.organizations')).toEqual([{ name: 'Bright Smiles' }]);
    });

    test('is refused by each of many processes at once', async () => {
      await makeEarly();
      await Promise.all(Array.from({ length: 8 }, refused));
    });

    test('is refused without its ledger too, as a dump of single schemas leaves it', async () => {
      await makeEarly();
      await ask('drop schema supabase_migrations cascade');
      await refused();
      expect(await ask(`select to_regnamespace('supabase_migrations') as made`)).toEqual([{ made: null }]);
    });

    test('is named by the setting that leads to it', async () => {
      await makeEarly();
      const named = migrate({
        url: at(name),
        setting: 'The built-in database',
        directory,
        authSecret: TEST_AUTH_SECRET,
      });
      await expect(named).rejects.toThrow(/^The built-in database: this database was made by an early/);
    });

    test('is not what a project with migrations of its own is taken for, whether ours come first or later', async () => {
      await ask(`create schema supabase_migrations; create table supabase_migrations.schema_migrations (version text primary key);
        insert into supabase_migrations.schema_migrations values ('20250101000000')`);
      expect((await run()).applied).toEqual(ALL);
      await ask(`insert into supabase_migrations.schema_migrations values ('29991231235959')`);
      expect((await run()).applied).toEqual([]);
    });
  });

  test('a database that doesn’t answer is reported in words, with the setting to check', async () => {
    const nowhere = migrate({ url: 'postgres://nobody@127.0.0.1:1/none', directory, authSecret: 'x' });
    await expect(nowhere).rejects.toBeInstanceOf(StartupError);
    await expect(nowhere).rejects.toThrow(
      /^DATABASE_URL can’t be used: .*ECONNREFUSED.*\nNothing is listening/,
    );
  });
});
