import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AssistantScene, createAssistantScene } from './testing.ts';

type Clinic = Awaited<ReturnType<AssistantScene['clinic']>>;

const WHO = { name: 'maria lopez', serviceType: 'consultation' };
const BOOK = { ...WHO, appointmentDate: '2026-11-23', appointmentTime: '09:00' };

/** It is Wednesday, 18 November 2026, ten in the morning. */
describe('dates that a caller says', () => {
  let scene: AssistantScene;
  let clinic: Clinic;
  let lastId = 0;
  beforeAll(async () => {
    scene = await createAssistantScene();
  });
  beforeEach(async () => {
    clinic = await scene.clinic();
    scene.lines.length = 0;
  });
  afterAll(() => scene.close());

  /** The short form, whose answer carries the sentence and the fields for programs. */
  const use = async (tool: string, given: object) => {
    lastId += 1;
    const { body } = await scene.post(
      `/api/vapi/tools/${tool}`,
      { toolCallId: `date-${lastId}`, tool: { arguments: given }, customer: { number: '+14155550132' } },
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
      scheduled_at: '2026-11-23T14:00:00.000Z',
      results: [
        {
          result:
            'You are booked for Consultation on Monday, November 23 at 9:00 AM. A text message confirms it. To be sure: that is Monday, November 23, 2026.',
        },
      ],
    });
    expect(await booked()).toEqual(['2026-11-23T14:00:00.000Z']);
    expect(scene.lines.filter((line) => String(line.msg).includes('was corrected'))).toHaveLength(1);
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
    expect(answer.result).toContain('You are booked');
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

    test('of a year that was wrong are those of the year that fits, and the date is read back', async () => {
      expect(await startsOf({ date: '2024-11-24' })).toMatchObject({
        labels: expect.arrayContaining(['Tuesday, November 24 at 9:00 AM']),
        say: expect.stringContaining('To be sure: that is Tuesday, November 24, 2026.'),
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
