import { describe, expect, test } from 'vitest';
import { spansOf } from '../platform/local-time/spans.ts';
import type { WorkingHours } from '../schedule/working-hours.ts';
import type { FreeTimesRequest } from './find-free-times.ts';
import { DAY, daily, freeTimes, MINUTE, provider, week } from './testing/builders.ts';

/** A Monday, 0:00 UTC. */
const MONDAY = Date.parse('2026-11-23T00:00:00Z');
const at = (time: string) => Date.parse(`2026-11-23T${time}:00Z`);
const span = (from: string, to: string) => spansOf([{ from: at(from), to: at(to) }]);
const ask = (change: Partial<FreeTimesRequest> = {}) =>
  freeTimes({ from: MONDAY, to: MONDAY + DAY, ...change });
const clock = (instant: number) => new Date(instant).toISOString().slice(11, 16);
const starts = (change: Partial<FreeTimesRequest> = {}) => ask(change).slots.map((slot) => clock(slot.from));
/** What is said of one start. */
const why = (time: string, change: Partial<FreeTimesRequest>) =>
  ask({ ...change, explainUntil: MONDAY + DAY }).refused.find((one) => one.start === at(time))?.reason;

describe('free times', () => {
  test('are offered every quarter of an hour, the last one ending when the clinic closes', () => {
    const offered = starts();
    expect(offered.slice(0, 3)).toEqual(['09:00', '09:15', '09:30']);
    expect(offered.at(-1)).toBe('16:30');
    expect(offered).toHaveLength(31);
  });

  test('begin with the opening time, whatever it is, and follow the step of the service', () => {
    const hours = { 1: [['09:10', '10:40']] } as const;
    const providers = [provider('ada', { hours: { 1: [[...hours[1][0]]] } })];
    expect(starts({ providers })).toEqual(['09:10', '09:25', '09:40', '09:55', '10:10']);
    expect(starts({ providers, stepMinutes: 40 })).toEqual(['09:10', '09:50']);
  });

  test('leave out what overlaps an appointment, and keep what only touches it', () => {
    const offered = starts({
      providers: [provider('ada', { busy: [{ from: at('10:00'), to: at('11:00') }] })],
    });
    expect(offered).toContain('09:30');
    expect(offered).toContain('11:00');
    for (const time of ['09:45', '10:00', '10:30', '10:45']) expect(offered).not.toContain(time);
  });

  test('keep the service’s buffers free, of appointments and of the linked calendar, and not of closed hours', () => {
    const providers = [
      provider('ada', { busy: [{ from: at('10:00'), to: at('11:00') }], blocks: span('14:00', '15:00') }),
    ];
    const offered = starts({ providers, bufferBeforeMs: 15 * MINUTE, bufferAfterMs: 30 * MINUTE });
    expect(offered[0]).toBe('09:00');
    expect(offered.at(-1)).toBe('16:30');
    for (const time of ['09:00', '11:15', '13:00', '15:15']) expect(offered).toContain(time);
    for (const time of ['09:15', '11:00', '13:15', '15:00']) expect(offered).not.toContain(time);
  });

  test('times in overlapping windows are offered once', () => {
    const hours: Record<string, [string, string][]> = {
      1: [
        ['09:00', '10:00'],
        ['09:30', '10:30'],
      ],
    };
    expect(starts({ providers: [provider('ada', { hours })] })).toEqual([
      '09:00',
      '09:15',
      '09:30',
      '09:45',
      '10:00',
    ]);
  });

  test('go on where windows touch, within a day and over midnight, and end where they do not', () => {
    const hours: WorkingHours = {
      1: [
        ['09:10', '12:00'],
        ['12:00', '13:00'],
        ['22:00', '24:00'],
      ],
      2: [['00:00', '02:00']],
      3: [['22:00', '24:00']],
    };
    const providers = [provider('ada', { hours })];
    const offered = starts({ providers });
    expect(offered).toEqual(expect.arrayContaining(['11:40', '11:55', '12:10', '23:30', '23:45']));
    expect(offered.filter((time) => time > '11:55' && time < '14:00')).toEqual(['12:10', '12:25']);
    const night = { providers, durationMs: 240 * MINUTE };
    expect(starts(night)).toEqual(['22:00']);
    expect(why('22:15', night)).toBe('too_short');
    const wednesday = MONDAY + 2 * DAY;
    const last = ask({ providers, from: wednesday, to: wednesday + DAY }).slots.at(-1);
    expect(clock(last?.from ?? 0)).toBe('23:30');
  });

  test('around the clock have no last one, and a night of eight hours can be booked', () => {
    const providers = [provider('ada', { hours: daily('00:00', '24:00') })];
    expect(starts({ providers })).toHaveLength(96);
    expect(starts({ providers, durationMs: 480 * MINUTE })).toHaveLength(96);
  });

  test('over midnight keep to the breaks and the absences of the next day', () => {
    const hours: WorkingHours = { 1: [['20:00', '24:00']], 2: [['00:00', '06:00']] };
    const all = { durationMs: 120 * MINUTE };
    const breaks = week({ 2: [['01:00', '01:30']] });
    const paused = { ...all, providers: [provider('ada', { hours, breaks })] };
    expect(starts(paused).at(-1)).toBe('23:00');
    expect(why('23:15', paused)).toBe('break');
    const absences = spansOf([{ from: MONDAY + DAY, to: MONDAY + 2 * DAY }]);
    const away = { ...all, providers: [provider('ada', { hours, absences })] };
    expect(starts(away).at(-1)).toBe('22:00');
    expect(why('22:15', away)).toBe('time_off');
  });

  test('a session’s start is offered while it has a place, on the grid or not; nothing else overlaps it', () => {
    const session = { start: at('10:05'), from: at('10:05'), to: at('11:05'), seatsLeft: 1 };
    const offered = starts({
      providers: [provider('ada', { sessions: [session] })],
      durationMs: 60 * MINUTE,
    });
    expect(offered.filter((time) => time < '11:15' && time > '09:00')).toEqual(['10:05']);
    const blocked = { providers: [provider('ada', { sessions: [session], blocks: span('11:00', '12:00') })] };
    expect(starts({ ...blocked, durationMs: 60 * MINUTE })).not.toContain('10:05');
  });

  test('times are marked if a calendar couldn’t be read recently, and a strict policy offers none', () => {
    const providers = [provider('ada', { calendar: 'stale' }), provider('ben', { calendar: 'fresh' })];
    expect(ask({ providers }).slots.map((slot) => slot.stale)).toContain(true);
    const strict = ask({ providers, stalePolicy: 'closed' });
    expect(new Set(strict.slots.map((slot) => slot.providerId))).toEqual(new Set(['ben']));
  });
});

