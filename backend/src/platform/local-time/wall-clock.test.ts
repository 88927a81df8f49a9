import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { fromWallClock } from './wall-clock.ts';

const iso = (date: string, time: string, zone = 'America/New_York') =>
  fromWallClock(date, time, zone).toISOString();
const refusal = (date: string, time: string, zone = 'America/New_York') => {
  try {
    fromWallClock(date, time, zone);
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error(`${date} ${time} was taken`);
};

describe('a date and a time of the clinic’s wall clock', () => {
  test.each([
    ['09:00', '14:00'],
    ['9:00', '14:00'],
    ['9', '14:00'],
    ['9 am', '14:00'],
    ['9am', '14:00'],
    ['9:00 AM', '14:00'],
    ['9:00 a.m.', '14:00'],
    ['09:00:00', '14:00'],
    [' 9:30 AM ', '14:30'],
    ['2:30 pm', '19:30'],
    ['14:30', '19:30'],
    ['2:30 P.M.', '19:30'],
    ['12 pm', '17:00'],
    ['12:15 am', '05:15'],
    ['00:00', '05:00'],
    ['23:59', '28:59'],
  ])('%s in New York is %s in London', (time, utc) => {
    const [hours = 0, minutes = 0] = utc.split(':').map(Number);
    const expected = new Date(Date.UTC(2026, 10, 23, hours, minutes)).toISOString();
    expect(iso('2026-11-23', time)).toBe(expected);
  });

  test('a date may leave out leading zeros', () => {
    expect(iso('2027-1-5', '9:00')).toBe('2027-01-05T14:00:00.000Z');
  });

  test.each([
    ['2026-02-30', 'There is no 2026-02-30 in the calendar'],
    ['2026-04-31', 'There is no 2026-04-31 in the calendar'],
    ['2027-02-29', 'There is no 2027-02-29 in the calendar'],
    ['2026-13-01', 'There is no 2026-13-01 in the calendar'],
    ['2026-00-10', 'There is no 2026-00-10 in the calendar'],
  ])('%s does not exist, and is not rolled over', (date, words) => {
    expect(refusal(date, '09:00')).toMatchObject({
      code: 'INVALID_TIME',
      message: expect.stringContaining(words),
    });
  });

  test('29 February exists every fourth year', () => {
    expect(iso('2028-02-29', '09:00')).toBe('2028-02-29T14:00:00.000Z');
  });

  test.each([
    'tomorrow',
    '11/23/2026',
    '23.11.2026',
    '2026-11',
    '',
    '20261123',
    '2026-11-23T09:00',
    '-2026-11-23',
  ])('"%s" is not a date', (date) => {
    const { code, message } = refusal(date, '09:00');
    expect(code).toBe('INVALID_TIME');
    expect(message).toContain('such as 2026-11-23');
  });

  test.each(['24:00', '25:00', '9:60', '13 pm', '0 am', 'noon', '', '9:5', '-1:00', '9 o’clock', '९:००'])(
    '"%s" is not a time of day',
    (time) => {
      const { code, message } = refusal('2026-11-23', time);
      expect(code).toBe('INVALID_TIME');
      expect(message).toContain('09:30 or 9:30 AM');
    },
  );

  test('ten kilobytes of text are refused in a short sentence', () => {
    expect(refusal('9'.repeat(10_000), '09:00').message.length).toBeLessThan(200);
    expect(refusal('2026-11-23', '9'.repeat(10_000)).message.length).toBeLessThan(200);
  });

  test.each([
    ['2026-03-08', '02:30', 'America/New_York'],
    ['2026-03-29', '02:00', 'Europe/Berlin'],
    ['2026-10-04', '02:15', 'Australia/Lord_Howe'],
    ['2026-09-27', '03:00', 'Pacific/Chatham'],
  ])('%s %s in %s was skipped by the clocks, and the error says so', (date, time, zone) => {
    const { code, message } = refusal(date, time, zone);
    expect(code).toBe('INVALID_TIME');
    expect(message).toContain(`go forward on ${date}`);
    expect(message).toContain(time);
  });

  test.each([
    ['2026-11-01', '01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['2026-10-25', '02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-04-05', '01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
  ])('%s %s in %s happens twice: the first one counts', (date, time, zone, expected) => {
    expect(iso(date, time, zone)).toBe(expected);
  });

  test('whatever it takes reads the same on the clinic’s clock', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Chatham', 'UTC'),
        fc.integer({ min: 0, max: 365 * 7 }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        (zone, days, hour, minute) => {
          const date = Temporal.PlainDate.from('2024-01-01').add({ days });
          const time = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
          let at: Date;
          try {
            at = fromWallClock(date.toString(), time, zone);
          } catch {
            const skipped = date.toZonedDateTime({ timeZone: zone, plainTime: time }).toPlainTime();
            return skipped.toString({ smallestUnit: 'minute' }) !== time;
          }
          const read = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone);
          return read.toPlainDateTime().toString({ smallestUnit: 'minute' }) === `${date}T${time}`;
        },
      ),
      { numRuns: 500 },
    );
  });
});
