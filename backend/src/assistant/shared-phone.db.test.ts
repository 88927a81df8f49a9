import { describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall } from './testing.ts';

describe('of several patients who share a phone', () => {
  let use: ReturnType<AssistantScene['caller']>;
  beforeEachCall((now) => {
    ({ use } = now);
  });

  const book = (name: string, appointmentTime: string) =>
    use('bookClinicAppointment', {
      name,
      serviceType: 'consultation',
      appointmentDate: '2026-11-23',
      appointmentTime,
    });
  const tokenIn = (said: string) => /confirmToken: (\w+)/.exec(said)?.[1];
  const idIn = (said: string) => /appointment_id ([0-9a-f-]+)/.exec(said)?.[1];

  test.each([
    ['Maria Ana Lopez', 'Maria Luisa Lopez', 'Maria Lopez'],
    ['John Smith Sr.', 'John Smith Jr.', 'Smith John'],
  ])(
    '%s and %s, whose names both fit “%s”: it is asked whose, and no one is named',
    async (one, other, said) => {
      await book(one, '09:00');
      await book(other, '11:00');
      for (const tool of ['findAppointments', 'cancelAppointment']) {
        const heard = (await use(tool, { name: said })).said;
        expect(heard).toMatch(/Ask whose appointment it is/);
        expect(heard).not.toMatch(/Ana|Luisa|Sr|Jr|November 23/);
        expect((await use(tool, { name: other })).said).toContain(`${other}`);
      }
    },
  );

  test('one who has an appointment is named in every sentence about it', async () => {
    await book('Maria Lopez', '09:00');
    await book('Leo Lopez', '11:00');
    expect((await use('findAppointments', { name: 'Leo Lopez' })).said).toMatch(
      /^I see one upcoming appointment: Leo Lopez on Monday, November 23 at 11:00 AM \(appointment_id /,
    );
    const to = { name: 'Leo Lopez', appointmentDate: '2026-11-23', appointmentTime: '14:00' };
    const asked = (await use('rescheduleAppointment', to)).said;
    expect(asked).toMatch(
      /^Nothing has been changed yet\. Ask: would you like me to move Leo Lopez’s appointment on Monday, November 23 at 11:00 AM to Monday, November 23 at 2:00 PM\?/,
    );
    expect((await use('rescheduleAppointment', { ...to, confirmed: 'no' })).said).toMatch(
      /^Okay, I haven’t changed anything\. Leo Lopez’s appointment is still on/,
    );
    const confirmToken = tokenIn(asked);
    expect((await use('rescheduleAppointment', { ...to, confirmed: 'yes', confirmToken })).said).toMatch(
      /^Leo Lopez’s appointment is now on Monday, November 23 at 2:00 PM/,
    );
    const who = { name: 'Leo Lopez' };
    const question = (await use('cancelAppointment', who)).said;
    expect(question).toMatch(
      /^Nothing has been canceled yet\. Ask: would you like me to cancel Leo Lopez’s appointment on Monday, November 23 at 2:00 PM\?/,
    );
    expect((await use('cancelAppointment', { ...who, confirmed: 'no' })).said).toMatch(
      /^Okay, I haven’t canceled anything\. Leo Lopez’s appointment on .* is still booked\./,
    );
    const yes = { ...who, confirmed: 'yes', confirmToken: tokenIn(question) };
    expect((await use('cancelAppointment', yes)).said).toMatch(
      /^Leo Lopez’s appointment on Monday, November 23 at 2:00 PM has been canceled\./,
    );
    expect((await use('cancelAppointment', { ...yes, reason: 'ill' })).said).toMatch(
      /^Leo Lopez’s appointment on .* has been canceled\./,
    );
  });

  test('an id opens no appointment of the other one', async () => {
    await book('Maria Ana Lopez', '09:00');
    await book('Maria Luisa Lopez', '11:00');
    const appointmentId = idIn((await use('findAppointments', { name: 'Maria Luisa Lopez' })).said);
    const cancel = (name: string) => use('cancelAppointment', { name, appointmentId });
    expect((await cancel('Maria Lopez')).said).toMatch(/Ask whose appointment it is/);
    expect((await cancel('Maria Ana Lopez')).said).toMatch(/^I don’t see/);
    expect((await cancel('Maria Luisa Lopez')).said).toContain('cancel Maria Luisa Lopez’s appointment on');
  });

  test('no one hears of the others', async () => {
    await book('Maria Lopez', '09:00');
    await book('Leo Lopez', '11:00');
    expect((await use('findAppointments', { name: 'Leo Lopez' })).said).not.toContain('Maria');
    expect((await use('findAppointments', { name: 'Ana Ruiz' })).said).not.toContain('Lopez');
  });

  test('a phone of one patient needs no name', async () => {
    await book('Maria Lopez', '09:00');
    expect((await use('findAppointments', { name: 'Maria Lopez' })).said).toMatch(
      /^I see one upcoming appointment: Monday, November 23 at 9:00 AM/,
    );
    expect((await use('cancelAppointment', { name: 'Maria Lopez' })).said).toContain(
      'cancel your appointment on',
    );
  });

  test('a long list of appointments ends with a count of the rest', async () => {
    for (const time of ['09:00', '10:00', '11:00', '13:00', '14:00']) await book('Maria Lopez', time);
    expect((await use('findAppointments', { name: 'Maria Lopez' })).said).toMatch(
      /^I see 5 upcoming appointments: Monday, .* 9:00 AM .*; Monday, .* 10:00 AM .*; Monday, .* 11:00 AM .*; and 2 more after that\./,
    );
  });
});
