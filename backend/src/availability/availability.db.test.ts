import type { Availability } from '@voxanne/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BookingScene, createBookingScene, MONDAY_9, NOW, refusalOf } from '../booking/testing.ts';

type Clinic = Awaited<ReturnType<BookingScene['clinic']>>;

/** Monday, 23 November 2026, by New York's clock. */
const at = (time: string) => new Date(`2026-11-23T${time}:00-05:00`);

describe('free times follow', () => {
  let scene: BookingScene;
  let clinic: Clinic;
  let ada: string;
  let ben: string;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  beforeEach(async () => {
    scene.clock.set(NOW);
    clinic = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben'] });
    [ada = '', ben = ''] = clinic.providerIds;
    scene.signIn(clinic);
  });
  afterAll(() => scene.close());

  const ask = async (query = ''): Promise<Availability> => {
    const { status, body } = await scene.get(
      `/api/availability?service_type=consultation&from=2026-11-23&to=2026-11-23&explain=true${query}`,
    );
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  };
  const offered = async (providerId: string, query = '') =>
    (await ask(query)).slots.filter((slot) => slot.provider_id === providerId).map((slot) => slot.start);
  const why = async (time: string, providerId = ada) =>
    (await ask()).explain?.find(
      (one) => one.start === at(time).toISOString() && one.provider_id === providerId,
    );
  const sql = (text: string, ...values: unknown[]) => scene.owner.query(text, [clinic.orgId, ...values]);
  const service = (fields: string) =>
    sql(`update services set ${fields} where org_id = $1 and slug = 'consultation'`);
  const timeOff = (providerId: string | null, title: string, from: string, to: string) =>
    sql(
      'insert into time_off (org_id, provider_id, title, starts_local, ends_local) values ($1, $2, $3, $4, $5)',
      providerId,
      title,
      `2026-11-23T${from}`,
      `2026-11-23T${to}`,
    );
  const block = (providerId: string, from: string, to: string) =>
    sql(
      `insert into busy_blocks (org_id, provider_id, external_id, busy_from, busy_to) values ($1, $2, 'x', $3, $4)`,
      providerId,
      at(from),
      at(to),
    );
  const mirror = (providerId: string, minutesAgo: number | null) =>
    sql(
      'insert into calendar_mirrors (org_id, provider_id, synced_at) values ($1, $2, $3)',
      providerId,
      minutesAgo === null ? null : new Date(scene.clock.now().getTime() - minutesAgo * 60_000),
    );
  /** The refusal, after checking that what it offers instead is free for who asks. */
  const refused = async (time: string, request: object = {}) => {
    const refusal = await refusalOf(scene.book(clinic, { when: { at: at(time) }, ...request }));
    const offers = refusal.extra.alternatives ?? [];
    expect(offers.length, refusal.message).toBeGreaterThanOrEqual(2);
    const [first] = offers;
    await expect(
      scene.book(clinic, { when: { slotId: first?.slot_id ?? '' }, name: 'Ana Ruiz' }),
    ).resolves.toBeDefined();
    return refusal;
  };

  test('breaks', async () => {
    await sql(`update providers set breaks = '{"1":[["12:00","13:00"]]}' where org_id = $1`);
    const starts = await offered(ada);
    for (const time of ['11:30', '13:00']) expect(starts).toContain(at(time).toISOString());
    for (const time of ['11:45', '12:30', '12:45']) expect(starts).not.toContain(at(time).toISOString());
    expect(await why('12:45')).toMatchObject({ reason: 'break', detail: 'Dr. Ada is on a break then.' });
    expect(await refused('12:15')).toMatchObject({
      code: 'OUTSIDE_HOURS',
      extra: { reason: 'break' },
      message: expect.stringContaining('That time runs into a break. The closest openings are'),
    });
  });

  test('holidays of the clinic, whole days and parts', async () => {
    await timeOff(null, 'Thanksgiving.', '00:00', '12:00');
    expect((await offered(ben))[0]).toBe(at('12:00').toISOString());
    expect(await why('11:45', ben)).toMatchObject({
      reason: 'holiday',
      detail: 'The clinic is closed: Thanksgiving.',
    });
    expect(await refused('11:45')).toMatchObject({ code: 'OUTSIDE_HOURS', extra: { reason: 'holiday' } });
    await timeOff(null, 'Thanksgiving', '12:00', '23:59');
    expect((await ask()).reasons).toEqual([
      { date: '2026-11-23', reason: 'holiday', detail: 'The clinic is closed: Thanksgiving.' },
    ]);
  });

  test('absences of one provider, whose reason is no one’s business', async () => {
    await timeOff(ada, 'Surgery', '00:00', '23:59');
    expect(await offered(ada)).toEqual([]);
    expect(await offered(ben)).toHaveLength(31);
    expect(await why('10:00')).toMatchObject({ reason: 'time_off', detail: 'Dr. Ada is away then.' });
    const { body } = await scene.get(
      `/api/availability?service_type=consultation&from=2026-11-23&to=2026-11-23&provider_id=${ada}`,
    );
    expect(body.reasons).toEqual([
      { date: '2026-11-23', reason: 'time_off', detail: 'Dr. Ada is away that day.' },
    ]);
    const refusal = await refused('10:00', { providerId: ada });
    expect(refusal).toMatchObject({ code: 'OUTSIDE_HOURS', extra: { reason: 'time_off' } });
    expect(refusal.message).not.toContain('Surgery');
    await scene.book(clinic, { when: { at: at('10:00') } });
    expect((await scene.appointments(clinic)).map((row) => row.provider_id)).toContain(ben);
  });

  test('who offers the service, and no one else is booked for it', async () => {
    await sql(
      `insert into service_providers (org_id, service_id, provider_id)
       select $1, id, $2 from services where org_id = $1 and slug = 'consultation'`,
      ben,
    );
    expect(await offered(ada)).toEqual([]);
    expect(await offered(ben)).toHaveLength(31);
    const { body } = await scene.get(`/api/availability?service_type=consultation&provider_id=${ada}`);
    expect(body).toMatchObject({ status: 422, code: 'SERVICE_NOT_OFFERED' });
    const refusal = await refused('10:00', { providerId: ada });
    expect(refusal.message).toMatch(/^Dr. Ada doesn’t offer Consultation. The closest openings are/);
    for (const { provider_id } of refusal.extra.alternatives ?? []) expect(provider_id).toBe(ben);
    await scene.book(clinic, { when: { at: at('15:00') } });
    expect((await scene.appointments(clinic)).map((row) => row.provider_id)).toEqual([ben, ben]);
    await sql('update providers set active = false where org_id = $1 and id = $2', ben);
    expect((await ask()).reasons).toMatchObject([{ reason: 'no_provider' }]);
  });

  test('a provider who was deleted is not offered and not booked', async () => {
    await sql('update providers set deleted_at = now() where org_id = $1 and id = $2', ada);
    expect(await offered(ada)).toEqual([]);
    await expect(scene.book(clinic, { providerId: ada })).rejects.toMatchObject({
      code: 'PROVIDER_NOT_FOUND',
    });
    const args = { p_org_id: clinic.orgId, p_name: 'Ana Ruiz', p_email: null, p_phone: '+14155550132' };
    const visit = { p_service_type: 'consultation', p_scheduled_at: MONDAY_9, p_duration_minutes: 30 };
    expect(
      await scene.call('book_appointment_atomic', { ...args, ...visit, p_provider_ids: [ada] }),
    ).toMatchObject({ error: 'PROVIDER_NOT_FOUND' });
  });

  test('the minimum notice; the front desk alone may book inside it', async () => {
    scene.clock.set(at('09:50').toISOString());
    await service('min_notice_minutes = 120');
    expect((await offered(ada))[0]).toBe(at('12:00').toISOString());
    expect(await why('11:45')).toMatchObject({
      reason: 'notice',
      detail: 'It must be booked at least 2 hours ahead.',
    });
    expect(await why('09:45')).toMatchObject({ reason: 'past' });
    const { code, message } = await refused('11:00');
    expect(code).toBe('TOO_SOON');
    expect(message).toMatch(
      /^That’s too soon: it must be booked at least 2 hours ahead. The closest openings are /,
    );
    for (const source of ['voice', 'patient', 'api']) {
      await expect(scene.book(clinic, { when: { at: at('11:00') } }, { source })).rejects.toMatchObject({
        code: 'TOO_SOON',
      });
    }
    await scene.book(clinic, { when: { at: at('11:00') } }, { source: 'dashboard' });
  });

  test('the horizon of the service, else of the clinic', async () => {
    await service('horizon_days = 3');
    expect((await ask()).reasons).toEqual([
      {
        date: '2026-11-23',
        reason: 'horizon',
        detail: 'You can book up to November 21, 2026.',
      },
    ]);
    expect(await refused('10:00')).toMatchObject({ code: 'BEYOND_HORIZON' });
    await service('horizon_days = null');
    await sql('update organizations set booking_horizon_days = 4 where id = $1');
    expect((await ask()).reasons).toMatchObject([{ reason: 'horizon' }]);
    await service('horizon_days = 30');
    expect(await offered(ada)).toHaveLength(31);
  });

  test('the step of the service, from the opening time on', async () => {
    await service('slot_step_minutes = 50');
    await sql(`update providers set working_hours = '{"1":[["09:10","12:00"]]}' where org_id = $1`);
    expect(await offered(ada)).toEqual(['09:10', '10:00', '10:50'].map((time) => at(time).toISOString()));
  });

  test('what a linked calendar says, with the buffers of the service around it', async () => {
    await service('buffer_before_minutes = 15, buffer_after_minutes = 30');
    await block(ada, '12:00', '13:00');
    const starts = await offered(ada);
    for (const time of ['11:00', '13:15']) expect(starts).toContain(at(time).toISOString());
    for (const time of ['11:15', '12:30', '13:00']) expect(starts).not.toContain(at(time).toISOString());
    expect(await why('12:30')).toMatchObject({ reason: 'busy_elsewhere' });
    expect(await offered(ben)).toHaveLength(31);
    const refusal = await refused('12:30', { providerId: ada });
    expect(refusal).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
  });

  test('a calendar that could not be read lately: flagged, or closed where the clinic wants that', async () => {
    await mirror(ada, 31);
    await mirror(ben, 29);
    const answer = await ask();
    expect(answer.calendar_state).toBe('stale');
    for (const slot of answer.slots) {
      expect(slot.calendar_state).toBe(slot.provider_id === ada ? 'stale' : undefined);
    }
    await scene.book(clinic, { providerId: ada, when: { at: at('15:00') } });
    await sql(`update organizations set calendar_policy = 'closed' where id = $1`);
    expect(await offered(ada)).toEqual([]);
    expect(await offered(ben)).toHaveLength(31);
    expect(await why('10:00')).toMatchObject({ reason: 'calendar_stale' });
    const refusal = await refused('10:00', { providerId: ada });
    expect(refusal).toMatchObject({ code: 'CALENDAR_STALE', status: 409 });
    for (const { provider_id } of refusal.extra.alternatives ?? []) expect(provider_id).toBe(ben);
  });

  test('a mirror that was never whole is stale; no mirror isn’t a calendar', async () => {
    await sql(`update organizations set calendar_policy = 'closed' where id = $1`);
    await mirror(ada, null);
    const { slots, reasons } = await ask(`&provider_id=${ada}`);
    expect(slots).toEqual([]);
    expect(reasons).toMatchObject([{ reason: 'calendar_stale' }]);
    const bens = await ask(`&provider_id=${ben}`);
    expect(bens.slots).toHaveLength(31);
    expect(bens.calendar_state).toBeUndefined();
  });

  test('the places of a shared session, at its start alone, on the grid or not', async () => {
    await service('capacity = 2');
    const book = (name: string) => scene.book(clinic, { name, when: { at: at('10:05') }, providerId: ada });
    await book('Ana Ruiz');
    const around = async () =>
      (await offered(ada)).filter(
        (start) => start > at('09:30').toISOString() && start < at('10:45').toISOString(),
      );
    expect(await around()).toEqual([at('10:05').toISOString()]);
    // A session that has begun to fill comes first.
    const { slots } = await ask();
    expect(slots.find((slot) => slot.start === at('10:05').toISOString())?.provider_id).toBe(ada);
    await book('Ben Ruiz');
    expect(await around()).toEqual([]);
    await expect(book('Cy Ruiz')).rejects.toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    await service('capacity = 3');
    expect(await around()).toEqual([at('10:05').toISOString()]);
  });

  test('holds as long as they last', async () => {
    const held = await scene.hold(
      clinic,
      { serviceType: 'consultation', when: { at: at('10:00') }, providerId: ada, seconds: 600 },
      { source: 'api', requestId: null },
    );
    expect(await offered(ada)).not.toContain(at('10:00').toISOString());
    await scene.owner.query(
      `update appointments set hold_expires_at = now() - interval '1 second' where id = $1`,
      [held.holdId],
    );
    expect(await offered(ada)).toContain(at('10:00').toISOString());
  });

  test('the same rules when something is moved or held', async () => {
    await timeOff(null, 'Fire drill', '10:00', '11:00');
    const booked = await scene.book(clinic);
    const origin = { source: 'api', requestId: null } as const;
    const move = { appointmentId: booked.appointmentId, when: { at: at('10:30') } };
    const hold = { serviceType: 'consultation', when: { at: at('10:30') }, seconds: 60 };
    for (const refusal of [
      await refusalOf(scene.move(clinic, move, origin)),
      await refusalOf(scene.hold(clinic, hold, origin)),
    ]) {
      expect(refusal).toMatchObject({ code: 'OUTSIDE_HOURS', extra: { reason: 'holiday' } });
      expect(refusal.extra.alternatives?.length).toBeGreaterThanOrEqual(2);
    }
  });

  test('nothing of another clinic', async () => {
    const before = await ask();
    const mine = clinic;
    clinic = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben'] });
    await timeOff(null, 'Closed', '00:00', '23:59');
    await sql(`update providers set breaks = '{"1":[["00:00","24:00"]]}' where org_id = $1`);
    await block(clinic.providerIds[0] ?? '', '09:00', '17:00');
    await mirror(clinic.providerIds[0] ?? '', 600);
    await sql(`update organizations set calendar_policy = 'closed' where id = $1`);
    clinic = mine;
    const { slots, ...rest } = await ask();
    const { slots: slotsBefore, ...restBefore } = before;
    expect(rest).toEqual(restBefore);
    expect(slots.map(({ start, provider_id }) => [start, provider_id])).toEqual(
      slotsBefore.map(({ start, provider_id }) => [start, provider_id]),
    );
  });

  test('explain: seven days at most, and only where it is asked for', async () => {
    const days = async (query: string) =>
      new Set(
        (
          await scene.get(`/api/availability?service_type=consultation&from=2026-11-23&to=2026-12-20${query}`)
        ).body.explain?.map((one: { start: string }) => one.start.slice(0, 10)),
      ).size;
    expect(await days('')).toBe(0);
    expect(await days('&explain=true')).toBeLessThanOrEqual(8);
    expect((await scene.get('/api/availability?service_type=consultation&explain=yes')).status).toBe(400);
  });
});
