import { beforeEach, describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall } from './testing.ts';

type Clinic = Awaited<ReturnType<AssistantScene['clinic']>>;

const WHO = { name: 'maria lopez', serviceType: 'consultation' };
const BOOK = { ...WHO, appointmentDate: '2026-11-23', appointmentTime: '09:00' };

/** It is Wednesday, 18 November 2026, ten in the morning. */
describe('dates that a caller says', () => {
  let scene: AssistantScene;
  let clinic: Clinic;
  let lastId = 0;
  beforeEachCall((now) => {
    ({ scene, clinic } = now);
  });
  beforeEach(() => {
    scene.lines.length = 0;
  });

  /** The short form, whose answer carries the sentence and the fields for programs. */
  const use = async (tool: string, given: object) => {
    lastId += 1;
    const { body } = await scene.post(
      `/api/vapi/tools/${tool}`,
      {
        toolCallId: `date-${lastId}`,
        tool: { arguments: given },
        call: { id: 'call-7' },
        customer: { number: '+14155550132' },
      },
      { authorization: `Bearer ${clinic.secret}` },
    );
    return { body, ...body.results[0] } as { body: Record<string, unknown>; result?: string; error?: string };
  };
  const booked = async () =>
    (
      await scene.owner.query(
        'select scheduled_at from public.appointments where org_id = $1 order by scheduled_at',
        [clinic.orgId],
      )
    ).rows.map((row) => row.scheduled_at.toISOString());

  test('a date with nothing wrong but its year is booked, and read back in full', async () => {
    const given = { ...BOOK, appointmentDate: '2024-11-23', weekday: 'Monday' };
    const { body } = await use('bookClinicAppointment', given);
    expect(body).toMatchObject({
      success: true,
      corrected: true,
      original: '2024-11-23',
      resolved: '2026-11-23',
      say: 'Just to confirm, that’s Monday, November 23, 2026.',
      scheduled_at: '2026-11-23T14:00:00.000Z',
      results: [
        {
          result:
            'You’re booked: Consultation, Monday, November 23 at 9:00 AM. I’m texting you the details. Just to confirm, that’s Monday, November 23, 2026. (At the clinic it is Wednesday, November 18, 2026 at 10:00 AM.)',
        },
      ],
    });
    expect(await booked()).toEqual(['2026-11-23T14:00:00.000Z']);
    const logged = scene.lines.filter((line) => String(line.msg).includes('was corrected'));
    expect(logged).toMatchObject([{ org_id: clinic.orgId, call_id: 'call-7' }]);
    expect(JSON.stringify(logged)).not.toMatch(/2024|lopez|Monday/i);
  });

  describe('that were corrected say so', () => {
    const CORRECTED = {
      corrected: true,
      original: '2024-11-23',
      resolved: '2026-11-23',
      say: 'Just to confirm, that’s Monday, November 23, 2026.',
    };
    const OLD = { ...BOOK, appointmentDate: '2024-11-23' };

    test('when only the half of the day was wrong', async () => {
      expect((await use('bookClinicAppointment', { ...BOOK, appointmentTime: '03:00' })).body).toMatchObject({
        corrected: true,
        original: '03:00',
        resolved: '15:00',
        say: 'Just to confirm, that’s Monday, November 23, 2026 at 3:00 PM.',
      });
    });

    test('when the time was not the UTC it was written in, and the year was wrong too', async () => {
      const given = { ...WHO, scheduledAt: '2024-11-23T09:00:00Z' };
      expect((await use('bookClinicAppointment', given)).body).toMatchObject({
        original: '2024-11-23 09:00Z',
        resolved: '2026-11-23 09:00',
        scheduled_at: '2026-11-23T14:00:00.000Z',
      });
    });

    test('when the time is taken, before anything else', async () => {
      await use('bookClinicAppointment', BOOK);
      const { body, error } = await use('bookClinicAppointment', { ...OLD, name: 'Ana Ruiz' });
      expect(body).toMatchObject({ ...CORRECTED, success: false, error: 'SLOT_UNAVAILABLE' });
      expect(error).toMatch(
        /^Just to confirm, that’s Monday, November 23, 2026\. That time is already taken/,
      );
      expect(body.alternatives).not.toEqual([]);
    });

    test('in the question about a move, and when it is moved', async () => {
      await use('bookClinicAppointment', { ...BOOK, appointmentTime: '11:00' });
      const move = { name: 'Maria Lopez', appointmentDate: '2024-11-23', appointmentTime: '09:00' };
      const asked = await use('rescheduleAppointment', move);
      expect(asked.body).toMatchObject({ ...CORRECTED, confirmed: false });
      expect(asked.result).toContain(`at 9:00 AM? ${CORRECTED.say}`);
      const moved = await use('rescheduleAppointment', { ...move, confirmed: 'yes' });
      expect(moved.body).toMatchObject({ ...CORRECTED, scheduled_at: '2026-11-23T14:00:00.000Z' });
    });

    test('when a whole range of free times is of another year', async () => {
      const range = { serviceType: 'consultation', from: '2024-11-24', to: '2024-11-25' };
      const { body, result } = await use('checkAvailability', range);
      const corrected = {
        corrected: true,
        original: '2024-11-24 to 2024-11-25',
        resolved: '2026-11-24 to 2026-11-25',
      };
      expect(body).toMatchObject(corrected);
      const { say, ...answer } = JSON.parse(result ?? '');
      expect(answer).toMatchObject(corrected);
      expect(say).toContain('Just to confirm, that’s until Wednesday, November 25, 2026.');
    });
  });

  describe('are read by the rules of what is booked', () => {
    const change = (sql: string) => scene.owner.query(sql, [clinic.orgId]);

    test('the year by how far ahead that service can be booked', async () => {
      await change(`update public.services set horizon_days = 1000 where org_id = $1 and slug = 'follow-up'`);
      const old = { ...BOOK, appointmentDate: '2024-11-23' };
      const two = await use('bookClinicAppointment', { ...old, serviceType: 'follow-up' });
      expect(two.body).toMatchObject({ error: 'IN_THE_PAST', choices: ['2026-11-23', '2027-11-23'] });
      expect((await use('bookClinicAppointment', old)).body).toMatchObject({ resolved: '2026-11-23' });
    });

    test('the last day by the service, when free times are asked for', async () => {
      await change(`update public.services set horizon_days = 7 where org_id = $1 and slug = 'follow-up'`);
      const search = { serviceType: 'follow-up', dateText: 'November 27' };
      const { error } = await use('checkAvailability', search);
      expect(error).toContain('You can book up to Wednesday, November 25, 2026.');
      expect((await use('checkAvailability', { ...search, serviceType: 'consultation' })).result).toContain(
        'I have Friday, November 27 at',
      );
    });

    test('the half of the day by who offers the service', async () => {
      await change(
        `update public.providers set working_hours = '{"1":[["06:00","12:00"]]}' where org_id = $1`,
      );
      await change(`insert into public.providers (org_id, name, working_hours)
        values ($1, 'Dr. Late', '{"1":[["13:00","21:00"]]}')`);
      await change(`insert into public.service_providers (org_id, service_id, provider_id)
        select s.org_id, s.id, p.id from public.services s join public.providers p on p.org_id = s.org_id
        where s.org_id = $1 and s.slug = 'follow-up' and p.name = 'Dr. Late'`);
      const atSeven = { ...WHO, dateText: 'Monday at 7' };
      expect((await use('bookClinicAppointment', atSeven)).body).toMatchObject({ error: 'DATE_UNCLEAR' });
      const late = await use('bookClinicAppointment', { ...atSeven, serviceType: 'follow-up' });
      expect(late.result).toContain('November 23 at 7:00 PM');
      const named = { ...atSeven, name: 'Ana Ruiz', providerName: 'late' };
      await use('bookClinicAppointment', { ...named, dateText: 'Monday at 8' });
      expect(await booked()).toEqual(['2026-11-24T00:00:00.000Z', '2026-11-24T01:00:00.000Z']);
    });

    test('the half of the day by the breaks and by who is away', async () => {
      await change(`update public.providers set working_hours = '{"1":[["07:00","20:00"]]}',
        breaks = '{"1":[["18:30","20:00"]]}' where org_id = $1`);
      const atSeven = await use('bookClinicAppointment', { ...WHO, dateText: 'Monday at 7' });
      expect(atSeven.result).toContain('at 7:00 AM');
      await change(`insert into public.time_off (org_id, title, starts_local, ends_local)
        values ($1, 'Morning off', '2026-11-23 00:00', '2026-11-23 12:00')`);
      await change(`update public.providers set breaks = '{}' where org_id = $1`);
      const given = { ...WHO, name: 'Ana Ruiz', dateText: 'Monday at 7' };
      expect((await use('bookClinicAppointment', given)).result).toContain('at 7:00 PM');
    });

    test('the move of an appointment by the hours of who has it, also when its service is not offered anymore', async () => {
      await change(
        `update public.providers set working_hours = '{"1":[["13:00","21:00"]]}' where org_id = $1`,
      );
      await use('bookClinicAppointment', { ...WHO, dateText: 'Monday at 3' });
      await change(`insert into public.providers (org_id, name, working_hours)
        values ($1, 'Dr. Early', '{"1":[["06:00","12:00"]]}')`);
      await change(`update public.services set active = false where org_id = $1 and slug = 'consultation'`);
      const given = { name: 'Maria Lopez', dateText: 'Monday at 7' };
      const { confirmToken } = (await use('rescheduleAppointment', given)).body;
      const moved = await use('rescheduleAppointment', { ...given, confirmed: 'yes', confirmToken });
      expect(moved.body).toMatchObject({ success: true, scheduled_at: '2026-11-24T00:00:00.000Z' });
    });
  });

  test('a date that is right is not called corrected', async () => {
    expect((await use('bookClinicAppointment', BOOK)).body).not.toHaveProperty('corrected');
  });

  test.each<[string, object, string]>([
    ['a time without a zone is the clinic’s', { scheduledAt: '2026-11-23T10:00' }, '2026-11-23T15:00:00Z'],
    [
      'so is one with a Z, if only that is open',
      { scheduledAt: '2026-11-23T09:00:00Z' },
      '2026-11-23T14:00:00Z',
    ],
    [
      'the start of an offered slot is exact',
      { scheduledAt: '2026-11-23T14:00:00.000Z' },
      '2026-11-23T14:00:00Z',
    ],
    ['the caller’s words are enough', { dateText: 'Monday at half past two' }, '2026-11-23T19:30:00Z'],
    [
      '"at 3" is in the afternoon',
      { appointmentDate: '2026-11-23', appointmentTime: '03:00' },
      '2026-11-23T20:00:00Z',
    ],
  ])('%s', async (_what, when, at) => {
    const answer = await use('bookClinicAppointment', { ...WHO, ...when });
    expect(answer.result).toContain('You’re booked');
    expect(await booked()).toEqual([new Date(at).toISOString()]);
  });

  test.each<[string, string, object, string]>([
    [
      'IN_THE_PAST',
      'yesterday',
      { ...BOOK, appointmentDate: '2026-11-17' },
      'Do you mean Tuesday, November 24, 2026?',
    ],
    [
      'DATE_UNCLEAR',
      'a weekday of another year',
      { ...BOOK, appointmentDate: '2024-11-22', weekday: 'Friday' },
      'November 22, 2026 is a Sunday, not a Friday. Do you mean Friday, November 20',
    ],
    [
      'DATE_UNCLEAR',
      '"next Tuesday"',
      { ...BOOK, appointmentDate: '2026-11-24', dateText: 'next Tuesday' },
      'Do you mean Tuesday, November 24, 2026 or Tuesday, December 1, 2026? Today is Wednesday, November 18, 2026.',
    ],
    [
      'DATE_UNCLEAR',
      'a UTC time that may be the clinic’s',
      { ...BOOK, appointmentDate: null, scheduledAt: '2026-11-23T14:00:00Z' },
      'Do you mean 9:00 AM on Monday, November 23, 2026 or 2:00 PM',
    ],
    [
      'IN_THE_PAST',
      'a time of today that has passed',
      { ...BOOK, appointmentDate: '2026-11-18' },
      'later today',
    ],
    [
      'INVALID_TIME',
      'a year that never was',
      { ...BOOK, appointmentDate: '0000-11-23' },
      'There is no 0000-11-23',
    ],
    ['DATE_UNCLEAR', 'a part of a day', { ...BOOK, appointmentTime: 'morning' }, 'checkAvailability'],
  ])('%s: %s is answered with a question, and nothing is booked', async (code, _what, given, words) => {
    const answer = await use('bookClinicAppointment', given);
    expect(answer.error).toContain(words);
    expect(answer.body).toMatchObject({ success: false, error: code });
    expect(await booked()).toEqual([]);
  });

  test('a question names what can be chosen from, for programs too', async () => {
    const { body } = await use('bookClinicAppointment', { ...WHO, dateText: 'next Tuesday at 9' });
    expect(body).toMatchObject({ error: 'DATE_UNCLEAR', choices: ['2026-11-24', '2026-12-01'] });
  });

  test('can be looked up for the next 14 days, in the clinic’s time zone', async () => {
    const { coming_days: days } = JSON.parse((await use('getClinicInfo', {})).result ?? '');
    expect(days).toHaveLength(14);
    expect([days[0], days[13]]).toEqual(['Wednesday 2026-11-18', 'Tuesday 2026-12-01']);
  });

  describe('free times', () => {
    const startsOf = async (given: object) => {
      const { result = '{}' } = await use('checkAvailability', { serviceType: 'consultation', ...given });
      const { slots, ...answer } = JSON.parse(result);
      return { ...answer, labels: slots.map((slot: { label: string }) => slot.label) };
    };

    test.each([
      ['the caller’s words', { dateText: 'Friday' }, 'Friday, November 20 at 9:00 AM'],
      ['a weekday alone', { weekday: 'Thursday' }, 'Thursday, November 19 at 9:00 AM'],
      [
        'a part of a day',
        { date: '2026-11-23', dateText: 'Monday afternoon' },
        'Monday, November 23 at 12:00 PM',
      ],
      ['a whole week', { dateText: 'next week' }, 'Monday, November 23 at 9:00 AM'],
      ['a range', { from: '2026-11-24', to: '2026-11-25' }, 'Tuesday, November 24 at 9:00 AM'],
      [
        'a range that has begun',
        { from: '2026-11-16', to: '2026-11-19' },
        'Wednesday, November 18 at 10:15 AM',
      ],
      [
        'a range of another year',
        { from: '2024-11-24', to: '2024-11-25' },
        'Tuesday, November 24 at 9:00 AM',
      ],
      ['a start in words', { from: 'tomorrow' }, 'Thursday, November 19 at 9:00 AM'],
    ])('of %s', async (_what, given, first) => {
      const { labels } = await startsOf(given);
      expect(labels[0]).toBe(first);
    });

    test('a wrong year becomes the one that fits, and the date is read back', async () => {
      expect(await startsOf({ date: '2024-11-24' })).toMatchObject({
        labels: expect.arrayContaining(['Tuesday, November 24 at 9:00 AM']),
        say: expect.stringContaining('Just to confirm, that’s Tuesday, November 24, 2026.'),
        corrected: true,
        original: '2024-11-24',
        resolved: '2026-11-24',
      });
    });

    test.each<[string, object, string]>([
      ['"next Tuesday"', { dateText: 'next Tuesday' }, 'Do you mean Tuesday, November 24, 2026 or'],
      ['yesterday', { date: '2026-11-17' }, 'Do you mean Tuesday, November 24, 2026?'],
      ['a range of last year with two readings', { from: '2024-11-17', to: '2024-11-18' }, 'Do you mean'],
      ['a range of rubbish', { from: '2026-11-40T00:00:00Z' }, 'neither a date'],
    ])('for %s are asked about', async (_what, given, words) => {
      expect((await use('checkAvailability', { serviceType: 'consultation', ...given })).error).toContain(
        words,
      );
    });
  });
});
