import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { isOpen, WorkingHours, windowsOf } from './working-hours.ts';

const ZONES = [
  'America/New_York',
  'America/Chicago',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Havana',
  'America/Santiago',
  'America/Sao_Paulo',
  'America/Nuuk',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Dublin',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Jerusalem',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Auckland',
  'UTC',
];
const EVERY_DAY = ['1', '2', '3', '4', '5', '6', '7'] as const;
const daily = (from: string, to: string): WorkingHours =>
  Object.fromEntries(EVERY_DAY.map((day) => [day, [[from, to]]]));
const wallClock = (at: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime();

/** The days of 2024 to 2030 on which the clocks change, and their neighbours. */
function daysOfChange(zone: string): Temporal.PlainDate[] {
  const days: Temporal.PlainDate[] = [];
  let at = Temporal.ZonedDateTime.from(`2024-01-01T00:00[${zone}]`).getTimeZoneTransition('next');
  while (at && at.year <= 2030) {
    const day = at.toPlainDate();
    days.push(day.subtract({ days: 1 }), day, day.add({ days: 1 }));
    at = at.getTimeZoneTransition('next');
  }
  return days.length > 0 ? days : [Temporal.PlainDate.from('2026-03-29')];
}

describe.each(ZONES)('working hours in %s, around every change of the clocks from 2024 to 2030', (zone) => {
  const days = daysOfChange(zone);

  test('nine to five is nine to five on the wall', () => {
    for (const day of days) {
      const [window] = windowsOf(daily('09:00', '17:00'), day, zone);
      expect(wallClock(window?.from ?? 0, zone).toString()).toBe(`${day}T09:00:00`);
      expect(wallClock(window?.to ?? 0, zone).toString()).toBe(`${day}T17:00:00`);
    }
  });

  test('whatever is offered is open, also when the clinic opens or closes while the clocks change', () => {
    for (const hours of [daily('02:30', '06:00'), daily('00:00', '02:30'), daily('01:30', '03:10')]) {
      for (const day of days) {
        for (const window of windowsOf(hours, day, zone)) {
          const [[opens = '', closes = ''] = []] = hours['1'] ?? [];
          const from = wallClock(window.from, zone);
          expect(from.toPlainTime().toString() >= opens, `${day} ${from}`).toBe(true);
          expect(
            wallClock(window.to - 1, zone)
              .toPlainTime()
              .toString() < closes,
            `${day}`,
          ).toBe(true);
          expect(isOpen(hours, { from: window.from, to: window.to }, zone)).toBe(true);
          expect(isOpen(hours, { from: window.from - 1, to: window.to }, zone)).toBe(false);
          expect(isOpen(hours, { from: window.from, to: window.to + 1 }, zone)).toBe(false);
        }
      }
    }
  });
});

describe('working hours', () => {
  const at = (text: string) => Date.parse(`2026-11-23T${text}:00Z`);

  test('with a break are open before and after it, and not across', () => {
    const hours: WorkingHours = {
      1: [
        ['09:00', '12:00'],
        ['13:00', '17:00'],
      ],
    };
    expect(isOpen(hours, { from: at('11:30'), to: at('12:00') }, 'UTC')).toBe(true);
    expect(isOpen(hours, { from: at('11:45'), to: at('12:15') }, 'UTC')).toBe(false);
    expect(isOpen(hours, { from: at('11:30'), to: at('13:30') }, 'UTC')).toBe(false);
    expect(isOpen(hours, { from: at('13:00'), to: at('17:00') }, 'UTC')).toBe(true);
  });

  test('until midnight end with the day', () => {
    const hours: WorkingHours = { 1: [['20:00', '24:00']] };
    expect(isOpen(hours, { from: at('23:30'), to: at('24:00') }, 'UTC')).toBe(true);
    expect(isOpen(hours, { from: at('23:45'), to: at('24:00') + 15 * 60_000 }, 'UTC')).toBe(false);
  });

  test('are read as times of a day and nothing else', () => {
    expect(WorkingHours.safeParse({ 1: [['00:00', '24:00']] }).success).toBe(true);
    for (const time of ['24:01', '24:30', '25:00', '9:00', '09:60', 'noon']) {
      expect(WorkingHours.safeParse({ 1: [['08:00', time]] }).success, time).toBe(false);
    }
    expect(WorkingHours.safeParse({ 8: [] }).success).toBe(false);
  });
});
