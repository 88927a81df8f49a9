import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { migrationFiles } from '../../backend/src/platform/postgres/migrate.ts';
import { createMigration, migrationName } from './create-migration.ts';
import { checkSeals } from './seals.ts';

const SUPABASE = fileURLToPath(new URL('../../supabase', import.meta.url));

// Each migration that is made fills two databases from nothing.
describe('a new migration', { timeout: 240_000 }, () => {
  let supabase: string;
  beforeEach(() => {
    supabase = mkdtempSync(join(tmpdir(), 'voxanne-new-migration-'));
    cpSync(SUPABASE, supabase, { recursive: true });
  });
  afterEach(() => rmSync(supabase, { recursive: true, force: true }));

  const create = async (words = 'later') => {
    const file = await createMigration(supabase, words, inject('templateUrl'));
    return { file, text: readFileSync(file, 'utf8') };
  };
  const statements = (text: string) => text.replace(/^--.*\n/gm, '').trim();
  const change = (schema: string, before: string, after: string) => {
    const path = join(supabase, 'schemas', schema);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(before);
    writeFileSync(path, text.replace(before, after));
  };

  test('has nothing to do while schema files and migrations agree, comes last, and seals the ones before it', async () => {
    const earlier = migrationFiles(join(supabase, 'migrations'));
    const { file, text } = await create('Waiting list');
    expect(basename(file)).toMatch(/^\d{14}_waiting_list\.sql$/);
    expect(migrationFiles(join(supabase, 'migrations'))).toEqual([...earlier, basename(file)]);
    expect(statements(text)).toBe('');
    expect(text).not.toContain('Write this part by hand');
    expect(checkSeals(join(supabase, 'migrations'))).toEqual([]);
    appendFileSync(join(supabase, 'migrations', earlier[0] ?? ''), '-- better');
    expect(checkSeals(join(supabase, 'migrations'))).toHaveLength(1);
  });

  test('holds the functions that changed, are new or are gone, and a second one has nothing more to do', async () => {
    change('11_events.sql', `perform app_private.emit(new.id, 'organization.updated', '{}');`, 'null;');
    change(
      '60_appointment_status.sql',
      `when 'pending' then array['confirmed']`,
      `when 'pending' then array['confirmed', 'no_show']`,
    );
    change('56_hold_slot.sql', `p_limit integer default 500`, `p_limit integer default 100`);
    for (const [before, after] of [
      ['create function app_private.may_text(', 'create function app_private.let_in('],
      ['execute on function app_private.may_text', 'execute on function app_private.let_in'],
    ] as const)
      change('15_clinic_admissions.sql', before, after);
    appendFileSync(
      join(supabase, 'schemas', '60_appointment_status.sql'),
      `comment on function public.set_appointment_status is 'What became of a visit, in the clinic''s words.';\n`,
    );
    const { text } = await create();
    expect(text).not.toContain('Write this part by hand');
    expect(text.match(/^create or replace function [\w.]+/gim)?.map((line) => line.slice(27))).toEqual([
      'app_private.organization_changed',
      'app_private.let_in',
      'app_private.expire_holds',
      'app_private.allowed_changes',
      'public.set_appointment_status',
    ]);
    expect(text.match(/^drop function .*/gm)).toEqual([
      'drop function app_private.may_text(uuid);',
      'drop function app_private.expire_holds(integer);',
    ]);
    expect(text).toContain('grant execute on function app_private.let_in(uuid) to voxanne_service;');
    expect(text).toContain(`  'What became of a visit, in the clinic''s words.';`);

    expect(statements((await create('again')).text)).toBe('');
  });

  test('says in comments what a person has to write: columns, indexes, rights, triggers', async () => {
    change('71_tasks.sql', '  closed_by uuid,', '  closed_by uuid,\n  due_on date,');
    appendFileSync(
      join(supabase, 'schemas', '71_tasks.sql'),
      'create index tasks_due_idx on public.tasks (org_id, due_on);\n',
    );
    const { text } = await create();
    expect(statements(text)).toBe('');
    expect(text).toContain('-- column public.tasks.due_on: only in supabase/schemas\n--   date');
    expect(text).toContain('-- index tasks_due_idx: only in supabase/schemas');
  });

  test.each(['', 'a', '1st', 'naïve', 'a/b', '../up', 'x'.repeat(80)])('cannot be called "%s"', (words) => {
    expect(() => migrationName(words)).toThrow('Name the migration with a few words');
  });
});
