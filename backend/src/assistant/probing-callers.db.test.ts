import { describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall, CALLER, type CallAtClinic } from './testing.ts';

const STRANGER = '+12125550177';
const NAMES = ['Ana Ruiz', 'Ben Cole', 'Cara Diaz', 'Dan Evans', 'Eva Frank', 'Gus Hall', 'Ida Jones'];
const name = (guess: number) => `${NAMES[guess % NAMES.length]} ${'abcdefghij'[guess % 10]}${guess}`;

describe('a caller who guesses names', () => {
  let scene: CallAtClinic['scene'];
  let clinic: CallAtClinic['clinic'];
  let use: ReturnType<AssistantScene['caller']>;
  let calls = 0;
  beforeEachCall((now) => {
    ({ scene, clinic, use } = now);
  });

  const book = (who: string, appointmentTime: string) =>
    use('bookClinicAppointment', {
      name: who,
      serviceType: 'consultation',
      appointmentDate: '2026-11-23',
      appointmentTime,
    });
  /** A new call of that number. */
  const call = (from = CALLER) => {
    calls += 1;
    return scene.caller(clinic.secret, { from, callId: `probe-${calls}` });
  };
  const disclosed = async () =>
    (
      await scene.owner.query(
        `select actor_type, actor_id, object_id, to_jsonb(a) as row from public.audit_log a
         where org_id = $1 and action = 'appointment.disclosed' order by id`,
        [clinic.orgId],
      )
    ).rows;

  test('learns nothing in 50 calls, with each of the tools, and hears what a number hears that is not on file', async () => {
    await book('Maria Lopez', '09:00');
    const heard = new Set<string>();
    for (let guess = 0; guess < 50; guess += 1) {
      const tool = (['findAppointments', 'cancelAppointment', 'rescheduleAppointment'] as const)[guess % 3];
      const given = { name: name(guess), appointmentDate: '2026-11-24', appointmentTime: '10:00' };
      const [known, unknown] = [await call()(tool ?? '', given), await call(STRANGER)(tool ?? '', given)];
      expect(known.said).toBe(unknown.said);
      heard.add(known.said);
    }
    for (const said of heard) expect(said).not.toMatch(/Maria|Lopez|Monday|9:00|appointment_id [0-9a-f]/);
    expect([...heard].some((said) => said.includes('too many different names'))).toBe(true);
    expect(await disclosed()).toEqual([]);
  });

  test('has five names in a call, and another call brings five more, but ten in a day', async () => {
    await book('Maria Lopez', '09:00');
    const first = call();
    for (let guess = 0; guess < 5; guess += 1)
      expect((await first('findAppointments', { name: name(guess) })).said).toMatch(/^I don’t see/);
    expect((await first('findAppointments', { name: 'Maria Lopez' })).said).toMatch(
      /Offer to take a message/,
    );
    const second = call();
    for (let guess = 5; guess < 9; guess += 1) await second('findAppointments', { name: name(guess) });
    expect((await second('findAppointments', { name: 'Maria Lopez' })).said).toMatch(/^I see one/);
    await second('findAppointments', { name: name(9) });
    expect((await call()('findAppointments', { name: 'Maria Lopez' })).said).toMatch(
      /too many different names/,
    );
    await scene.owner.query(
      `update public.caller_lookups set created_at = created_at - interval '25 hours' where org_id = $1`,
      [clinic.orgId],
    );
    expect((await call()('findAppointments', { name: 'Maria Lopez' })).said).toMatch(/^I see one/);
  });

  test('who says the same name again guesses nothing new', async () => {
    const said = new Set<string>();
    for (let time = 0; time < 12; time += 1)
      said.add((await use('findAppointments', { name: time % 2 ? 'Ana Ruiz' : 'ANA  RUIZ' })).said);
    expect([...said]).toEqual([expect.stringMatching(/^I don’t see/)]);
  });

  test('gains nothing by asking 20 times at the same moment', async () => {
    const asked = call();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, guess) => asked('findAppointments', { name: name(guess) })),
    );
    expect(answers.filter(({ said }) => said.startsWith('I don’t see'))).toHaveLength(5);
  });

  test('keeps no other caller from their appointments', async () => {
    await book('Maria Lopez', '09:00');
    for (let guess = 0; guess < 12; guess += 1)
      await call(STRANGER)('findAppointments', { name: name(guess) });
    expect((await call()('findAppointments', { name: 'Maria Lopez' })).said).toMatch(/^I see one/);
  });

  test('what a caller hears of is in the audit log: each appointment once a call, and no name', async () => {
    await book('Maria Lopez', '09:00');
    const asked = call();
    await asked('findAppointments', { name: 'Maria Lopez' });
    await asked('cancelAppointment', { name: 'Maria Lopez' });
    await call()('findAppointments', { name: 'Maria Lopez' });
    const rows = await disclosed();
    expect(rows.map(({ actor_type, actor_id }) => [actor_type, actor_id])).toEqual([
      ['agent', `probe-${calls - 1}`],
      ['agent', `probe-${calls}`],
    ]);
    expect(new Set(rows.map(({ object_id }) => object_id)).size).toBe(1);
    expect(JSON.stringify(rows)).not.toMatch(/Maria|Lopez|4155550132/);
  });

  test.each([
    ['a person who is signed in', { sub: '7b0c5c0e-94a0-4c8e-8f5e-0d2f4a0d7f11' }],
    ['another clinic', {}],
  ])('%s can’t look up callers in the database', async (who, claims) => {
    const other = await scene.createOrganization();
    const orgId = who === 'another clinic' ? other.orgId : clinic.orgId;
    const client = await scene.owner.connect();
    try {
      await client.query('begin');
      await client.query('set local role voxanne_tenant');
      await client.query(`select set_config('request.jwt.claims', $1, true)`, [
        JSON.stringify({ ...claims, role: 'authenticated', app_metadata: { org_id: orgId } }),
      ]);
      await expect(
        client.query('select app_private.begin_caller_lookup($1, $2, $3, sha256($4::bytea))', [
          clinic.orgId,
          CALLER,
          'c-9',
          'Maria Lopez',
        ]),
      ).rejects.toMatchObject({ code: '42501' });
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});
