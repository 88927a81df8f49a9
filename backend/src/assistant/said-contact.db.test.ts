import { describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall, CALLER } from './testing.ts';

type Clinic = Awaited<ReturnType<AssistantScene['clinic']>>;

describe('what a caller says about themselves', () => {
  let scene: AssistantScene;
  let clinic: Clinic;
  let last = 0;
  beforeEachCall((now) => {
    ({ scene, clinic } = now);
  });

  const use = async (tool: string, given: object) => {
    last += 1;
    const { body } = await scene.post(
      `/api/vapi/tools/${tool}`,
      { toolCallId: `tool_${last}`, tool: { arguments: given }, customer: { number: CALLER } },
      { authorization: `Bearer ${clinic.secret}` },
    );
    return { ...body, said: body.results[0].result ?? body.results[0].error };
  };
  const book = (more: object) =>
    use('bookClinicAppointment', {
      name: 'Maria Lopez',
      serviceType: 'consultation',
      appointmentDate: '2026-11-23',
      appointmentTime: '09:00',
      ...more,
    });
  const contact = async (id: string) =>
    (await scene.owner.query('select * from leads where id = $1', [id])).rows[0];

  test.each([
    ['four one five, then five five five, and then, let me see... no: zero one three three', null],
    ['area code four one five, then five five five, and then zero one three three, please', '+14155550133'],
    ['plus four four seven nine one one one two three four five six', '+447911123456'],
    ['415-555-0133 (home)', '+14155550133'],
  ])('a phone of any length is taken or asked for again: %s', async (phone, kept) => {
    const booked = await book({ phone });
    if (kept === null) expect(booked.said).toContain('Check it digit by digit');
    else expect(await contact(booked.contact_id)).toMatchObject({ phone: kept, phone_source: 'spoken' });
  });

  test('an address that is spelled out, however long, is one address', async () => {
    const email = 'that is j for john, o for oscar, h for hotel, n for nina, '.concat(
      'then dot, then s as in sam, m as in mike, i as in india, t as in tom, h as in harry, ',
      'and all of it in lower case at gmail dot com please',
    );
    const asked = await book({ email });
    expect(asked.said).toContain('email address');
    const booked = await book({
      email: email.replace('and all of it in lower case ', '').replaceAll('then ', ''),
    });
    expect(await contact(booked.contact_id)).toMatchObject({ email: 'john.smith@gmail.com' });
  });

  test.each([
    ['Mrs. Maria Lopez', 'Mrs. Maria Lopez'],
    ['Dr. Ute Klein', 'Doctor Ute Klein'],
    ['John Smith, MD', 'John Smith, MD'],
    ['Ana Ruiz', 'My name is Ana Ruiz'],
    ['Robert Jones Jr.', 'Robert Jones'],
    ['Robert Jones', 'Robert Jones Jr.'],
    ['Łukasz O’Żółty', 'lukasz o zolty'],
    ['Smith-Jones, Mary Ann', 'Maryann Smith Jones'],
  ])('booked as %s, an appointment is canceled as %s', async (name, later) => {
    const booked = await book({ name });
    const asked = await use('cancelAppointment', { name: later });
    expect(asked).toMatchObject({ appointment_id: booked.appointment_id, confirmed: false });
  });

  test.each(['Maria', 'Lopez', 'Mrs. Lopez', 'Maria Maria', 'M. Lopez', 'Mario Lopez', 'de Lopez'])(
    'booked as Maria de Lopez, it is not found as %s',
    async (name) => {
      await book({ name: 'Maria de Lopez' });
      expect((await use('findAppointments', { name })).appointments).toEqual([]);
    },
  );
});
