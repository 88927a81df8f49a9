import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely';
import { expect, test } from 'vitest';
import type { Db } from '../platform/database.ts';
import { mintOrgId } from '../platform/tenant.ts';
import { searchNumbers } from './search-contacts.ts';

test('a search for texts by a name is one query with the texts, however many patients have that name', () => {
  const db: Db = new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (of) => new PostgresIntrospector(of),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  const found = searchNumbers(db, mintOrgId('9f0c7a52-52a5-4c8b-8d0e-0a4f9f6f2a11'), 'Hicks');
  const numbers = found && 'numbers' in found ? found.numbers : sql`none`;
  expect(sql`${numbers}`.compile(db).sql).toMatch(/^\(select "l"\."phone" from "leads"/);
});
