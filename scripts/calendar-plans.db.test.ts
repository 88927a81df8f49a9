import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../backend/src/platform/database.ts';
import { createTestDatabase, type TestDatabase } from '../backend/src/testing/index.ts';
import { QUIET_HOURS, seedCalendars } from '../bench/support/calendar-seed.ts';
import { calendarQueries, planOf } from '../bench/support/plans.ts';

// A million rows are asserted by `npm run bench -- availability`; these are enough for the planner to be in earnest.
describe('with fifty thousand appointments', () => {
  let db: TestDatabase;
  let orgId: string;
  beforeAll(async () => {
    db = await createTestDatabase();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await db.createOrganization()).orgId);
    orgId = ids[0] ?? '';
    await seedCalendars(db.ownerUrl, ids, { providersEach: 5, weekdays: 125, blocksPerProvider: 200 });
  }, 120_000);
  afterAll(() => db.close());

  test('neither free times nor the booking functions nor the lists read appointments or busy blocks from end to end', async () => {
    for (const query of calendarQueries(orgId, new Date())) {
      expect((await planOf(db.ownerUrl, query)).readWhole, query.name).toEqual([]);
    }
  });

  test('no seeded appointment is in the hours in which the plans book and move', async () => {
    const { rows } = await db.owner.query(
      `select count(*)::int as blocks, count(*) filter (where part.quiet)::int as quiet from (
         select tstzrange(b.busy_from, b.busy_to) && tstzrange(d + $1 * interval '1 hour', d + $2 * interval '1 hour') as quiet
         from (select busy_from, busy_to from public.busy_blocks union all select busy_from, busy_to from public.appointments) b
         cross join lateral (select date_trunc('day', b.busy_from, 'utc') as d) as day) as part`,
      [QUIET_HOURS.from, QUIET_HOURS.until],
    );
    expect(rows[0].blocks).toBeGreaterThan(50_000);
    expect(rows[0].quiet).toBe(0);
  });

  test('a function that does is found', async () => {
    await db.owner.query(`create function public.all_notes() returns bigint language plpgsql as $$
      begin return (select count(*) from public.appointments where notes is not null); end $$;
      grant execute on function public.all_notes() to public`);
    const query = {
      name: 'of all appointments',
      as: null,
      run: (db: Db) => sql`select public.all_notes()`.execute(db),
    };
    expect((await planOf(db.ownerUrl, query)).readWhole).toEqual(['appointments']);
  });
});
