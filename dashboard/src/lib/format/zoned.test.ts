import { expect, test } from 'vitest';
import { addDays, dayKey, instantAt, minuteOfDay, startOfDay, weekdayOf } from './zoned.ts';

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

test('days are counted on the calendar, whatever the clocks do', () => {
  expect(addDays('2030-03-09', 2)).toBe('2030-03-11');
  expect(addDays('2030-01-01', -1)).toBe('2029-12-31');
  expect([weekdayOf('2030-01-07'), weekdayOf('2030-01-13')]).toEqual([1, 7]);
});

test('a time on the clinic’s clock is one instant, also for people who look from elsewhere', () => {
  expect(new Date(instantAt('2030-01-07', 9 * 60, 'America/New_York') ?? 0).toISOString()).toBe(
    '2030-01-07T14:00:00.000Z',
  );
  expect(minuteOfDay('2030-01-07T14:00:00Z', 'America/New_York')).toBe(9 * 60);
  expect(minuteOfDay('2030-01-07T14:00:00Z', 'Asia/Kolkata')).toBe(19 * 60 + 30);
});

test('a time that the clocks skip does not exist, and one that they show twice is the first of the two', () => {
  const newYork = (day: string, minute: number) => instantAt(day, minute, 'America/New_York');
  expect(newYork('2030-03-10', 2 * 60 + 30)).toBeNull();
  expect(newYork('2030-03-10', 3 * 60)).toBe(at('2030-03-10T07:00:00Z'));
  expect(newYork('2030-11-03', 60 + 30)).toBe(at('2030-11-03T05:30:00Z'));
  // Half an hour is skipped on Lord Howe.
  expect(instantAt('2030-10-06', 2 * 60 + 15, 'Australia/Lord_Howe')).toBeNull();
  expect(instantAt('2030-10-06', 2 * 60 + 30, 'Australia/Lord_Howe')).not.toBeNull();
});

test('every quarter of an hour that exists leads back to itself', () => {
  for (const timeZone of ['America/New_York', 'Asia/Kolkata', 'Pacific/Chatham', 'Australia/Lord_Howe']) {
    for (const day of ['2030-03-10', '2030-04-07', '2030-09-29', '2030-10-06', '2030-11-03']) {
      for (let minute = 0; minute < 24 * 60; minute += 15) {
        const instant = instantAt(day, minute, timeZone);
        if (instant === null) continue;
        expect([dayKey(instant, timeZone), minuteOfDay(instant, timeZone)]).toEqual([day, minute]);
      }
    }
  }
});
