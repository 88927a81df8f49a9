import { describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall } from './testing.ts';

type Clinic = Awaited<ReturnType<AssistantScene['clinic']>>;

const CALLER = '+14155550132';
const WHO = { name: 'Maria Lopez' };

describe('a caller who wants to change an appointment', () => {
  let scene: AssistantScene;
  let clinic: Clinic;
  let lastId = 0;
  beforeEachCall((now) => {
    ({ scene, clinic } = now);
  });

  /** The short form: the answer for programs is at the top. */
  const use = async (tool: string, given: object, from: string | null = CALLER) => {
    lastId += 1;
    const { body } = await scene.post(
      `/api/vapi/tools/${tool}`,
      {
        toolCallId: `tool_${lastId}`,
        tool: { arguments: given },
        ...(from && { customer: { number: from } }),
      },
      { authorization: `Bearer ${clinic.secret}` },
    );
    return { ...body, say: body.results[0].result ?? body.results[0].error };
  };
  const book = async (time: string, name = 'Maria Lopez') =>
    (
      await use('bookClinicAppointment', {
        name,
        serviceType: 'consultation',
        appointmentDate: '2026-11-23',
        appointmentTime: time,
      })
    ).appointment_id;
  const row = async (id: string) =>
    (await scene.owner.query('select * from public.appointments where id = $1', [id])).rows[0];

  test('hears what is to come, by the number of the call and the name', async () => {
    const id = await book('09:00');
    const found = await use('findAppointments', { name: 'maría LÓPEZ' });
    expect(found.say).toContain('Monday, November 23 at 9:00 AM');
    expect(found.appointments).toMatchObject([{ appointment_id: id, service_type: 'consultation' }]);
  });

  test.each([
    ['another number', WHO, '+14155550199'],
    ['another name', { name: 'Ana Ruiz' }, CALLER],
    ['a first name alone', { name: 'Maria' }, CALLER],
    ['a number that only the model says', { ...WHO, phone: CALLER }, '+14155550199'],
  ])('with %s hears of none, and can neither move nor cancel it', async (_what, who, from) => {
    const id = await book('09:00');
    expect((await use('findAppointments', who, from)).say).toContain('I don’t see an upcoming appointment');
    for (const tool of ['cancelAppointment', 'rescheduleAppointment']) {
      const request = {
        ...who,
        appointmentId: id,
        confirmed: 'yes',
        appointmentDate: '2026-11-23',
        appointmentTime: '10:00',
      };
      expect(await use(tool, request, from)).toMatchObject({
        success: false,
        error: 'APPOINTMENT_NOT_FOUND',
      });
    }
    expect(await row(id)).toMatchObject({ status: 'confirmed', version: 1 });
  });

  test('a caller with a hidden number is offered to leave a message', async () => {
    await book('09:00');
    const answer = await use('findAppointments', WHO, null);
    expect(answer).toMatchObject({ success: false, error: 'CALLER_UNKNOWN' });
    expect(answer.say).toContain('take a message');
  });

  test('cancels only after a yes to the question that names the time', async () => {
    const id = await book('09:00');
    const asked = await use('cancelAppointment', WHO);
    expect(asked.say).toContain(
      'would you like me to cancel your appointment on Monday, November 23 at 9:00 AM?',
    );
    expect(await row(id)).toMatchObject({ status: 'confirmed' });
    const { confirmToken } = asked;
    expect(
      (await use('cancelAppointment', { ...WHO, confirmed: 'yes', confirmToken, reason: 'ill' })).say,
    ).toContain('The appointment on Monday, November 23 at 9:00 AM has been canceled.');
    expect(await row(id)).toMatchObject({ status: 'cancelled' });
    const { rows } = await scene.owner.query(
      `select l.actor_type, r.reason from public.audit_log l
       join public.appointment_reasons r on r.appointment_id::text = l.object_id and r.action = l.action
       where l.object_id = $1 and l.action = 'appointment.cancelled'`,
      [id],
    );
    expect(rows).toEqual([{ actor_type: 'agent', reason: 'ill' }]);
  });

  test('moves to a time that was offered, on the same appointment', async () => {
    const id = await book('09:00');
    const { slots } = JSON.parse(
      (await use('checkAvailability', { serviceType: 'consultation', date: '2026-11-24' })).say,
    );
    const request = { ...WHO, slotId: slots[0].slot_id };
    const asked = await use('rescheduleAppointment', request);
    expect(asked.say).toMatch(
      /^Nothing has been changed yet. Ask: would you like me to move your appointment on \w+, \w+ \d+ at [\d:]+ [AP]M to \w+, \w+ \d+ at [\d:]+ [AP]M\? \(/,
    );
    const moved = await use('rescheduleAppointment', {
      ...request,
      confirmed: 'yes',
      confirmToken: asked.confirmToken,
    });
    expect(moved).toMatchObject({ success: true, appointment_id: id, scheduled_at: slots[0].start });
    expect(await row(id)).toMatchObject({ version: 2, status: 'confirmed' });
  });

  test('is offered other times when the new one is taken', async () => {
    await book('09:00');
    await book('10:00', 'Ana Ruiz');
    const answer = await use('rescheduleAppointment', {
      ...WHO,
      appointmentDate: '2026-11-23',
      appointmentTime: '10:00',
      confirmed: true,
    });
    expect(answer).toMatchObject({ success: false, error: 'SLOT_UNAVAILABLE' });
    expect(answer.alternatives.length).toBeGreaterThanOrEqual(2);
  });

  test('with several is asked which one, and is believed by its id', async () => {
    await book('09:00');
    const later = await book('11:00');
    const asked = await use('cancelAppointment', { ...WHO, confirmed: 'yes' });
    expect(asked).toMatchObject({ success: false, error: 'WHICH_APPOINTMENT' });
    expect(asked.say).toContain(later);
    const { confirmToken } = await use('cancelAppointment', { ...WHO, appointmentId: later });
    await use('cancelAppointment', { ...WHO, appointmentId: later, confirmed: 'yes', confirmToken });
    expect(await row(later)).toMatchObject({ status: 'cancelled' });
  });
});
