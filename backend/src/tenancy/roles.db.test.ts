import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Role } from '@voxanne/contract';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { migrate, migrationFiles } from '../platform/postgres/migrate.ts';
import { TEST_AUTH_SECRET } from '../testing/postgres.setup.ts';

const SUPABASE = fileURLToPath(new URL('../../../supabase', import.meta.url));
const WITH_FOUR_ROLES = '20261201160000';

const at = (database: string): string => {
  const url = new URL(inject('templateUrl'));
  url.pathname = `/${database}`;
  return url.toString();
};

describe('a database from when everyone but owners and admins was a member', () => {
  const name = `members_${randomUUID().replaceAll('-', '')}`;
  const administrator = new pg.Client({ connectionString: at('postgres') });
  const client = new pg.Client({ connectionString: at(name) });
  const earlier = mkdtempSync(join(tmpdir(), 'voxanne-members-'));
  const bring = (directory: string) => migrate({ url: at(name), directory, authSecret: TEST_AUTH_SECRET });
  /** @param orgId the clinic that invited them; without one the sign-up makes its own. */
  const signUp = async (orgId?: string): Promise<{ user_id: string; org_id: string }> => {
    const email = `${randomUUID()}@example.com`;
    const stamp = JSON.stringify(orgId === undefined ? {} : { org_id: orgId });
    await client.query('insert into auth.users (email, name, raw_app_meta_data) values ($1, $2, $3)', [
      email,
      'Ann',
      stamp,
    ]);
    const { rows } = await client.query('select user_id, org_id from profiles where email = $1', [email]);
    return rows[0];
  };
  const roleOf = async (userId: string) =>
    (await client.query('select role from profiles where user_id = $1', [userId])).rows[0].role;

  beforeAll(async () => {
    await administrator.connect();
    await administrator.query(`create database ${name}`);
    cpSync(SUPABASE, earlier, { recursive: true });
    for (const file of migrationFiles(join(SUPABASE, 'migrations'))) {
      if (file >= WITH_FOUR_ROLES) rmSync(join(earlier, 'migrations', file));
    }
    await bring(earlier);
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await administrator.query(`drop database if exists ${name} with (force)`);
    await administrator.end();
    rmSync(earlier, { recursive: true, force: true });
  });

  test('has staff after the next start, and owners as before', async () => {
    const owner = await signUp();
    const member = await signUp(owner.org_id);
    expect([await roleOf(owner.user_id), await roleOf(member.user_id)]).toEqual(['owner', 'member']);
    await bring(SUPABASE);
    expect([await roleOf(owner.user_id), await roleOf(member.user_id)]).toEqual(['owner', 'staff']);
    expect(await roleOf((await signUp(owner.org_id)).user_id)).toBe('staff');
  });

  test('takes the roles that the API knows, and no other', async () => {
    const { user_id: id } = await signUp();
    const become = (role: string) =>
      client.query('update profiles set role = $2 where user_id = $1', [id, role]);
    for (const role of Role.options) {
      await become(role);
      expect(await roleOf(id)).toBe(role);
    }
    for (const role of ['member', 'operator', 'Owner', '']) {
      await expect(become(role)).rejects.toMatchObject({ code: '23514' });
    }
  });
});
