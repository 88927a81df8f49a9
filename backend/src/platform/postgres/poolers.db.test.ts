import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/index.ts';
import { hasPgbouncer, type Pooler, startPooler } from '../../testing/pooler.ts';
import { TEST_AUTH_SECRET } from '../../testing/postgres.setup.ts';
import { createDatabase, type Database, RUNTIME_SETTINGS } from '../database.ts';
import { StartupError } from '../errors.ts';
import { type Listener, listen } from '../listener.ts';
import { createLogger, silentLogger } from '../logger.ts';
import { addressesOf, type GivenUrls, runtimePassword } from './addresses.ts';
import { checkConnections } from './check-connections.ts';
import { migrate } from './migrate.ts';

const directory = fileURLToPath(new URL('../../../../supabase', import.meta.url));

describe.skipIf(!hasPgbouncer() && process.env.CI !== 'true')('behind PgBouncer', () => {
  let db: TestDatabase;
  const poolers: Pooler[] = [];
  const open: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
    for (const pooler of poolers.splice(0)) await pooler.stop();
  });
  afterAll(() => db.close());

  const pooler = async (options: Partial<Parameters<typeof startPooler>[0]> = {}) => {
    const adminUrl = inject('templateUrl');
    const server = { port: Number(new URL(adminUrl).port), adminUrl };
    const started = await startPooler({ server, mode: 'transaction', ...options });
    poolers.push(started);
    return started;
  };
  /** What the start of a process does before it serves anything. */
  const begin = async (given: GivenUrls) => {
    const addresses = addressesOf(given, TEST_AUTH_SECRET);
    if (!addresses) throw new Error('nothing was given');
    const { identity } = await migrate({ ...addresses.owner, directory, authSecret: TEST_AUTH_SECRET });
    return { addresses, warnings: await checkConnections(addresses, identity) };
  };
  const opened = (url: string): Database => {
    const database = createDatabase({ url, maxConnections: 3 });
    open.push(() => database.close());
    return database;
  };
  const listening = (url: string | string[], heard: string[], log = silentLogger, clock = {}) => {
    const listener = listen({
      url,
      channels: ['voxanne_work'],
      onNotify: (_, payload) => heard.push(payload),
      log,
      ...clock,
    });
    open.push(() => listener.close());
    return listener;
  };
  const settled = (listener: Listener) =>
    expect.poll(() => listener.state, { timeout: 90_000 }).not.toBe('connecting');

  test.each([
    ['transaction mode, logins looked up', {}],
    ['session mode', { mode: 'session' as const }],
    ['with the line that db:login prints', { logins: undefined }],
    ['TLS off and SCRAM asked for', { settings: { auth_type: 'scram-sha-256' } }],
    ['a pool of a single connection', { settings: { default_pool_size: '1' } }],
  ])('everything goes through it: %s', async (name, options) => {
    const given = name.includes('db:login')
      ? {
          logins: [
            `"voxanne" "${new URL(db.ownerUrl).password}"`,
            `"voxanne_runtime" "${runtimePassword(TEST_AUTH_SECRET)}"`,
          ],
        }
      : options;
    const { through } = await pooler(given);
    const { addresses, warnings } = await begin({ url: through(db.ownerUrl) });
    expect(warnings).toEqual([]);
    const database = opened(addresses.runtime.url);
    const clinic = await db.createOrganization();
    const names = await Promise.all(
      Array.from({ length: 8 }, () =>
        database.tenantStatement<{ name: string }>(clinic.scope, sql`select name from organizations`),
      ),
    );
    expect(names.flat().map((row) => row.name)).toEqual(Array(8).fill('Bright Smiles'));
  });

  test('DATABASE_URL is where the processes connect, DATABASE_MIGRATION_URL where migrating does', async () => {
    const { through } = await pooler();
    // The credentials of the pooler's address are not used: the processes have their own login.
    const poolerUrl = new URL(through(db.ownerUrl));
    poolerUrl.password = 'of-nobody';
    const { addresses } = await begin({ url: poolerUrl.toString(), migrationUrl: db.ownerUrl });
    const database = opened(addresses.runtime.url);
    const answer = await database.serviceStatement<{ me: string }>(sql`select session_user as me`);
    expect(answer).toEqual([{ me: 'voxanne_runtime' }]);
    const [pool] = await pools(poolerUrl, new URL(db.ownerUrl).pathname.slice(1));
    expect(Number(pool?.cl_active) + Number(pool?.cl_waiting)).toBeGreaterThan(0);
  });

  const pools = async (at: URL, database: string) => {
    const console_ = new URL(at);
    [console_.pathname, console_.password] = ['/pgbouncer', new URL(db.ownerUrl).password];
    const client = new pg.Client({ connectionString: console_.toString() });
    await client.connect();
    try {
      const { rows } = await client.query('show pools');
      return rows.filter((row) => row.database === database && row.user === 'voxanne_runtime');
    } finally {
      await client.end();
    }
  };

  test('time limits hold in every transaction and for single statements, and nothing of a scope is left behind', async () => {
    const { through } = await pooler({ settings: { default_pool_size: '1' } });
    const { addresses } = await begin({ url: through(db.ownerUrl) });
    const database = opened(addresses.runtime.url);
    const limits = Object.keys(RUNTIME_SETTINGS).map((name) => `current_setting('${name}') as ${name}`);
    const ask = `select ${limits.join(', ')}`;
    expect(await database.serviceStatement(sql.raw(ask))).toEqual([RUNTIME_SETTINGS]);
    expect((await database.pool.query(ask)).rows).toEqual([RUNTIME_SETTINGS]);
    const clinic = await db.createOrganization();
    await database.tenantStatement(clinic.scope, sql`select 1`);
    const left = `select current_user as me, current_setting('request.jwt.claims', true) as claims`;
    expect((await database.pool.query(left)).rows).toEqual([{ me: 'voxanne_runtime', claims: '' }]);
  });

  test('twelve processes at once migrate over four connections: each file once, and no lock stays behind', async () => {
    const { through } = await pooler({ settings: { default_pool_size: '4' } });
    const all = await Promise.all(Array.from({ length: 12 }, () => begin({ url: through(db.ownerUrl) })));
    expect(all).toHaveLength(12);
    const { rows } = await db.owner.query(
      `select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
    );
    expect(rows).toEqual([]);
  });

  describe('what cannot work says so in words', () => {
    const refused = async (given: GivenUrls) => {
      const error = await begin(given).then(
        () => undefined,
        (fault: unknown) => fault,
      );
      expect(error).toBeInstanceOf(StartupError);
      const { message } = error as Error;
      expect(message).not.toContain(new URL(db.ownerUrl).password);
      expect(message).not.toContain(runtimePassword(TEST_AUTH_SECRET));
      return message;
    };
    test('statement mode', async () => {
      const { through } = await pooler({ mode: 'statement' });
      const words =
        /^DATABASE_URL can’t be used: .*\nThe pooler is in statement mode.*\n.*pool_mode = transaction/;
      expect(await refused({ url: through(db.ownerUrl) })).toMatch(words);
      expect(await refused({ url: through(db.ownerUrl), migrationUrl: db.ownerUrl })).toMatch(words);
    });
    test('a pooler that does not know the login of the processes', async () => {
      const { through } = await pooler({ logins: [`"voxanne" "${new URL(db.ownerUrl).password}"`] });
      expect(await refused({ url: through(db.ownerUrl), migrationUrl: db.ownerUrl })).toMatch(
        /^DATABASE_URL can’t be used: the login voxanne_runtime.*auth_query.*npm run db:login/s,
      );
    });
    test('a database that the pooler does not know', async () => {
      const { through } = await pooler({ settings: { query_wait_timeout: '1' } });
      const url = new URL(through(db.ownerUrl));
      url.pathname = '/nowhere';
      expect(await refused({ url: url.toString(), migrationUrl: db.ownerUrl })).toMatch(
        /^DATABASE_URL can’t be used: /,
      );
    });
    test('a parameter in the address that the pooler refuses', async () => {
      const { through } = await pooler();
      const url = `${through(db.ownerUrl)}?statement_timeout=1000`;
      expect(await refused({ url, migrationUrl: db.ownerUrl })).toMatch(
        /^DATABASE_URL .*statement_timeout.*ignore_startup_parameters = statement_timeout/s,
      );
    });
    test('a pooler whose server is away', async () => {
      const { through } = await pooler({
        server: { port: 1, adminUrl: db.ownerUrl },
        settings: { query_wait_timeout: '1' },
      });
      expect(await refused({ url: through(db.ownerUrl), migrationUrl: db.ownerUrl })).toMatch(
        /^DATABASE_URL can’t be used: /,
      );
    });
    test.each([
      ['nobody listens', 'postgres://nobody:wrong@127.0.0.1:1/none', {}],
      [
        'nobody listens, with both others right',
        'postgres://nobody:wrong@127.0.0.1:1/none',
        { runtimeUrl: true },
      ],
    ])('a wrong DATABASE_URL, even when the way to migrate is right: %s', async (_, url, own) => {
      const given = {
        url,
        migrationUrl: db.ownerUrl,
        ...('runtimeUrl' in own ? { runtimeUrl: db.runtimeUrl } : {}),
      };
      expect(await refused(given)).toMatch(/^DATABASE_URL can’t be used: .*ECONNREFUSED/);
    });
    test('two URLs that point to different databases', async () => {
      const other = await createTestDatabase();
      open.push(() => other.close());
      expect(await refused({ url: other.ownerUrl, migrationUrl: db.ownerUrl })).toMatch(
        /^DATABASE_URL and DATABASE_MIGRATION_URL point to different databases/,
      );
      expect(await refused({ url: db.ownerUrl, runtimeUrl: other.runtimeUrl })).toMatch(
        /^DATABASE_RUNTIME_URL and DATABASE_URL point to different databases/,
      );
      expect(
        await refused({ url: other.ownerUrl, migrationUrl: db.ownerUrl, runtimeUrl: db.runtimeUrl }),
      ).toMatch(/^DATABASE_URL and DATABASE_MIGRATION_URL point to different databases/);
    });
    test('a login of one’s own that is not a member of the roles', async () => {
      await db.owner.query(`create role bare_login login password 'x'`);
      try {
        const own = new URL(db.ownerUrl);
        [own.username, own.password] = ['bare_login', 'x'];
        expect(await refused({ url: db.ownerUrl, runtimeUrl: own.toString() })).toMatch(
          /^DATABASE_RUNTIME_URL .*"bare_login" isn’t a member of voxanne_tenant and voxanne_service.*grant/s,
        );
      } finally {
        await db.owner.query('drop role bare_login');
      }
    });
    test('a session that only reads', async () => {
      const url = `${db.ownerUrl}?options=${encodeURIComponent('-c default_transaction_read_only=on')}`;
      expect(await refused({ url, migrationUrl: db.ownerUrl })).toMatch(/^DATABASE_URL .*read-only server/);
    });
  });

  describe('notifications', () => {
    const say = (payload: string) => db.owner.query(`select pg_notify('voxanne_work', $1)`, [payload]);
    const lines: string[] = [];
    const log = createLogger(
      'info',
      new Writable({
        write(chunk, _, done) {
          lines.push(String(chunk));
          done();
        },
      }),
    );

    test('do not arrive in transaction mode: it says so, hints by the clock, and listens for nothing', async () => {
      const { through } = await pooler();
      const heard: string[] = [];
      const listener = listening(through(db.runtimeUrl), heard, log, { trialMs: 300, hintMs: 20 });
      await settled(listener);
      expect(listener.state).toBe('deaf');
      expect(lines.join()).toContain('Notifications do not arrive');
      const before = heard.length;
      await expect.poll(() => heard.length).toBeGreaterThan(before + 2);
      expect(new Set(heard)).toEqual(new Set(['']));
    });

    test('arrive in session mode', async () => {
      const { through } = await pooler({ mode: 'session' });
      const heard: string[] = [];
      const listener = listening(through(db.runtimeUrl), heard);
      await settled(listener);
      expect(listener.state).toBe('hearing');
      await say('a');
      await expect.poll(() => heard.at(-1)).toBe('a');
    });

    test('arrive on the direct way beside a pooler in transaction mode, and on the other when that one is away', async () => {
      const { through } = await pooler();
      const heard: string[] = [];
      const { addresses } = await begin({ url: through(db.ownerUrl), migrationUrl: db.ownerUrl });
      const listener = listening(addresses.listen, heard);
      await settled(listener);
      expect(listener.state).toBe('hearing');
      await say('b');
      await expect.poll(() => heard.at(-1)).toBe('b');
      const other = listening(['postgres://nobody@127.0.0.1:1/none', db.runtimeUrl], heard);
      await settled(other);
      expect(other.state).toBe('hearing');
    });

    test('that begin to arrive are heard, without a restart', async () => {
      const transaction = await pooler();
      const listener = listening(transaction.through(db.runtimeUrl), [], log, {
        trialMs: 200,
        retryMs: 100,
        hintMs: 50,
      });
      await settled(listener);
      expect(listener.state).toBe('deaf');
      const console_ = new URL(transaction.through(db.ownerUrl));
      console_.pathname = '/pgbouncer';
      const admin = new pg.Client({ connectionString: console_.toString() });
      await admin.connect();
      await admin.query(`set pool_mode = 'session'`);
      await admin.end();
      await expect.poll(() => listener.state, { timeout: 90_000 }).toBe('hearing');
      expect(lines.join()).toContain('Notifications arrive again');
    });
  });
});
