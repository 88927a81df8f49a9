import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BookingScene, createBookingScene, refusalOf } from './testing.ts';

type Clinic = Awaited<ReturnType<BookingScene['clinic']>>;

/** Monday, at a minute past nine in New York; a consultation begins by the quarter of an hour. */
const monday = (clock: string) => new Date(`2026-11-23T${clock}:00-05:00`);

describe('a start between the times at which a service begins', () => {
  let scene: BookingScene;
  let clinic: Clinic;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  beforeEach(async () => {
    clinic = await scene.clinic();
    scene.signIn(clinic);
  });
  afterAll(() => scene.close());

  const set = (change: string) =>
    scene.owner.query(`update public.services set ${change} where org_id = $1 and slug = 'consultation'`, [
      clinic.orgId,
    ]);
  const book = (clock: string, source: string, more: object = {}) =>
    scene.book(clinic, { when: { at: monday(clock) }, ...more }, { source, callId: 'c-1' });

  test.each(['voice', 'api'])('is refused by %s, with the nearest ones', async (source) => {
    const refusal = await refusalOf(book('10:07', source));
    expect(refusal.code).toBe('OFF_STEP');
    expect(refusal.message).toContain(
      'Consultation appointments start every 15 minutes, and 10:07 AM isn’t one',
    );
    expect(refusal.message).toMatch(/The closest openings are .* at 10:00 AM and .* at 10:15 AM\.$/);
    expect(refusal.extra.alternatives?.map(({ start }) => start)).toEqual(
      ['09:45', '10:00', '10:15'].map((clock) => monday(clock).toISOString()),
    );
    expect(await scene.appointments(clinic)).toEqual([]);
  });

  test.each([
    [15, '10:15'],
    [20, '10:20'],
    [30, '10:30'],
    [60, '10:00'],
  ])('is none by a step of %i minutes at %s', async (step, clock) => {
    await set(`slot_step_minutes = ${step}`);
    await book(clock, 'voice');
    expect(await scene.appointments(clinic)).toHaveLength(1);
  });

  test('is counted from the opening of the provider who takes it', async () => {
    await scene.owner.query(
      `update public.providers set working_hours = '{"1":[["09:10","12:00"],["13:05","17:00"]]}' where org_id = $1`,
      [clinic.orgId],
    );
    for (const clock of ['09:10', '10:25', '13:05', '13:50']) {
      await book(clock, 'voice');
    }
    expect((await refusalOf(book('10:30', 'voice'))).code).toBe('OFF_STEP');
    expect(await scene.appointments(clinic)).toHaveLength(4);
  });

  test('may be entered by the front desk, and by a program that insists', async () => {
    await book('10:07', 'dashboard');
    await book('11:07', 'api', { name: 'Ana Ruiz', insist: { offStep: true } });
    expect(await scene.appointments(clinic)).toHaveLength(2);
    const body = {
      name: 'Ben Ode',
      phone: '+14155550199',
      service_type: 'consultation',
      scheduled_at: monday('13:07').toISOString(),
    };
    const token = { authorization: 'Bearer x' };
    expect(await scene.post('/api/appointments', body, token)).toMatchObject({
      status: 422,
      body: { code: 'OFF_STEP', alternatives: [{ start: expect.any(String) }, {}, {}] },
    });
    expect((await scene.post('/api/appointments', { ...body, off_step: true }, token)).status).toBe(201);
  });

  test('is never insisted on by voice', async () => {
    expect((await refusalOf(book('10:07', 'voice', { insist: { offStep: true } }))).code).toBe('OFF_STEP');
  });

  test('holds for moves and for held times, and not for what stays at its start', async () => {
    const { appointmentId } = await book('10:07', 'dashboard');
    const token = { authorization: 'Bearer x' };
    const move = (body: object) => scene.patch(`/api/appointments/${appointmentId}`, body, token);
    const at = monday('11:07').toISOString();
    expect(await move({ scheduled_at: at })).toMatchObject({ status: 422, body: { code: 'OFF_STEP' } });
    expect((await move({ duration_minutes: 45 })).status).toBe(200);
    expect((await move({ scheduled_at: at, off_step: true })).status).toBe(200);
    const hold = { service_type: 'consultation', scheduled_at: monday('13:07').toISOString() };
    expect(await scene.post('/api/holds', hold, token)).toMatchObject({ body: { code: 'OFF_STEP' } });
  });

  test('is a start of a group, which meets when it meets', async () => {
    await set('capacity = 5');
    await book('10:07', 'voice');
    expect(await scene.appointments(clinic)).toHaveLength(1);
  });

  test('that was offered can be taken after the step was changed', async () => {
    const { slots } = await scene.freeTimes(clinic, { from: '2026-11-23', to: '2026-11-23' });
    const slot = slots.find(({ start }) => start === monday('10:15').toISOString());
    await set('slot_step_minutes = 60');
    await scene.book(clinic, { when: { slotId: slot?.slot_id ?? '' } }, { source: 'voice', callId: 'c-1' });
    expect(await scene.appointments(clinic)).toHaveLength(1);
  });
});
