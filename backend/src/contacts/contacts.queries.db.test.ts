import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../platform/database.ts';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';
import { listContacts } from './contacts.queries.ts';
import { readSearch, searchNumbers } from './search-contacts.ts';

const PATIENTS = 10_000;
const AT_ONCE = 5_000;

describe('a clinic with 10,000 patients', () => {
  let db: TestDatabase;
  let ours: TestOrganization;

  beforeAll(async () => {
    db = await createTestDatabase();
    ours = await db.createOrganization();
    const theirs = await db.createOrganization();
    // Names that are clean already.
    await db.owner.query('alter table public.leads disable trigger user');
    for (let from = 1; from < PATIENTS; from += AT_ONCE) {
      await db.owner.query(
        `insert into public.leads (org_id, name, email)
         select $1, initcap(translate(md5(n::text), '0123456789', 'ghijklmnop')) || ' Patient',
           'mail' || n || '@example.com' from generate_series($2::int, $3::int) n`,
        [ours.orgId, from, from + AT_ONCE - 1],
      );
    }
    for (const { orgId } of [ours, theirs]) {
      await db.owner.query(
        `insert into public.leads (org_id, name, phone, email)
         values ($1, 'Søren Ødegaard O’Brien', '+14155550132', 'rare.name@example.org')`,
        [orgId],
      );
    }
    await db.owner.query('alter table public.leads enable trigger user');
    await db.owner.query('analyze public.leads');
  });
  afterAll(() => db.close());

  const pageOf = (tx: Db, search: string) =>
    listContacts(
      tx,
      ours.orgId,
      { ...readSearch(search), now: new Date(0), status: undefined },
      { limit: 51 },
    );
  /** How many rows of the table a piece of work looks at. */
  const readBy = (work: (tx: Db) => Promise<unknown>): Promise<number> =>
    db.database.withTenant(ours.scope, async (tx) => {
      const count = async () => {
        const { rows } = await sql<{ read: number }>`
          select (pg_stat_get_xact_tuples_fetched(c) + pg_stat_get_xact_tuples_returned(c))::int as read
          from (values ('public.leads'::regclass)) as t (c)`.execute(tx);
        return rows[0]?.read ?? 0;
      };
      const before = await count();
      await work(tx);
      return (await count()) - before;
    });

  test.each(['soren', 'ødegaard', 'obrien', 'o brien', 'soren obr', 'rare.name@', 'example.org', 'Patienta'])(
    'is searched for "%s" by an index, and not patient by patient',
    async (search) => {
      expect(await readBy((tx) => pageOf(tx, search))).toBeLessThan(50);
    },
  );

  test('is searched for a number behind a name in the same way', async () => {
    const numbers = await readBy(async (tx) => {
      const found = searchNumbers(tx, ours.orgId, 'soren');
      if (found === null || !('numbers' in found)) throw new Error('A name was taken for a number.');
      const { rows } = await sql`select phone from ${found.numbers} as found`.execute(tx);
      expect(rows).toEqual([{ phone: '+14155550132' }]);
    });
    expect(numbers).toBeLessThan(50);
  });

  test('finds what the index names, and none of another clinic', async () => {
    const found = await db.database.withTenant(ours.scope, (tx) => pageOf(tx, 'odegaard'));
    expect(found.map(({ name }) => name)).toEqual(['Søren Ødegaard O’Brien']);
  });

  test('has a plan without reading the table from end to end', async () => {
    const { rows } = await db.owner.query(
      `explain select l.id from public.leads l
       where l.org_id = $1 and l.search_keys @@ ('''' || right($1::text, 8) || ':soren'':*')::tsquery`,
      [ours.orgId],
    );
    const plan = JSON.stringify(rows);
    expect(plan).toContain('leads_search_idx');
    expect(plan).not.toContain('Seq Scan');
  });
});
