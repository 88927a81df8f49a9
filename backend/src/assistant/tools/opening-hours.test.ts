import type { WeeklyHours } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { openWindows, spokenWeek } from './opening-hours.ts';

const OFFICE: [string, string][] = [['09:00', '17:00']];
const week: WeeklyHours = { 1: OFFICE, 2: OFFICE, 3: OFFICE, 4: OFFICE, 5: OFFICE };

test('days with the same hours are said together', () => {
  expect(spokenWeek([week])).toBe('Monday to Friday 9:00 AM to 5:00 PM');
  expect(
    spokenWeek([
      {
        ...week,
        3: [
          ['08:00', '12:00'],
          ['14:00', '24:00'],
        ],
        6: [['00:00', '12:30']],
      },
    ]),
  ).toBe(
    'Monday and Tuesday 9:00 AM to 5:00 PM; Wednesday 8:00 AM to 12:00 PM and 2:00 PM to midnight; ' +
      'Thursday and Friday 9:00 AM to 5:00 PM; Saturday 12:00 AM to 12:30 PM',
  );
  expect(spokenWeek([{ 1: OFFICE, 3: OFFICE }])).toBe(
    'Monday 9:00 AM to 5:00 PM; Wednesday 9:00 AM to 5:00 PM',
  );
});

test('the clinic is open while anyone works', () => {
  expect(
    spokenWeek([
      { 1: [['09:00', '12:00']] },
      {
        1: [
          ['11:00', '15:00'],
          ['16:00', '17:00'],
        ],
      },
    ]),
  ).toBe('Monday 9:00 AM to 3:00 PM and 4:00 PM to 5:00 PM');
  expect(spokenWeek([{}, {}])).toBe('');
});

test('breaks are taken out, wherever they lie', () => {
  const day = (...breaks: [string, string][]) => openWindows({ 1: [['09:00', '17:00']] }, { 1: breaks })[1];
  expect(day()).toEqual([['09:00', '17:00']]);
  expect(day(['12:00', '13:00'])).toEqual([
    ['09:00', '12:00'],
    ['13:00', '17:00'],
  ]);
  expect(day(['08:00', '09:30'], ['16:30', '18:00'])).toEqual([['09:30', '16:30']]);
  expect(day(['17:00', '18:00'])).toEqual([['09:00', '17:00']]);
  expect(day(['08:00', '18:00'])).toBeUndefined();
});
