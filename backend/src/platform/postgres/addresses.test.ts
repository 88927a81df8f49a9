import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { addressFault } from '../settings/address-fault.ts';
import { addressesOf, runtimePassword, runtimeUrlOf } from './addresses.ts';
import { databaseFailure, runtimeFailure } from './connect-failure.ts';

const SECRET = 'a-secret-of-forty-characters-for-a-test--';
const POOLER = 'postgres://admin:pw@pooler:6432/clinics?application_name=web';
const DIRECT = 'postgres://owner:secret@direct:5432/clinics';
const OWN = 'postgres://ours:mine@pooler:6432/clinics';

const read = (url: string) => {
  const { user, password, host, port, database } = new pg.Client({ connectionString: url });
  return { user, password, host, port, database };
};

describe('which URL is for what', () => {
  const who = (url: string | undefined) => {
    if (url === undefined) return undefined;
    const { user, host, port } = read(url);
    return `${user}@${host}:${port}`;
  };
  test.each([
    [
      'DATABASE_URL alone',
      { url: DIRECT },
      'owner@direct:5432',
      'voxanne_runtime@direct:5432',
      'DATABASE_URL',
    ],
    [
      'a pooler, and a direct way for migrating',
      { url: POOLER, migrationUrl: DIRECT },
      'owner@direct:5432',
      'voxanne_runtime@pooler:6432',
      'DATABASE_URL',
    ],
    [
      'a login that was made elsewhere',
      { url: DIRECT, runtimeUrl: OWN },
      'owner@direct:5432',
      'ours@pooler:6432',
      'DATABASE_RUNTIME_URL',
    ],
    [
      'all three',
      { url: POOLER, migrationUrl: DIRECT, runtimeUrl: OWN },
      'owner@direct:5432',
      'ours@pooler:6432',
      'DATABASE_RUNTIME_URL',
    ],
    [
      'the one for migrating alone',
      { migrationUrl: DIRECT },
      'owner@direct:5432',
      'voxanne_runtime@direct:5432',
      'DATABASE_MIGRATION_URL',
    ],
    [
      'owner and login kept apart',
      { migrationUrl: DIRECT, runtimeUrl: OWN },
      'owner@direct:5432',
      'ours@pooler:6432',
      'DATABASE_RUNTIME_URL',
    ],
  ])('%s', (_, given, owner, runtime, setting) => {
    const addresses = addressesOf(given, SECRET);
    expect(who(addresses?.owner.url)).toBe(owner);
    expect(who(addresses?.runtime.url)).toBe(runtime);
    expect(addresses?.runtime.setting).toBe(setting);
  });

  test('with all three, the first one is checked too: a setting is never ignored', () => {
    expect(addressesOf({ url: POOLER, migrationUrl: DIRECT, runtimeUrl: OWN }, SECRET)?.unused).toEqual({
      url: POOLER,
      setting: 'DATABASE_URL',
    });
    expect(addressesOf({ url: POOLER, migrationUrl: DIRECT }, SECRET)?.unused).toBeUndefined();
  });

  test('notifications are listened for on the direct way first, and on the other one', () => {
    const listens = (given: Parameters<typeof addressesOf>[0]) => addressesOf(given, SECRET)?.listen.map(who);
    expect(listens({ url: POOLER, migrationUrl: DIRECT })).toEqual([
      'voxanne_runtime@direct:5432',
      'voxanne_runtime@pooler:6432',
    ]);
    expect(listens({ migrationUrl: DIRECT, runtimeUrl: OWN })).toEqual([
      'ours@direct:5432',
      'ours@pooler:6432',
    ]);
    expect(listens({ url: DIRECT })).toEqual(['voxanne_runtime@direct:5432']);
  });

  test('none at all is the built-in database', () => {
    expect(addressesOf({}, SECRET)).toBeUndefined();
  });
});

describe('the same way as another login', () => {
  const place = { host: 'db.example', port: 5432, database: 'clinics' };
  test.each([
    ['plain', 'postgres://admin:pw@db.example/clinics', place],
    ['postgresql://', 'postgresql://admin:pw@db.example:5432/clinics', place],
    ['without a password', 'postgres://admin@db.example/clinics', place],
    ['with special characters in it', 'postgres://ad%40min:p%23w%2F%3A%25@db.example/clinics', place],
    ['with the login among the parameters', 'postgres://db.example/clinics?user=admin&password=pw', place],
    ['IPv6', 'postgres://admin:pw@[::1]:5433/clinics', { host: '::1', port: 5433, database: 'clinics' }],
    [
      'a socket',
      'postgres://admin@%2Frun%2Fpostgresql/clinics',
      { host: '/run/postgresql', port: 5432, database: 'clinics' },
    ],
    [
      'a socket among the parameters',
      'postgres:///clinics?host=/run/postgresql',
      { host: '/run/postgresql', port: 5432, database: 'clinics' },
    ],
    [
      'a socket, login and no host',
      'postgres://admin@/clinics?host=/run/postgresql&port=5433',
      { host: '/run/postgresql', port: 5433, database: 'clinics' },
    ],
    [
      'without a database, which is then called as the login is',
      'postgres://admin:pw@db.example',
      { ...place, database: 'admin' },
    ],
    ['with a slash and no database', 'postgres://admin:pw@db.example/', { ...place, database: 'admin' }],
  ])('%s', (_, url, expected) => {
    expect(addressFault(url)).toBeUndefined();
    expect(read(runtimeUrlOf(url, SECRET))).toEqual({
      ...expected,
      user: 'voxanne_runtime',
      password: runtimePassword(SECRET),
    });
  });

  test('keeps what else the address says', () => {
    const url = runtimeUrlOf(
      'postgres://a:b@h/d?sslmode=no-verify&options=-c%20search_path%3Dx&pgbouncer=true&user=c',
      SECRET,
    );
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      sslmode: 'no-verify',
      options: '-c search_path=x',
      pgbouncer: 'true',
    });
  });

  test('keeps the project by which Supabase’s pooler finds the database', () => {
    const url = 'postgres://postgres.abcdefghijklmnopqrst:pw@aws-0-eu.pooler.supabase.com:6543/postgres';
    expect(read(runtimeUrlOf(url, SECRET)).user).toBe('voxanne_runtime.abcdefghijklmnopqrst');
    expect(read(runtimeUrlOf('postgres://first.last:pw@h/d', SECRET)).user).toBe('voxanne_runtime');
  });
});

