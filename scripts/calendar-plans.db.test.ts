import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../backend/src/testing/index.ts';
import { seedCalendars } from '../bench/support/calendar-seed.ts';
import { calendarQueries, planOf } from '../bench/support/plans.ts';

/** How often the tables that grow were read from end to end. */
const WHOLE = `select relname, seq_scan from pg_stat_user_tables where relname in ('appointments', 'busy_blocks') order by relname`;

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

  test('free times read neither appointments nor busy blocks from end to end', async () => {
    for (const query of calendarQueries(orgId, new Date())) {
      expect((await planOf(db.ownerUrl, query)).readWhole, query.name).toEqual([]);
    }
  });

  test('and a function that does is found out', async () => {
    await db.owner.query(`create function public.all_notes() returns bigint language plpgsql as $$
      begin return (select count(*) from public.appointments where notes is not null); end $$`);
    const query = {
      name: 'of all appointments',
      as: null,
      statement: () => ({ compile: () => ({ sql: 'select public.all_notes()', parameters: [] }) }),
    };
    expect((await planOf(db.ownerUrl, query)).readWhole).toEqual(['appointments']);
  });

  test('nor do booking, holding, moving and cancelling', async () => {
    const client = await db.owner.connect();
    const counted = async () => {
      await client.query('select pg_stat_force_next_flush()');
      return (await client.query(WHOLE)).rows;
    };
    try {
      const before = await counted();
      const sunday = `date_trunc('week', now()) + interval '27 days 3 hours'`;
      const { rows } = await client.query(
        `select public.book_appointment_atomic($1, 'Ana Ruiz', null, '+14155550199', 'consultation', ${sunday}, 30) as booked,
          public.hold_slot_atomic($1, 'consultation', ${sunday} + interval '1 hour', 30) as held`,
        [orgId],
      );
      expect(rows[0]).toMatchObject({ booked: { success: true }, held: { success: true } });
      const { rows: changed } = await client.query(
        `select public.move_appointment_atomic($1, $2, ${sunday} + interval '2 hours') as moved,
          public.cancel_appointment_atomic($1, $2) as cancelled`,
        [orgId, rows[0].booked.appointment_id],
      );
      expect(changed[0]).toMatchObject({ moved: { success: true }, cancelled: { success: true } });
      expect(await counted()).toEqual(before);
    } finally {
      client.release();
    }
  });
});
