import { tidyWeek, uselessBreaks, type WeeklyHours, WeeklyHoursInput, weeklyFaults } from '@voxanne/contract';
import { describe, expect, test } from 'vitest';
import { fitsWeek } from './fits-week.ts';
import { presentTimeOff, readSpan } from './local-span.ts';
import { slugOf } from './names.ts';

describe('the windows of a day', () => {
  const faults = (...windows: [string, string][]) =>
    weeklyFaults({ 1: windows }).map(({ index, message }) => `${index}: ${message.split('.')[0]}`);

  test('may touch, come in any order and reach to midnight', () => {
    expect(faults(['13:00', '24:00'], ['00:00', '12:00'], ['12:00', '13:00'])).toEqual([]);
    expect(weeklyFaults({})).toEqual([]);
  });

  test('are told apart by where they were written, however they overlap', () => {
    expect(faults(['11:00', '15:00'], ['09:00', '12:00'])).toEqual([
      '0: 11:00 to 15:00 overlaps 09:00 to 12:00',
    ]);
    expect(faults(['08:00', '18:00'], ['09:00', '10:00'], ['12:00', '13:00'])).toEqual([
      '1: 09:00 to 10:00 overlaps 08:00 to 18:00',
      '2: 12:00 to 13:00 overlaps 08:00 to 18:00',
    ]);
    expect(faults(['09:00', '10:00'], ['09:00', '10:00'])).toEqual([
      '1: 09:00 to 10:00 overlaps 09:00 to 10:00',
    ]);
  });

  test('have a length, and none goes over midnight', () => {
    expect(faults(['10:00', '10:00'], ['22:00', '02:00'])).toEqual([
      '0: 10:00 to 10:00 has no length',
      '1: 22:00 to 02:00 has no length',
    ]);
  });

  test('windows of different days have nothing to do with each other', () => {
    expect(weeklyFaults({ 1: [['09:00', '12:00']], 2: [['10:00', '13:00']] })).toEqual([]);
  });

  test('name the fault where it is', () => {
    const { error } = WeeklyHoursInput.safeParse({
      4: [
        ['09:00', '12:00'],
        ['11:00', '13:00'],
      ],
    });
    expect(error?.issues.map(({ path }) => path)).toEqual([['4', 1]]);
  });

  test('are kept in the order of the day, and a day without any is left out', () => {
    expect(
      tidyWeek({
        2: [
          ['13:00', '17:00'],
          ['09:00', '12:00'],
        ],
        3: [],
      }),
    ).toEqual({
      2: [
        ['09:00', '12:00'],
        ['13:00', '17:00'],
      ],
    });
  });
});

test('a break changes something only while the clinic is open', () => {
  const hours = {
    1: [
      ['09:00', '12:00'],
      ['13:00', '17:00'],
    ],
  } as Parameters<typeof uselessBreaks>[0];
  expect(uselessBreaks(hours, { 1: [['11:30', '13:30']] })).toEqual([]);
  expect(uselessBreaks(hours, { 1: [['12:00', '13:00']], 2: [['10:00', '10:15']] })).toMatchObject([
    { day: '1', index: 0 },
    { day: '2', index: 0 },
  ]);
});

test.each([
  ['Teeth Whitening', 'teeth-whitening'],
  ['  Zahnreinigung & Prophylaxe (groß) ', 'zahnreinigung-prophylaxe-gross'],
  ['Consulta Médica nº 2', 'consulta-medica-no-2'],
  ['Łódź, København', 'lodz-kobenhavn'],
  ["Children's check-up", 'childrens-check-up'],
  ['針灸', 'service'],
  ['---', 'service'],
  [`${'very '.repeat(30)}long`, expect.stringMatching(/^(very-)+very$/)],
])('the slug of %j', (name, slug) => {
  expect(slugOf(name)).toEqual(slug);
});

describe('a span of time off', () => {
  const shown = (starts: string, ends: string) => {
    const { all_day, first_day, last_day } = presentTimeOff({
      id: '',
      provider_id: null,
      title: '',
      ...readSpan(starts, ends),
    });
    return { all_day, first_day, last_day };
  };

  test('a span of one day is that day', () => {
    expect(shown('2026-12-24', '2026-12-24')).toEqual({
      all_day: true,
      first_day: '2026-12-24',
      last_day: '2026-12-24',
    });
  });

  test('goes over months, leap days and years', () => {
    expect(shown('2028-02-28', '2028-02-29')).toMatchObject({ last_day: '2028-02-29' });
    expect(shown('2026-12-31', '2027-01-01')).toMatchObject({ last_day: '2027-01-01' });
  });

  test('may begin in the middle of a day and end with another', () => {
    expect(readSpan('2026-12-23T13:00', '2026-12-24')).toEqual({
      starts_local: '2026-12-23T13:00:00',
      ends_local: '2026-12-25T00:00:00',
    });
    expect(shown('2026-12-23T13:00', '2026-12-24')).toEqual({
      all_day: false,
      first_day: '2026-12-23',
      last_day: '2026-12-24',
    });
  });
});

describe('an appointment fits a week', () => {
  const hours: WeeklyHours = {
    1: [
      ['09:00', '12:00'],
      ['12:00', '24:00'],
    ],
    2: [['00:00', '06:00']],
    7: [['20:00', '24:00']],
  };
  const breaks: WeeklyHours = { 1: [['10:00', '10:30']], 2: [['03:00', '03:30']] };

  test.each([
    [true, '1', '09:00', '10:00'],
    [true, '1', '10:30', '12:00'],
    [true, '1', '23:30', '00:00'],
    [false, '1', '08:45', '09:15'],
    [false, '1', '09:45', '10:15'],
    // Windows that touch are one, at noon and at midnight.
    [true, '1', '11:45', '12:15'],
    [true, '1', '23:45', '00:15'],
    [true, '1', '22:00', '03:00'],
    [false, '1', '22:00', '03:15'],
    [false, '2', '05:45', '06:15'],
    // No one opens on Monday at midnight.
    [false, '7', '23:45', '00:15'],
    [false, '2', '09:00', '10:00'],
  ])('%s on day %s from %s to %s', (expected, weekday, from, to) => {
    expect(fitsWeek({ weekday, from, to }, hours, breaks)).toBe(expected);
  });

  test('from Sunday night to Monday morning', () => {
    const late = { ...hours, 1: [['00:00', '02:00']] } satisfies WeeklyHours;
    const fits = (to: string, pause: WeeklyHours = {}) =>
      fitsWeek({ weekday: '7', from: '23:00', to }, late, pause);
    expect(fits('02:00')).toBe(true);
    expect(fits('02:15')).toBe(false);
    expect(fits('01:00', { 1: [['00:30', '00:45']] })).toBe(false);
  });
});
