import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { type CatalogEntry, readCatalog } from './catalog.queries.ts';
import { describeDifferences, findDifferences } from './differences.ts';
import { applySchemas, joinSchemas, schemaFiles } from './schema-files.ts';

const SUPABASE = fileURLToPath(new URL('../../supabase', import.meta.url));

describe('the schema files', () => {
  const name = `schemas_${randomUUID().replaceAll('-', '')}`;
  const at = (database: string) => {
    const url = new URL(inject('templateUrl'));
    url.pathname = `/${database}`;
    return url.toString();
  };
  const administrator = new pg.Client({ connectionString: at('postgres') });
  const fromSchemas = new pg.Client({ connectionString: at(name) });
  let migrations: CatalogEntry[];
  beforeAll(async () => {
    await administrator.connect();
    await administrator.query(`create database ${name}`);
    await applySchemas(at(name), SUPABASE);
    await fromSchemas.connect();
    const fromMigrations = new pg.Client({ connectionString: inject('templateUrl') });
    await fromMigrations.connect();
    migrations = await readCatalog(fromMigrations);
    await fromMigrations.end();
  });
  afterAll(async () => {
    await fromSchemas.end();
    await administrator.query(`drop database if exists ${name} with (force)`);
    await administrator.end();
  });

  test('make the same database as the migrations', async () => {
    const differences = findDifferences(migrations, await readCatalog(fromSchemas));
    expect(
      differences.length === 0
        ? ''
        : `supabase/schemas and supabase/migrations differ. What is only in the schemas needs a migration (npm run db:new -- <name>); what is only in the migrations needs its place in a schema file.\n${describeDifferences(differences)}`,
    ).toBe('');
    expect(new Set(migrations.map(({ kind }) => kind)).size).toBeGreaterThan(10);
  });

  describe('are found to differ from the migrations', () => {
    afterEach(() => fromSchemas.query('rollback'));

    test.each([
      [
        'a function’s body',
        'create or replace function app_private.org_id() returns uuid language sql stable return null::uuid',
        'function app_private.org_id()',
      ],
      [
        'a function’s settings',
        'alter function app_private.emit set lock_timeout = 1',
        'function app_private.emit(uuid,text,jsonb)',
      ],
      [
        'a function’s volatility',
        'alter function app_private.is_same_name stable',
        'function app_private.is_same_name(text,text)',
      ],
      [
        'who may run a function',
        'grant execute on function app_private.emit to voxanne_tenant',
        'function app_private.emit(uuid,text,jsonb)',
      ],
      [
        'a function’s comment',
        `comment on function app_private.claims() is 'x'`,
        'function app_private.claims()',
      ],
      [
        'a function that is gone',
        'drop function app_private.sign_up_address',
        'function app_private.sign_up_address(uuid)',
      ],
      [
        'a new column',
        'alter table public.leads add column shoe_size integer',
        'column public.leads.shoe_size',
      ],
      [
        'a default',
        'alter table public.services alter column capacity set default 2',
        'column public.services.capacity',
      ],
      [
        'a column that may be empty',
        'alter table public.services alter column slug drop not null',
        'column public.services.slug',
      ],
      [
        'rights to a column',
        'grant select (phone) on public.organizations to authenticated',
        'column public.organizations.phone',
      ],
      ['an index', 'drop index public.outbox_dead_idx', 'index outbox_dead_idx'],
      [
        'a constraint',
        'alter table public.time_off drop constraint time_off_check',
        'constraint public.time_off.time_off_check',
      ],
      ['a policy', 'alter policy service on public.calls to voxanne_service', 'policy public.calls.service'],
      [
        'a table without row-level security',
        'alter table public.calls disable row level security',
        'table public.calls',
      ],
      [
        'row-level security that its owner passes',
        'alter table public.calls no force row level security',
        'table public.calls',
      ],
      ['rights to a table', 'grant delete on public.audit_log to voxanne_service', 'table public.audit_log'],
      ['a trigger that is off', 'alter table public.audit_log disable trigger all', 'trigger audit_log.'],
      [
        'a trigger of the sign-up',
        'drop trigger on_auth_user_created on auth.users',
        'trigger auth.users.on_auth_user_created',
      ],
      ['a type', 'alter type app_private.slot add attribute room text', 'type app_private.slot'],
      [
        'rights to a sequence',
        'grant usage on sequence app_private.circuit_breaker_tokens to voxanne_tenant',
        'sequence app_private.circuit_breaker_tokens',
      ],
      ['rights to a schema', 'grant usage on schema app_private to authenticated', 'schema app_private'],
      [
        'rights of what is made later',
        'alter default privileges in schema public grant select on tables to authenticated',
        'default rights ',
      ],
      [
        'a row that is there from the start',
        `delete from app_private.audited_actions where action = 'task.closed'`,
        'row app_private.audited_actions ',
      ],
    ])('in %s', async (_, change, found) => {
      await fromSchemas.query(`begin; ${change}`);
      const differences = findDifferences(migrations, await readCatalog(fromSchemas));
      expect(differences.map(({ kind, name }) => `${kind} ${name}`)).toContainEqual(
        expect.stringContaining(found),
      );
      expect(describeDifferences(differences)).toContain(found);
    });
  });

  test('write each function once', () => {
    const functions = [...joinSchemas(SUPABASE).matchAll(/^create (?:or replace )?function ([\w.]+)/gm)].map(
      ([, found]) => found,
    );
    expect(functions.length).toBeGreaterThan(100);
    expect(functions.filter((found, index) => functions.indexOf(found) !== index)).toEqual([]);
  });

  test('have names that say their order and their noun', () => {
    const names = schemaFiles(SUPABASE);
    expect(names.length).toBeGreaterThan(30);
    expect(new Set(names.map((file) => file.slice(0, 2))).size).toBe(names.length);
  });

  test.each(schemaFiles(SUPABASE))('%s asks for nothing that PostgreSQL 15 does not have', (file) => {
    const text = readFileSync(join(SUPABASE, 'schemas', file), 'utf8');
    expect(text).not.toMatch(
      /\b(pg_input_is_valid|pg_input_error_info|any_value|array_shuffle|array_sample|json_array|json_object|json_exists|json_value|json_query|json_table|random_normal|uuidv7|uuidv4|array_sort|array_reverse|casefold|merge into)\s*\(/i,
    );
  });
});