describe('of several providers who are free at a time, the first is', () => {
  const firstAt = (time: string, providers: FreeTimesRequest['providers']) =>
    ask({ providers }).slots.find((slot) => slot.from === at(time))?.providerId;
  const busy = (...times: [string, string][]) => times.map(([from, to]) => ({ from: at(from), to: at(to) }));

  test('the least booked of that day', () => {
    const ada = provider('ada', { busy: busy(['09:00', '09:30'], ['15:00', '15:30']) });
    expect(firstAt('12:00', [ada, provider('ben', { busy: busy(['11:00', '12:00']) })])).toBe('ben');
  });

  test('then who has had nothing to do for longest', () => {
    const ada = provider('ada', { busy: busy(['11:00', '11:30']) });
    const ben = provider('ben', { busy: busy(['09:00', '09:30']) });
    const cyd = provider('cyd', { busy: busy(['15:00', '15:30']) });
    expect(firstAt('12:00', [ada, ben])).toBe('ben');
    expect(firstAt('12:00', [ada, ben, cyd])).toBe('cyd');
  });

  test('then the first by id; and a session that has begun to fill before all of them', () => {
    expect(firstAt('12:00', [provider('ben'), provider('ada')])).toBe('ada');
    const sessions = [{ start: at('12:00'), from: at('12:00'), to: at('12:30'), seatsLeft: 2 }];
    expect(firstAt('12:00', [provider('ada'), provider('ben', { sessions })])).toBe('ben');
  });
});

