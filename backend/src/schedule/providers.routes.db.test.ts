import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { meanwhile } from '../booking/testing/meanwhile.ts';
import { createRuleScene, type RuleClinic, type RuleScene } from './testing.ts';

const NINE_TO_FIVE = [['09:00', '17:00']];
const WEEK = { 1: NINE_TO_FIVE, 2: NINE_TO_FIVE, 3: NINE_TO_FIVE, 4: NINE_TO_FIVE, 5: NINE_TO_FIVE };
// Mondays at 9 and 16 in New York.
const MONDAY_9 = '2026-11-23T14:00:00.000Z';
const MONDAY_16 = '2026-11-30T21:00:00.000Z';

describe('the providers of a clinic', () => {
  let scene: RuleScene;
  let clinic: RuleClinic;
  let main: string;
  beforeAll(async () => {
    scene = await createRuleScene();
  });
  beforeEach(async () => {
    clinic = await scene.clinic();
    main = (await list())[0].id;
  });
  afterAll(() => scene.close());

  const list = async (query = '') => (await clinic.get(`/api/providers${query}`)).body.data;
  const change = (patch: object, id = main) => clinic.patch(`/api/providers/${id}`, patch);
  const add = async (name: string): Promise<string> =>
    (await clinic.post('/api/providers', { name })).body.id;

  test('are listed with their week', async () => {
    expect(await list()).toEqual([
      { id: main, name: 'Main provider', working_hours: WEEK, breaks: {}, active: true },
    ]);
  });

  test('grow by one who works office hours unless the request says otherwise', async () => {
    const { last } = await clinic.events();
    const answer = await clinic.post('/api/providers', { name: ' Dr.  Ben ' });
    expect(answer).toMatchObject({
      status: 201,
      body: { name: 'Dr. Ben', working_hours: WEEK, breaks: {}, active: true, affected: [], notices: [] },
    });
    const { id, notices: _, affected: __, ...after } = answer.body;
    expect(await clinic.audit(id)).toEqual([
      {
        action: 'provider.created',
        actor_type: 'user',
        actor_id: clinic.userId,
        object_type: 'provider',
        before: null,
        after,
        request_id: answer.requestId,
      },
    ]);
    expect((await clinic.events(last)).types).toEqual(['provider.updated']);
    const other = await clinic.post('/api/providers', {
      name: 'Dr. Cyd',
      working_hours: {
        6: [
          ['13:00', '24:00'],
          ['08:00', '12:00'],
        ],
        7: [],
      },
      breaks: { 6: [['10:00', '10:15']] },
    });
    expect(other.body).toMatchObject({
      working_hours: {
        6: [
          ['08:00', '12:00'],
          ['13:00', '24:00'],
        ],
      },
      breaks: { 6: [['10:00', '10:15']] },
    });
    expect((await list()).map(({ name }: { name: string }) => name)).toEqual([
      'Main provider',
      'Dr. Ben',
      'Dr. Cyd',
    ]);
  });

  test('change their hours as a whole week, and free times follow at once', async () => {
    const hours = {
      1: [
        ['09:00', '10:00'],
        ['15:00', '16:00'],
      ],
    };
    const answer = await change({ working_hours: hours });
    expect(answer.body).toEqual({
      id: main,
      name: 'Main provider',
      working_hours: hours,
      breaks: {},
      active: true,
      affected: [],
      notices: [],
    });
    expect(await clinic.audit(main)).toMatchObject([
      { action: 'provider.changed', before: { working_hours: WEEK }, after: { working_hours: hours } },
    ]);
    const { slots } = (
      await clinic.get('/api/availability?service_type=consultation&from=2026-11-23&to=2026-11-23')
    ).body;
    expect(slots.map(({ start }: { start: string }) => start.slice(11, 16))).toEqual([
      '14:00',
      '14:15',
      '14:30',
      '20:00',
      '20:15',
      '20:30',
    ]);
  });

  test('that are changed to what they are stay silent', async () => {
    const { last } = await clinic.events();
    expect((await change({ working_hours: { ...WEEK, 6: [] }, active: true })).status).toBe(200);
    expect(await clinic.audit(main)).toEqual([]);
    expect((await clinic.events(last)).types).toEqual([]);
  });

  test('say which breaks change nothing, and when they are never there', async () => {
    expect(
      (await change({ breaks: { 1: [['12:00', '12:30']], 7: [['12:00', '13:00']] } })).body.notices,
    ).toEqual(['The break from 12:00 to 13:00 is outside that day’s working hours.']);
    expect((await change({ working_hours: {} })).body.notices).toContain(
      'There are no working hours, so nothing can be booked.',
    );
  });

  test('with new hours say which appointments these do not cover, and leave them alone', async () => {
    const early = await clinic.book(MONDAY_9);
    await clinic.book(MONDAY_16);
    await clinic.book('2026-11-24T17:00:00Z');
    await clinic.book('2026-11-16T14:00:00Z');
    const shorter = await change({
      working_hours: { ...WEEK, 1: [['10:00', '16:30']] },
      breaks: { 2: [['12:15', '13:00']] },
    });
    expect(shorter.body.notices).toEqual([
      expect.stringMatching(
        /^2 appointments are now outside these hours: .+, Monday, November 23 at 9:00 AM; .+, Tuesday, November 24 at 12:00 PM\. They're still booked\.$/,
      ),
    ]);
    expect(shorter.body.affected).toEqual([
      { appointment_id: early, name: expect.any(String), scheduled_at: MONDAY_9 },
      expect.objectContaining({ scheduled_at: '2026-11-24T17:00:00.000Z' }),
    ]);
    expect(await clinic.appointment(early)).toMatchObject({ status: 'confirmed' });
  });

  test('with coming appointments are deleted by choice alone, and their appointments stay', async () => {
    await add('Dr. Ben');
    const appointment = await clinic.book(MONDAY_9, { providerId: main });
    await clinic.book(MONDAY_16, { providerId: main });
    await clinic.book('2026-11-16T14:00:00Z', { providerId: main });
    const refused = await clinic.remove(`/api/providers/${main}`);
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'HAS_APPOINTMENTS',
        appointments: 2,
        until: MONDAY_16,
        detail:
          '2 appointments are still booked, the last on November 30, 2026. Move or cancel them first. To delete anyway, add ?force=true: the appointments stay booked.',
      },
    });
    expect(await list()).toHaveLength(2);
    expect(await clinic.audit(main)).toEqual([]);

    const { last } = await clinic.events();
    expect((await clinic.remove(`/api/providers/${main}?force=true`)).body).toEqual({
      success: true,
      id: main,
      appointments: 2,
      until: MONDAY_16,
      notices: ['2 appointments are still coming up. They stay as they are.'],
    });
    expect((await list()).map(({ name }: { name: string }) => name)).toEqual(['Dr. Ben']);
    expect(await clinic.appointment(appointment)).toMatchObject({ status: 'confirmed', provider_id: main });
    expect((await clinic.get(`/api/appointments/${appointment}`)).body.provider_name).toBe('Main provider');
    expect(await clinic.audit(main)).toMatchObject([
      { action: 'provider.deleted', before: { name: 'Main provider' }, after: { appointments_kept: 2 } },
    ]);
    expect((await clinic.events(last)).types).toEqual(['provider.updated']);
    expect((await clinic.remove(`/api/providers/${main}`)).status).toBe(404);
    expect((await change({ name: 'Back' })).status).toBe(404);
    const { slots } = (await clinic.get('/api/availability?service_type=consultation')).body;
    expect(slots.every((slot: { provider_name: string }) => slot.provider_name === 'Dr. Ben')).toBe(true);
  });

  test('who have only past, cancelled or held appointments are deleted without a question', async () => {
    await add('Dr. Ben');
    await clinic.book('2026-11-16T14:00:00Z', { providerId: main });
    const cancelled = await clinic.book(MONDAY_9, { providerId: main });
    await clinic.post(`/api/appointments/${cancelled}/cancel`, { notify: false });
    const held = await clinic.post('/api/holds', {
      service_type: 'consultation',
      scheduled_at: MONDAY_16,
      provider_id: main,
    });
    expect(held.status).toBe(201);
    expect(await clinic.remove(`/api/providers/${main}`)).toMatchObject({
      status: 200,
      body: { appointments: 0, until: null, notices: [] },
    });
  });

  test.each([
    ['deleted', 'deleted_at = now(), active = false'],
    ['turned off', 'active = false'],
  ])('who are %s while someone is being booked with them are not booked anymore', async (_, change) => {
    await add('Dr. Ben');
    const booking = await meanwhile(
      scene.db.owner,
      async (sql) => {
        await sql('select app_private.lock_provider($1, $2)', [clinic.orgId, main]);
        await sql(`update public.providers set ${change} where id = $1`, [main]);
      },
      () =>
        clinic.post('/api/appointments', {
          name: 'Maria Lopez',
          phone: '+14155550132',
          service_type: 'consultation',
          scheduled_at: MONDAY_9,
          provider_id: main,
        }),
    );
    expect(booking).toMatchObject({ status: 409, body: { code: 'SLOT_UNAVAILABLE' } });
    expect(booking.body.alternatives.length).toBeGreaterThanOrEqual(2);
  });

  test('cannot be deleted past a booking that is under way, nor be switched off without hearing of it', async () => {
    await add('Dr. Ben');
    const book = (at: string) => (sql: (text: string, values: unknown[]) => Promise<unknown>) =>
      sql(
        `select public.book_appointment_atomic($1, 'Maria Lopez', null, '+14155550132', 'consultation', $2, 30, p_provider_ids => array[$3::uuid])`,
        [clinic.orgId, at, main],
      );
    const deleted = await meanwhile(scene.db.owner, book(MONDAY_9), () =>
      clinic.remove(`/api/providers/${main}`),
    );
    expect(deleted).toMatchObject({ status: 409, body: { code: 'HAS_APPOINTMENTS', appointments: 1 } });
    const off = await meanwhile(scene.db.owner, book(MONDAY_16), () => change({ active: false }));
    expect(off.body.notices[0]).toContain('2 appointments are still booked');
  });

  test('an answer to changed hours also lists a booking that was made in the meantime', async () => {
    const late = await meanwhile(
      scene.db.owner,
      (sql) =>
        sql(
          `select public.book_appointment_atomic($1, 'Maria Lopez', null, '+14155550132', 'consultation', $2, 30, p_provider_ids => array[$3::uuid])`,
          [clinic.orgId, MONDAY_16, main],
        ),
      () => change({ working_hours: { 1: [['09:00', '12:00']] } }),
    );
    expect(late.body.notices).toEqual([
      expect.stringContaining('1 appointment is now outside these hours: Maria Lopez, '),
    ]);
  });

  test('are never none: the last who can be booked cannot go, not even when two go at once', async () => {
    const ben = await add('Dr. Ben');
    const answers = await Promise.all([
      clinic.remove(`/api/providers/${main}`),
      clinic.remove(`/api/providers/${ben}`),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const [left] = await list();
    expect(await change({ active: false }, left.id)).toMatchObject({
      status: 409,
      body: { code: 'LAST_PROVIDER' },
    });
  });

  test('who alone offer a service cannot be deleted: without them everyone would', async () => {
    const ben = await add('Dr. Ben');
    const services = (await clinic.get('/api/services')).body.data;
    await clinic.patch(`/api/services/${services[1].id}`, { provider_ids: [ben] });
    expect(await clinic.remove(`/api/providers/${ben}?force=true`)).toMatchObject({
      status: 409,
      body: { code: 'LAST_OF_SERVICE', services: ['Follow-up'] },
    });
    await clinic.patch(`/api/services/${services[1].id}`, { provider_ids: [ben, main] });
    expect((await clinic.remove(`/api/providers/${ben}`)).status).toBe(200);
    expect((await clinic.get('/api/services')).body.data[1].provider_ids).toEqual([main]);
  });

  test('that are switched off keep their appointments, and no one can book them', async () => {
    await add('Dr. Ben');
    await clinic.book(MONDAY_9, { providerId: main });
    expect((await change({ active: false })).body.notices).toEqual([
      'One appointment is still booked with this provider. Nothing was moved or canceled.',
    ]);
    expect((await list('?active=true')).map(({ name }: { name: string }) => name)).toEqual(['Dr. Ben']);
    expect((await list('?active=false')).map(({ id }: { id: string }) => id)).toEqual([main]);
  });

  test.each([
    [
      'working_hours.1.1',
      {
        working_hours: {
          1: [
            ['09:00', '12:00'],
            ['11:00', '15:00'],
          ],
        },
      },
    ],
    ['working_hours.3.0', { working_hours: { 3: [['17:00', '09:00']] } }],
    ['working_hours.3.0', { working_hours: { 3: [['09:00', '09:00']] } }],
    [
      'breaks.2.1',
      {
        breaks: {
          2: [
            ['12:00', '13:00'],
            ['12:30', '12:45'],
          ],
        },
      },
    ],
    ['working_hours.1.0.0', { working_hours: { 1: [['9:00', '17:00']] } }],
    ['working_hours.1.0.1', { working_hours: { 1: [['09:00', '24:30']] } }],
    ['working_hours.1.0', { working_hours: { 1: [['09:00']] } }],
    ['working_hours.1', { working_hours: { 1: 'always' } }],
    ['working_hours', { working_hours: { monday: NINE_TO_FIVE } }],
    ['working_hours', { working_hours: null }],
    ['name', { name: '' }],
    ['name', { name: 'x'.repeat(121) }],
    ['active', { active: 1 }],
    ['', { deleted_at: null }],
  ])('refuse a wrong %s by its name and change nothing (%#)', async (path, patch) => {
    const before = await list();
    const answer = await change(patch);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ path }]);
    expect(await list()).toEqual(before);
    expect(await clinic.audit(main)).toEqual([]);
  });

  test('say in words which windows are in each other’s way', async () => {
    const { body } = await change({
      working_hours: {
        1: [
          ['09:00', '12:00'],
          ['11:00', '15:00'],
        ],
      },
    });
    expect(body.detail).toContain('11:00 to 15:00 overlaps 09:00 to 12:00. Combine the two, or move one.');
  });

  test('are read by staff, and changed by owners and admins', async () => {
    await clinic.become('staff');
    expect((await clinic.get('/api/providers')).status).toBe(200);
    for (const answer of [
      await clinic.post('/api/providers', { name: 'Dr. Ben' }),
      await change({ name: 'Me' }),
      await clinic.remove(`/api/providers/${main}`),
    ]) {
      expect(answer).toMatchObject({ status: 403, body: { code: 'OWNER_REQUIRED' } });
    }
    await clinic.become('admin');
    expect((await change({ name: 'Dr. Main' })).status).toBe(200);
  });

  test('another clinic’s providers don’t exist', async () => {
    const theirs = (await (await scene.clinic()).get('/api/providers')).body.data[0].id;
    expect(await change({ name: 'Mine' }, theirs)).toMatchObject({
      status: 404,
      body: { code: 'PROVIDER_NOT_FOUND' },
    });
    expect((await clinic.remove(`/api/providers/${theirs}?force=true`)).status).toBe(404);
  });

  test('the receptionist knows their hours: it hears of each change', async () => {
    const told = (patch: object) => clinic.receptionistIsTold(() => change(patch));
    expect(await told({ working_hours: { 1: NINE_TO_FIVE } })).toBe(true);
    expect(await told({ breaks: { 1: [['12:00', '13:00']] } })).toBe(true);
    expect(await told({ working_hours: { 1: NINE_TO_FIVE } })).toBe(false);
    expect(await clinic.receptionistIsTold(() => add('Dr. Ben'))).toBe(true);
  });
});
