import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { dayNumberOf, instantAt, localDay, minuteOf } from '../platform/local-time/local-day.ts';
import { daily, freeTimes, MINUTE, provider } from './testing/builders.ts';

const ZONES = [
  'America/New_York',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Havana',
  'America/Santiago',
  'America/Asuncion',
  'America/Nuuk',
  'Atlantic/Azores',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Dublin',
  'Europe/Chisinau',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Jerusalem',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Adelaide',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Auckland',
];
const wall = (at: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
const clock = (at: number, zone: string) =>
  wall(at, zone).toPlainDateTime().toString({ smallestUnit: 'minute' });

/** The days of 2024 to 2030 on which the clocks change, and their neighbours. */
function daysOfChange(zone: string): Temporal.PlainDate[] {
  const days: Temporal.PlainDate[] = [];
  let at = Temporal.ZonedDateTime.from(`2024-01-01T00:00[${zone}]`).getTimeZoneTransition('next');
  while (at && at.year <= 2030) {
    // At midnight the old day is the longer one.
    for (const shift of [-2, -1, 0, 1]) days.push(at.toPlainDate().add({ days: shift }));
    at = at.getTimeZoneTransition('next');
  }
  return days.length > 0 ? days : [Temporal.PlainDate.from('2026-03-29')];
}

describe.each(ZONES)('in %s, around every change of the clocks from 2024 to 2030', (zone) => {
  const days = daysOfChange(zone).map((day) => {
    const from = day.toZonedDateTime(zone).epochMilliseconds;
    const to = day.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds;
    const times = (opens: string, closes: string, more = {}) =>
      freeTimes({
        from,
        to,
        timeZone: zone,
        explainUntil: to,
        durationMs: 15 * MINUTE,
        providers: [provider('ada', { hours: daily(opens, closes) })],
        ...more,
      });
    return { day, from, to, times };
  });

  test('a clinic opens at nine and closes at five by the wall, and each time is on its grid', () => {
    for (const { day, times } of days) {
      const labels = times('09:00', '17:00', { stepMinutes: 20 }).slots.map((slot) => clock(slot.from, zone));
      expect(labels).toHaveLength(24);
      expect([labels[0], labels.at(-1)]).toEqual([`${day}T09:00`, `${day}T16:40`]);
      for (const label of labels) expect(Number(label.slice(14)) % 20).toBe(0);
    }
  });

  test('round the clock every quarter that exists is offered once; the skipped ones are refused as such', () => {
    for (const { day, from, to, times } of days) {
      const { slots, refused } = times('00:00', '24:00');
      const labels = slots.map((slot) => clock(slot.from, zone));
      const skipped = refused.map(({ reason, local }) => (reason === 'dst_gap' ? local : reason));
      // All quarters of a day, in two heaps.
      expect(new Set([...labels, ...skipped]).size).toBe(labels.length + skipped.length);
      expect([...labels, ...skipped].sort()).toEqual(
        Array.from({ length: 96 }, (_, n) => {
          const time = Temporal.PlainTime.from({ hour: Math.floor(n / 4), minute: (n % 4) * 15 });
          return `${day}T${time.toString({ smallestUnit: 'minute' })}`;
        }),
      );
      expect(skipped).toHaveLength(Math.max(0, 24 * 60 - (to - from) / MINUTE) / 15);
      expect(slots.map((slot) => slot.from)).toEqual(
        slots.map((slot) => slot.from).toSorted((a, b) => a - b),
      );
      for (const slot of slots) expect(slot.from >= from && slot.to <= to).toBe(true);
    }
  });

  test('a time that comes twice means the first one, and everything is as long as it is', () => {
    for (const { day, times } of days) {
      for (const slot of times('00:00', '06:00').slots) {
        const first = Temporal.PlainDateTime.from(clock(slot.from, zone)).toZonedDateTime(zone, {
          disambiguation: 'earlier',
        });
        expect(first.epochMilliseconds, `${day}`).toBe(slot.from);
        expect(slot.to - slot.from).toBe(15 * MINUTE);
      }
    }
  });

  test('an instant and its minute of the wall are found from each other', () => {
    for (const { day, from, to } of days) {
      for (let at = from; at < to; at += 30 * MINUTE) {
        const number = dayNumberOf(at, zone);
        const here = localDay(number, zone);
        expect(here.date).toBe(day.toString());
        const minute = minuteOf(here, at);
        const shown = wall(at, zone);
        expect(minute).toBe(shown.hour * 60 + shown.minute);
        expect(instantAt(here, minute)).toBeLessThanOrEqual(at);
      }
    }
  });
});