describe('why a day has none', () => {
  const all = { from: MONDAY, to: MONDAY + DAY };
  const booked = (from: string, to: string) => provider('ada', { busy: [{ from: at(from), to: at(to) }] });

  test.each<[string, string, Partial<FreeTimesRequest>]>([
    ['closed', 'a Sunday', { from: MONDAY - DAY, to: MONDAY }],
    ['too_short', 'a service longer than the day', { durationMs: 9 * 60 * MINUTE }],
    ['past', 'an evening', { from: at('16:45'), now: at('16:45') - 1 }],
    ['out_of_range', 'an early morning', { to: at('08:00') }],
    ['out_of_range', 'an evening that is still to come', { from: at('17:30'), now: at('08:00') }],
    ['full', 'a booked-out day', { providers: [provider('ada', { busy: [all] })] }],
    [
      'busy_elsewhere',
      'a day that the calendar has',
      { providers: [provider('ada', { blocks: spansOf([all]) })] },
    ],
    [
      'full',
      'a day that both have',
      { providers: [{ ...booked('09:00', '10:00'), blocks: span('10:00', '17:00') }] },
    ],
    ['holiday', 'a holiday', { holidays: spansOf([all]), providers: [booked('09:00', '17:00')] }],
    [
      'full',
      'a holiday’s other half, booked out',
      { holidays: span('09:00', '13:00'), providers: [booked('13:00', '17:00')] },
    ],
    ['time_off', 'an absence', { providers: [provider('ada', { absences: spansOf([all]) })] }],
    ['break', 'a day of breaks', { providers: [provider('ada', { breaks: week(daily('08:00', '18:00')) })] }],
    ['notice', 'a day that is too near', { noticeMs: DAY }],
    ['horizon', 'a day too far ahead', { horizon: at('08:00') }],
    [
      'calendar_stale',
      'a calendar nobody knows',
      { stalePolicy: 'closed', providers: [provider('ada', { calendar: 'stale' })] },
    ],
    ['no_provider', 'a service that nobody offers', { providers: [] }],
  ])('%s: %s', (reason, _what, change) => {
    const { slots, emptyDays } = ask(change);
    expect(slots).toEqual([]);
    expect(emptyDays.map((day) => day.reason)).toEqual([reason]);
  });

  test('a day that is cut off before opening is not called full', () => {
    const { emptyDays } = ask({ from: at('08:00'), to: at('08:00') + DAY });
    expect(emptyDays).toMatchObject([{ date: '2026-11-24', reason: 'out_of_range' }]);
  });
});

test('each start that is refused says why', () => {
  const change: Partial<FreeTimesRequest> = {
    now: at('09:20'),
    noticeMs: 60 * MINUTE,
    holidays: span('16:00', '17:00'),
    providers: [
      provider('ada', {
        busy: [{ from: at('11:00'), to: at('11:30') }],
        blocks: span('12:00', '12:30'),
        breaks: week(daily('13:00', '13:30')),
        absences: span('15:00', '15:30'),
      }),
    ],
  };
  const said = Object.fromEntries(
    ['09:15', '09:30', '10:15', '10:30', '11:15', '12:00', '12:45', '15:15', '15:45', '16:45'].map((time) => [
      time,
      why(time, change),
    ]),
  );
  expect(said).toEqual({
    '09:15': 'past',
    '09:30': 'notice',
    '10:15': 'notice',
    '10:30': undefined,
    '11:15': 'full',
    '12:00': 'busy_elsewhere',
    '12:45': 'break',
    '15:15': 'time_off',
    '15:45': 'holiday',
    '16:45': 'holiday',
  });
  expect(why('16:45', {})).toBe('too_short');
  expect(why('00:00', { providers: [provider('ada', { hours: {} })] })).toBe('closed');
});
