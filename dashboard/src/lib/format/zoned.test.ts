import { expect, test } from 'vitest';
import { dayKey, startOfDay } from './zoned.ts';

const at = (iso: string) => Date.parse(iso);

test('the day of an instant is the day in the clinic, not here', () => {
  expect(dayKey('2030-01-07T03:00:00Z', 'America/New_York')).toBe('2030-01-06');
  expect(dayKey('2030-01-07T03:00:00Z', 'Asia/Tokyo')).toBe('2030-01-07');
});

test('a day begins at local midnight, also across a month and a change of clocks', () => {
  expect(startOfDay(at('2030-01-31T20:00:00Z'), 'America/New_York').toISOString()).toBe(
    '2030-01-31T05:00:00.000Z',
  );
  expect(startOfDay(at('2030-01-31T20:00:00Z'), 'America/New_York', 1).toISOString()).toBe(
    '2030-02-01T05:00:00.000Z',
  );
  expect(startOfDay(at('2030-03-10T18:00:00Z'), 'America/New_York', 1).toISOString()).toBe(
    '2030-03-11T04:00:00.000Z',
  );
  expect(startOfDay(at('2030-03-10T18:00:00Z'), 'America/New_York').toISOString()).toBe(
    '2030-03-10T05:00:00.000Z',
  );
});
