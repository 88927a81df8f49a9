import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BookingScene, createBookingScene, MONDAY_9, openCallers, refusalOf } from './testing.ts';

const SQL = `select public.book_appointment_atomic($1, $2, null, $3, $4, $5, $6, p_source => $7, p_call_id => $8) as answer`;
const byVoice = { source: 'voice', requestId: 'test' } as const;
const PHONE = '+14155550132';
const at = (time: string) => ({ at: new Date(`2026-11-23T${time}:00Z`) });

describe('a patient at one time', () => {
  let scene: BookingScene;
  let clinic: Awaited<ReturnType<BookingScene['clinic']>>;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  beforeEach(async () => {
    clinic = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben', 'Dr. Cyd'] });
    scene.signIn(clinic);
  });
  afterAll(() => scene.close());

  const race = async (calls: { name?: string; time?: string; source?: string; call?: string | null }[]) => {
    const callers = openCallers(scene.runtimeUrl, calls.length);
    const answers = await callers.race(
      calls.map(({ name = 'Maria Lopez', time = '14:00', source = 'api', call = null }) => [
        clinic.orgId,
        name,
        PHONE,
        'consultation',
        at(time).at,
        30,
        source,
        call,
      ]),
      SQL,
    );
    await callers.close();
    return answers;
  };
  /** No one is signed in there. */
  const onThePhone = (request: object) => {
    const asked = {
      name: 'Maria Lopez',
      phone: PHONE,
      serviceType: 'consultation',
      when: at('14:00'),
      ...request,
    };
    const scope = { ...clinic.scope, userId: null };
    return scene.book({ scope }, asked, { ...byVoice, callId: 'another call' });
  };
  const errors = (answers: { error?: string }[]) => answers.map(({ error }) => error ?? 'booked').toSorted();
  const body = (more: object = {}) => ({
    name: 'Maria Lopez',
    phone: PHONE,
    service_type: 'consultation',
    scheduled_at: MONDAY_9,
    ...more,
  });

  test('is booked once, of several requests at once, in whatever spelling', async () => {
    const names = ['Maria Lopez', 'María López', 'LOPEZ MARIA', 'Maria Lopez', 'maria lopez', 'Maria  Lopez'];
    expect(errors(await race(names.map((name) => ({ name }))))).toEqual([
      ...Array(5).fill('ALREADY_BOOKED'),
      'booked',
    ]);
    expect(await scene.appointments(clinic)).toHaveLength(1);
  });

  test('is not booked beside it either, and is just before and after it', async () => {
    await scene.book(clinic, { when: at('14:00') });
    for (const time of ['13:45', '14:15', '14:00']) {
      const refusal = await refusalOf(scene.book(clinic, { when: at(time), serviceType: 'follow-up' }));
      expect([time, refusal.code]).toEqual([time, time === '13:45' ? 'OUTSIDE_HOURS' : 'ALREADY_BOOKED']);
    }
    await scene.book(clinic, { when: at('14:30') });
    expect(await scene.appointments(clinic)).toHaveLength(2);
  });

  test('is two patients where two children come on one phone', async () => {
    expect(
      errors(await race([{ name: 'Leo Ruiz' }, { name: 'Mia Ruiz' }, { name: 'Leo Ruiz Jr.' }])),
    ).toEqual(Array(3).fill('booked'));
  });

  test('hears of the first one when they call again, also from two calls at once', async () => {
    const calls = ['a', 'b', 'b', 'c'].map((call) => ({ source: 'voice', call }));
    const answers = await race(calls);
    expect(new Set(answers.map(({ appointment_id }) => appointment_id)).size).toBe(1);
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
    const again = await onThePhone({});
    expect(again).toMatchObject({
      appointmentId: answers[0]?.appointment_id,
      repeated: true,
      confirmation: expect.stringContaining('You’re booked: Consultation'),
    });
    const other = onThePhone({ serviceType: 'follow-up' });
    expect(await refusalOf(other)).toMatchObject({ code: 'ALREADY_BOOKED' });
    expect((await scene.outbox(answers[0]?.appointment_id)).map(({ topic }) => topic)).toEqual([
      'message.confirmation',
    ]);
  });

  test('is refused over the API with the appointment there is, unless the owner insists', async () => {
    const first = await scene.post('/api/appointments', body());
    const again = await scene.post('/api/appointments', body({ name: 'LOPEZ, MARIA' }));
    expect(again).toMatchObject({
      status: 409,
      body: {
        code: 'ALREADY_BOOKED',
        detail:
          'This patient already has an appointment at that time. Move that one, or choose another time.',
        existing_id: first.body.appointment_id,
      },
    });
    const both = await scene.post(
      '/api/appointments',
      body({ overbook: true, reason: 'A tooth and an ear' }),
    );
    expect(both.status).toBe(201);
    expect((await scene.row(both.body.appointment_id)).overbooked).toBe(false);
  });

  test('hears whose appointment it is where no one else is free', async () => {
    const alone = await scene.clinic({ providers: ['Dr. Ada'] });
    const { appointmentId } = await scene.book(alone);
    const refusal = await refusalOf(scene.book(alone, { name: 'María López', when: at('14:15') }));
    expect(refusal).toMatchObject({ code: 'SLOT_UNAVAILABLE', extra: { existing_id: appointmentId } });
    expect(refusal.message).toMatch(
      /^This patient already has an appointment at that time\. The closest openings are /,
    );
    const other = await refusalOf(scene.book(alone, { name: 'Leo Lopez' }));
    expect(other.message).toMatch(/^That time is already taken\. The closest openings are /);
  });

  test('has one seat in a group', async () => {
    await scene.owner.query(`update services set capacity = 4 where org_id = $1 and slug = 'consultation'`, [
      clinic.orgId,
    ]);
    expect(errors(await race([{}, {}, { name: 'Leo Ruiz' }]))).toEqual([
      'ALREADY_BOOKED',
      'booked',
      'booked',
    ]);
  });

  test('cannot turn a hold into a second appointment, nor take over that of a brother', async () => {
    const hold = () => scene.hold(clinic, { serviceType: 'consultation', when: at('14:00'), seconds: 600 });
    const [mine, brothers] = [await hold(), await hold()];
    await scene.book(clinic, { when: { holdId: mine.holdId } });
    expect(await scene.book(clinic, { when: { holdId: mine.holdId } })).toMatchObject({ repeated: true });
    expect(await refusalOf(scene.book(clinic, { when: { holdId: brothers.holdId } }))).toMatchObject({
      code: 'ALREADY_BOOKED',
    });
    expect(
      await refusalOf(scene.book(clinic, { name: 'Leo Lopez', when: { holdId: mine.holdId } })),
    ).toMatchObject({
      code: 'HOLD_EXPIRED',
    });
    await scene.book(clinic, { name: 'Leo Lopez', when: { holdId: brothers.holdId } });
  });

  test('cannot be moved onto themselves by a caller, and can by staff, who see both', async () => {
    await scene.book(clinic, { when: at('14:00'), providerId: clinic.providerIds[0] });
    const { appointmentId } = await scene.book(clinic, { when: at('16:00') });
    const move = (when: object) =>
      scene.move({ scope: { ...clinic.scope, userId: null } }, { appointmentId, ...when }, byVoice);
    expect(await refusalOf(move({ when: at('14:15'), providerName: 'Ben' }))).toMatchObject({
      code: 'ALREADY_BOOKED',
    });
    await move({ when: at('14:30') });
    const moved = await scene.patch(`/api/appointments/${appointmentId}`, {
      scheduled_at: at('14:15').at.toISOString(),
      provider_id: clinic.providerIds[1],
    });
    expect(moved.status).toBe(200);
  });

  test('may come again once the first appointment is canceled', async () => {
    const { appointmentId } = await scene.book(clinic);
    await scene.owner.query(`select public.cancel_appointment_atomic($1, $2)`, [clinic.orgId, appointmentId]);
    await scene.book(clinic);
  });
});
