import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { meanwhile } from '../booking/testing/meanwhile.ts';
import { createRuleScene, type RuleClinic, type RuleScene } from './testing.ts';

const CHRISTMAS = { title: 'Christmas', starts_local: '2026-12-24', ends_local: '2026-12-26' };

describe('time off', () => {
  let scene: RuleScene;
  let clinic: RuleClinic;
  let main: string;
  beforeAll(async () => {
    scene = await createRuleScene();
  });
  beforeEach(async () => {
    clinic = await scene.clinic();
    main = (await clinic.get('/api/providers')).body.data[0].id;
  });
  afterAll(() => scene.close());

  const list = async (query = '') => (await clinic.get(`/api/time-off${query}`)).body.data;
  const enter = (body: object) => clinic.post('/api/time-off', body);
  const titles = async (query: string) => (await list(query)).map(({ title }: { title: string }) => title);

  test('time off in days means whole days, the last one included', async () => {
    const { last } = await clinic.events();
    const answer = await enter(CHRISTMAS);
    expect(answer.status).toBe(201);
    const { appointments_inside: inside, affected, notices, ...entry } = answer.body;
    expect(entry).toEqual({
      id: expect.any(String),
      provider_id: null,
      title: 'Christmas',
      starts_local: '2026-12-24T00:00:00',
      ends_local: '2026-12-27T00:00:00',
      all_day: true,
      first_day: '2026-12-24',
      last_day: '2026-12-26',
    });
    expect([inside, affected, notices]).toEqual([0, [], []]);
    expect(await list()).toEqual([entry]);
    expect(await clinic.audit(entry.id)).toEqual([
      {
        action: 'time_off.created',
        actor_type: 'user',
        actor_id: clinic.userId,
        object_type: 'time_off',
        before: null,
        after: {
          provider_id: null,
          title: 'Christmas',
          starts_local: '2026-12-24T00:00:00',
          ends_local: '2026-12-27T00:00:00',
        },
        request_id: answer.requestId,
      },
    ]);
    expect((await clinic.events(last)).types).toEqual(['time_off.updated']);
  });

  describe('entered while someone is being booked', () => {
    const book = (at: string) => (sql: (text: string, values: unknown[]) => Promise<unknown>) =>
      sql(
        `select public.book_appointment_atomic($1, 'Maria Lopez', null, '+14155550132', 'consultation', $2, 30, p_provider_ids => array[$3::uuid])`,
        [clinic.orgId, at, main],
      );
    const NOON = '2026-12-24T17:00:00Z';

    test('waits for that booking, and lists it', async () => {
      const entered = await meanwhile(scene.db.owner, book(NOON), () => enter(CHRISTMAS));
      expect(entered.body).toMatchObject({ appointments_inside: 1 });
      const later = { title: 'Off', starts_local: '2027-01-04', ends_local: '2027-01-04' };
      const { id } = (await enter({ ...later, provider_id: main })).body;
      const change = { starts_local: '2026-12-23', ends_local: '2026-12-24' };
      const changed = await meanwhile(scene.db.owner, book('2026-12-23T17:00:00Z'), () =>
        clinic.patch(`/api/time-off/${id}`, change),
      );
      expect(changed.body).toMatchObject({ appointments_inside: 2 });
    });

    test.each([
      ['of the clinic', () => ({})],
      ['of the provider', () => ({ provider_id: main })],
    ])('%s, and the booking that comes second is refused', async (_, whose) => {
      const late = await meanwhile(
        scene.db.owner,
        async (sql) => {
          await sql('select app_private.lock_provider($1, $2)', [clinic.orgId, main]);
          await sql(
            `insert into public.time_off (org_id, provider_id, title, starts_local, ends_local)
             values ($1, $2, 'Snow', '2026-12-24', '2026-12-25')`,
            [clinic.orgId, 'provider_id' in whose() ? main : null],
          );
        },
        () =>
          clinic.post('/api/appointments', {
            name: 'Maria Lopez',
            phone: '+14155550132',
            service_type: 'consultation',
            scheduled_at: NOON,
          }),
      );
      expect(late).toMatchObject({ status: 409, body: { code: 'SLOT_UNAVAILABLE' } });
    });
  });

  test('does not keep plain SQL from booking, which asks for overlaps alone', async () => {
    await enter(CHRISTMAS);
    expect(await clinic.book('2026-12-24T17:00:00Z')).toEqual(expect.any(String));
  });

  test('time off in hours can be one provider’s afternoon', async () => {
    const answer = await enter({
      title: 'Dentist, of all things',
      provider_id: main,
      starts_local: '2026-11-23T13:00',
      ends_local: '2026-11-23T15:30',
    });
    expect(answer.body).toMatchObject({
      provider_id: main,
      starts_local: '2026-11-23T13:00:00',
      ends_local: '2026-11-23T15:30:00',
      all_day: false,
      first_day: '2026-11-23',
      last_day: '2026-11-23',
    });
  });

  test('says which appointments fall in it, and cancels none', async () => {
    const ben = (await clinic.post('/api/providers', { name: 'Dr. Ben' })).body.id;
    // 8:45 to 9:15, 12:00 and 17:00 in New York; the second with Dr. Ben.
    const early = await clinic.book('2026-11-23T13:45:00Z', { providerId: main });
    await clinic.book('2026-11-23T17:00:00Z', { providerId: ben });
    await clinic.book('2026-11-23T22:00:00Z', { providerId: main });
    const cancelled = await clinic.book('2026-11-23T15:00:00Z', { providerId: main });
    await clinic.post(`/api/appointments/${cancelled}/cancel`, { notify: false });
    const inside = async (fields: object) => {
      const { appointments_inside, affected, notices } = (await enter({ title: 'Off', ...fields })).body;
      expect(affected).toHaveLength(appointments_inside);
      return [appointments_inside, notices];
    };
    const nineToFive = { starts_local: '2026-11-23T09:00', ends_local: '2026-11-23T17:00' };
    expect(await inside(nineToFive)).toEqual([
      2,
      [
        expect.stringMatching(
          /^2 appointments fall in this time off: .+ at 8:45 AM; .+ at 12:00 PM\. They're still booked: call the patients and move them\.$/,
        ),
      ],
    ]);
    expect(await inside({ ...nineToFive, provider_id: ben })).toEqual([
      1,
      [
        expect.stringMatching(
          /^1 appointment falls in this time off: .+\. It's still booked: call the patient/,
        ),
      ],
    ]);
    expect((await inside({ starts_local: '2026-11-23', ends_local: '2026-11-23' }))[0]).toBe(3);
    expect((await inside({ starts_local: '2026-11-23T09:15', ends_local: '2026-11-23T12:00' }))[0]).toBe(0);
    expect(await clinic.appointment(early)).toMatchObject({ status: 'confirmed' });
  });

  test('is listed by days and by provider, soonest first', async () => {
    const ben = (await clinic.post('/api/providers', { name: 'Dr. Ben' })).body.id;
    await enter(CHRISTMAS);
    await enter({ title: 'Ben', provider_id: ben, starts_local: '2026-12-01', ends_local: '2026-12-03' });
    await enter({
      title: 'Main',
      provider_id: main,
      starts_local: '2026-12-03T13:00',
      ends_local: '2026-12-03T17:00',
    });
    expect(await titles('')).toEqual(['Ben', 'Main', 'Christmas']);
    expect(await titles('?from=2026-12-04')).toEqual(['Christmas']);
    expect(await titles('?from=2026-12-26')).toEqual(['Christmas']);
    expect(await titles('?from=2026-12-27')).toEqual([]);
    expect(await titles('?to=2026-12-02')).toEqual(['Ben']);
    expect(await titles('?from=2026-12-03&to=2026-12-03')).toEqual(['Ben', 'Main']);
    expect(await titles(`?provider_id=${ben}`)).toEqual(['Ben', 'Christmas']);
    await clinic.remove(`/api/providers/${ben}`);
    expect(await titles('')).toEqual(['Main', 'Christmas']);
    expect((await clinic.get('/api/time-off?from=tomorrow')).body.errors).toMatchObject([{ path: 'from' }]);
  });

  test('is changed in what was given, written down, and followed', async () => {
    const { id } = (await enter(CHRISTMAS)).body;
    const { last } = await clinic.events();
    expect((await clinic.patch(`/api/time-off/${id}`, { ends_local: '2026-12-31' })).body).toMatchObject({
      title: 'Christmas',
      first_day: '2026-12-24',
      last_day: '2026-12-31',
    });
    expect((await clinic.patch(`/api/time-off/${id}`, { provider_id: main })).body.provider_id).toBe(main);
    expect((await clinic.patch(`/api/time-off/${id}`, { provider_id: null })).body.provider_id).toBeNull();
    expect((await clinic.patch(`/api/time-off/${id}`, { title: 'Christmas' })).status).toBe(200);
    expect((await clinic.audit(id)).slice(1)).toMatchObject([
      { before: { ends_local: '2026-12-27T00:00:00' }, after: { ends_local: '2027-01-01T00:00:00' } },
      { before: { provider_id: null }, after: { provider_id: main } },
      { before: { provider_id: main }, after: { provider_id: null } },
    ]);
    expect((await clinic.events(last)).types).toEqual(Array(3).fill('time_off.updated'));
  });

  test('is removed, which is written down', async () => {
    const { id } = (await enter(CHRISTMAS)).body;
    const { last } = await clinic.events();
    expect((await clinic.remove(`/api/time-off/${id}`)).body).toEqual({ success: true, id });
    expect(await list()).toEqual([]);
    expect((await clinic.audit(id)).at(-1)).toMatchObject({
      action: 'time_off.deleted',
      before: { title: 'Christmas', ends_local: '2026-12-27T00:00:00' },
      after: null,
    });
    expect((await clinic.events(last)).types).toEqual(['time_off.updated']);
    expect((await clinic.remove(`/api/time-off/${id}`)).status).toBe(404);
  });

  test('that is over says so', async () => {
    const notices = async (starts_local: string, ends_local: string) =>
      (await enter({ title: 'Off', starts_local, ends_local })).body.notices;
    expect(await notices('2026-11-17', '2026-11-17')).toEqual(['It is already over.']);
    expect(await notices('2026-11-18', '2026-11-18')).toEqual([]);
    expect(await notices('2026-11-18T08:00', '2026-11-18T09:30')).toEqual(['It is already over.']);
  });

  test.each([
    ['title', { title: ' ' }],
    ['title', { title: '\u200b' }],
    ['title', { title: 'x'.repeat(121) }],
    ['starts_local', { starts_local: '24.12.2026' }],
    ['starts_local', { starts_local: '2026-12-24T09:00:00Z' }],
    ['starts_local', { starts_local: '2026-02-30' }],
    ['starts_local', { starts_local: '0000-01-01' }],
    ['ends_local', { ends_local: '2026-12-24T25:00' }],
    ['ends_local', { ends_local: '2026-12-23' }],
    ['ends_local', { starts_local: '2026-12-24T12:00', ends_local: '2026-12-24T12:00' }],
    ['ends_local', { ends_local: '2029-01-01' }],
    ['provider_id', { provider_id: 'me' }],
    ['', { org_id: crypto.randomUUID() }],
  ])('with a wrong %s is refused by its name, and nothing is kept (%#)', async (path, fields) => {
    const answer = await enter({ ...CHRISTMAS, ...fields });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ path }]);
    expect(await list()).toEqual([]);
    const { id } = (await enter(CHRISTMAS)).body;
    expect((await clinic.patch(`/api/time-off/${id}`, fields)).status).toBe(400);
  });

  test('is entered by owners and admins, for their own people', async () => {
    const other = await scene.clinic();
    const theirs = (await other.get('/api/providers')).body.data[0].id;
    expect(await enter({ ...CHRISTMAS, provider_id: theirs })).toMatchObject({
      status: 422,
      body: { code: 'PROVIDER_NOT_FOUND', errors: [{ path: 'provider_id' }] },
    });
    const { id } = (await other.post('/api/time-off', CHRISTMAS)).body;
    expect(await clinic.patch(`/api/time-off/${id}`, { title: 'Mine' })).toMatchObject({
      status: 404,
      body: { code: 'TIME_OFF_NOT_FOUND' },
    });
    expect((await clinic.remove(`/api/time-off/${id}`)).status).toBe(404);
    expect(await list()).toEqual([]);
    const own = (await enter(CHRISTMAS)).body.id;
    await clinic.become('staff');
    expect(await list()).toHaveLength(1);
    for (const answer of [
      await enter(CHRISTMAS),
      await clinic.patch(`/api/time-off/${own}`, { title: 'Mine' }),
      await clinic.remove(`/api/time-off/${own}`),
    ]) {
      expect(answer).toMatchObject({ status: 403, body: { code: 'OWNER_REQUIRED' } });
    }
  });
});