describe('an address that cannot be read', () => {
  test.each([
    ['another scheme', 'mysql://root:hunter2@localhost/x', /must begin with postgres/],
    ['# in the password', 'postgres://admin:hunter2#x@h:5432/d', /# as %23/],
    ['a port that is none', 'postgres://admin:hunter2@h:port/d', /is not a valid address/],
    ['several hosts', 'postgres://admin:hunter2@one:5432,two:5432/d', /several hosts/],
    ['a broken escape', 'postgres://admin:hunter2%E0%40@h/d', /% as %25/],
    ['a file that is not there', 'postgres://a:hunter2@h/d?sslrootcert=/no/such.pem', /\/no\/such\.pem/],
  ])('%s is reported without the password', (_, url, words) => {
    expect(addressFault(url)).toMatch(words);
    expect(addressFault(url)).not.toContain('hunter2');
  });
});

describe('why a database cannot be used', () => {
  const failure = (message: string, code?: string) => Object.assign(new Error(message), code ? { code } : {});
  test.each([
    [failure('getaddrinfo ENOTFOUND db', 'ENOTFOUND'), /No host has that name/],
    [
      new AggregateError([failure('connect ECONNREFUSED ::1:5432', 'ECONNREFUSED')]),
      /ECONNREFUSED.*Nothing is listening/s,
    ],
    [failure('connect ENOENT /run/postgresql/.s.PGSQL.5432', 'ENOENT'), /socket doesn’t exist/],
    [failure('timeout expired'), /didn’t answer in time/],
    [failure('no pg_hba.conf entry for host', '28000'), /pg_hba/],
    [failure('sorry, too many clients already', '53300'), /max_connections/],
    [failure('remaining connection slots are reserved', '53300'), /max_connections/],
    [failure('the database system is starting up', '57P03'), /Wait until/],
    [failure('cannot execute CREATE SCHEMA in a read-only transaction', '25006'), /primary/],
    [
      failure('unsupported startup parameter: options', '08P01'),
      /"options".*ignore_startup_parameters = options/s,
    ],
    [
      failure('unsupported startup parameter: statement_timeout'),
      /ignore_startup_parameters = statement_timeout/,
    ],
    [
      failure('transaction blocks not allowed in statement pooling mode', '08P01'),
      /statement mode.*pool_mode/s,
    ],
    [failure('no such database: clinics', '08P01'), /doesn’t know that database/],
    [failure('no more connections allowed (max_client_conn)', '08P01'), /max_client_conn/],
    [failure('query_wait_timeout', '08P01'), /can’t reach PostgreSQL/],
    [failure('server login failed: wrong password type', '08P01'), /auth_query/],
    [failure('Tenant or user not found', 'XX000'), /doesn’t know that database or login/],
    [failure('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'), /the address has none/],
    [failure('self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'), /sslrootcert/],
    [failure('certificate has expired', 'CERT_HAS_EXPIRED'), /sslmode=no-verify/],
    [failure('The server does not support SSL connections'), /doesn’t support TLS/],
    [failure('Connection terminated unexpectedly'), /Check that PostgreSQL is what listens there/],
    [failure('something new', 'XX999'), /Check the address and the server’s log/],
    ['not even an error', /not even an error/],
  ])('%s', (error, words) => {
    expect(databaseFailure(error, 'DATABASE_URL').message).toMatch(words);
    expect(databaseFailure(error, 'DATABASE_URL').message).toMatch(/^DATABASE_URL can’t be used: .+\.\n/);
  });

  test('a refused login of the processes is no matter of the owner’s password', () => {
    for (const error of [
      failure('no such user: voxanne_runtime'),
      failure('SASL authentication failed', '08P01'),
    ]) {
      expect(runtimeFailure(error, 'DATABASE_URL').message).toMatch(/voxanne_runtime.*npm run db:login/s);
    }
    expect(runtimeFailure(failure('wrong', '28P01'), 'DATABASE_RUNTIME_URL').message).toMatch(
      /Check the login and password/,
    );
  });
});
