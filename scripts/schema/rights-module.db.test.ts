import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { hasRight, RIGHTS, type Right, Role, SCOPES, Scope } from '../../packages/contract/src/index.ts';
import { type RightRow, readRights, readScopes } from './catalog.queries.ts';
import { RIGHTS_MODULE, rightsModule } from './rights-module.ts';

describe('the rights', () => {
  const client = new pg.Client({ connectionString: inject('templateUrl') });
  let rights: RightRow[];
  beforeAll(async () => {
    await client.connect();
    rights = await readRights(client);
  });
  afterAll(() => client.end());

  test('of the server are those of the database', async () => {
    const file = fileURLToPath(new URL(`../../${RIGHTS_MODULE}`, import.meta.url));
    expect(readFileSync(file, 'utf8'), 'run npm run db:types').toBe(
      rightsModule(rights, await readScopes(client)),
    );
    expect(rights.length).toBeGreaterThan(15);
  });

  test('are an owner’s, all of them, and each person may do no less than the one below', () => {
    const held = (role: Role) =>
      rights.filter(({ name }) => hasRight(role, name as Right)).map(({ name }) => name);
    expect(held('owner')).toEqual(rights.map(({ name }) => name));
    expect(held('owner')).toEqual(expect.arrayContaining(held('admin')));
    expect(held('admin')).toEqual(expect.arrayContaining(held('staff')));
    expect(held('staff')).toEqual(expect.arrayContaining(held('auditor')));
  });

  test('of an auditor are to look, and nothing else', () => {
    const held = rights.filter(({ roles }) => roles.includes('auditor')).map(({ name }) => name);
    expect(held.length).toBeGreaterThan(5);
    expect(held.filter((name) => !name.endsWith('.read'))).toEqual([]);
  });

  test.each(Role.options)('are held by each role: %s', (role) => {
    expect(rights.some(({ roles }) => roles.includes(role))).toBe(true);
  });

  test('of each scope exist, and none makes or changes an owner, double-books or links a calendar', () => {
    expect(Object.keys(SCOPES).toSorted()).toEqual(Scope.options.toSorted());
    const given = new Set<string>(Object.values(SCOPES).flatMap(({ rights: held }) => held));
    expect([...given].filter((name) => !(name in RIGHTS))).toEqual([]);
    const kept = Object.keys(RIGHTS).filter((name) => !given.has(name));
    expect(kept).toEqual(['appointments.overbook', 'connections.manage', 'owners.manage', 'security.manage']);
  });

  test('of the scope read change nothing, and those of admin are an admin’s', () => {
    expect(SCOPES.read.rights.filter((right) => !right.endsWith('.read'))).toEqual([]);
    expect(SCOPES.admin.rights.filter((right) => !hasRight('admin', right))).toEqual([]);
  });
});
