import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { meanwhile } from '../booking/testing/meanwhile.ts';
import { createRuleScene, type RuleClinic, type RuleScene } from './testing.ts';

const ROUND_THE_CLOCK = JSON.stringify(
  Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, [['00:00', '24:00']]])),
);
const SLOTS = 7_500;
/** A slot is some 400 bytes, a refused start some 200. */
const BYTES = 500 * SLOTS;

describe('a clinic of one who signed up to do harm', () => {
  let scene: RuleScene;
  let clinic: RuleClinic;
  beforeAll(async () => {
    scene = await createRuleScene();
  });
  beforeEach(async () => {
    clinic = await scene.clinic();
  });
  afterAll(() => scene.close());

  const sql = (text: string, values: unknown[] = []) => scene.db.owner.query(text, [clinic.orgId, ...values]);
  const morePeople = (count: number) =>
    sql(
      `insert into public.providers (org_id, name, working_hours)
       select $1, 'Dr. ' || n, $2::jsonb from generate_series(1, $3::integer) as n`,
      [ROUND_THE_CLOCK, count],
    );
  const moreServices = (count: number) =>
    sql(
      `insert into public.services (org_id, name, slug, duration_minutes)
       select $1, 'Service ' || n, 'service-' || n, 30 from generate_series(1, $2::integer) as n`,
      [count],
    );
  const moreTimeOff = (count: number, day: string) =>
    sql(
      `insert into public.time_off (org_id, title, starts_local, ends_local)
       select $1, 'Away', $3::timestamp, $3::timestamp + interval '1 minute' from generate_series(1, $2::integer)`,
      [count, day],
    );
  const countOf = async (table: 'providers' | 'services' | 'time_off'): Promise<number> =>
    (await sql(`select count(*)::integer as n from public.${table} where org_id = $1`)).rows[0].n;

  test.each(['', '&from=2026-12-01&to=2029-11-01', '&explain=true', '&from=2026-12-01&to=2026-12-01'])(
    'gets no more of its free times at once than any other: %s',
    async (query) => {
      await sql(
        `update public.services set duration_minutes = 5, slot_step_minutes = 5, horizon_days = 1095,
           min_notice_minutes = 0 where org_id = $1`,
      );
      await morePeople(199);
      const { status, body } = await clinic.get(`/api/availability?service_type=consultation${query}`);
      expect(status).toBe(200);
      const answers = body.slots.length + (body.explain?.length ?? 0);
      expect(answers).toBeGreaterThan(SLOTS / 2);
      expect(answers).toBeLessThanOrEqual(SLOTS);
      expect(JSON.stringify(body).length).toBeLessThan(BYTES);
      const cut = body.reasons.at(-1);
      expect(cut).toMatchObject({ reason: 'too_many_days', detail: expect.stringContaining(cut.ask_from) });

      const next = await clinic.get(`/api/availability?service_type=consultation&from=${cut.ask_from}`);
      expect(next.body.slots[0].start).toBe(cut.ask_from);
      const seen = new Set(body.slots.map((slot: { start: string }) => slot.start));
      expect(next.body.slots.filter((slot: { start: string }) => seen.has(slot.start))).toEqual([]);
    },
  );

  test.each([
    { what: 'providers', fill: morePeople, rest: {} },
    { what: 'services', fill: moreServices, rest: { duration_minutes: 30 } },
  ] as const)(
    'has 200 $what and not one more, also when two are made at once',
    async ({ what, fill, rest }) => {
      const make = (name: string) => clinic.post(`/api/${what}`, { name, ...rest });
      await fill(199 - (await countOf(what)));
      const both = await Promise.all([make('Left hand'), make('Right foot')]);
      expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
      expect(both.find(({ status }) => status === 409)?.body).toMatchObject({
        code: 'LIMIT_REACHED',
        detail: `A clinic can have 200 ${what}, and this one has reached that. Delete some you no longer need first.`,
      });
      expect(await countOf(what)).toBe(200);
      const { data } = (await clinic.get(`/api/${what}`)).body;
      expect((await clinic.remove(`/api/${what}/${data.at(-1).id}`)).status).toBe(200);
      expect((await make('Third wheel')).status).toBe(201);
    },
  );

  test('cannot bring back by hand what there is no room for', async () => {
    const { body } = await clinic.post('/api/providers', { name: 'Dr. Gone' });
    await clinic.remove(`/api/providers/${body.id}`);
    await morePeople(199);
    await expect(
      sql('update public.providers set deleted_at = null where org_id = $1 and id = $2', [body.id]),
    ).rejects.toMatchObject({ code: '54000' });
  });

  test('has 2,000 times off to come and 10,000 in all', async () => {
    const enter = () =>
      clinic.post('/api/time-off', { title: 'Away', starts_local: '2035-01-02', ends_local: '2035-01-02' });
    await moreTimeOff(1_999, '2035-01-01');
    const both = await Promise.all([enter(), enter()]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(both.find(({ status }) => status === 409)?.body.code).toBe('LIMIT_REACHED');

    // Those that are over leave room, until there are too many of them as well.
    await sql(
      `update public.time_off set starts_local = '2020-01-01', ends_local = '2020-01-02' where org_id = $1`,
    );
    expect((await enter()).status).toBe(201);
    await scene.db.owner.query(`begin; set local session_replication_role = replica;
      insert into public.time_off (org_id, title, starts_local, ends_local)
      select '${clinic.orgId}', 'Past', '2020-01-01', '2020-01-02' from generate_series(1, 7999); commit`);
    expect(await countOf('time_off')).toBe(10_000);
    expect((await enter()).body.code).toBe('LIMIT_REACHED');
  });

  test('does not stop another clinic', async () => {
    await morePeople(199);
    const other = await scene.clinic();
    expect((await other.post('/api/providers', { name: 'Dr. Ben' })).status).toBe(201);
  });

  test('counts what another transaction is just inserting', async () => {
    await morePeople(198);
    const late = await meanwhile(
      scene.db.owner,
      (begun) =>
        begun('insert into public.providers (org_id, name) values ($1, $2)', [clinic.orgId, 'Dr. First']),
      () => clinic.post('/api/providers', { name: 'Dr. Second' }),
    );
    expect(late).toMatchObject({ status: 409, body: { code: 'LIMIT_REACHED' } });
  });
});
