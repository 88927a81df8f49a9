import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closestTo, findFreeTimes, type ProviderSchedule } from './availability.ts';
import type { WorkingHours } from './working-hours.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** A Monday, 0:00 UTC. */
const MONDAY = Date.parse('2026-11-23T00:00:00Z');
const at = (text: string) => Date.parse(`${text}:00Z`);
const nineToFive: WorkingHours = Object.fromEntries(
  ['1', '2', '3', '4', '5'].map((day) => [day, [['09:00', '17:00']]]),
);
const ada = (busy: ProviderSchedule['busy'] = [], hours = nineToFive): ProviderSchedule => ({
  id: 'ada',
  name: 'Dr. Ada',
  hours,
  busy,
});
const ask = (change: object = {}) =>
  findFreeTimes({
    providers: [ada()],
    from: MONDAY,
    to: MONDAY + DAY,
    durationMs: 30 * MINUTE,
    timeZone: 'UTC',
    ...change,
  });
const starts = (change: object = {}) =>
  ask(change).slots.map((slot) => new Date(slot.from).toISOString().slice(11, 16));

describe('free times', () => {
  test('are offered every quarter of an hour, the last one ending when the clinic closes', () => {
    const offered = starts();
    expect(offered.slice(0, 3)).toEqual(['09:00', '09:15', '09:30']);
    expect(offered.at(-1)).toBe('16:30');
    expect(offered).toHaveLength(31);
  });

  test('begin with the opening time, whatever it is', () => {
    const hours: WorkingHours = { 1: [['09:10', '10:00']] };
    expect(starts({ providers: [ada([], hours)] })).toEqual(['09:10', '09:25']);
  });

  test('leave out what overlaps an appointment, and keep what only touches it', () => {
    const busy = [{ from: at('2026-11-23T10:00'), to: at('2026-11-23T11:00') }];
    const offered = starts({ providers: [ada(busy)] });
    expect(offered).toContain('09:30');
    expect(offered).toContain('11:00');
    for (const time of ['09:45', '10:00', '10:30', '10:45']) expect(offered).not.toContain(time);
  });

  test.each([
    ['closed', 'a Sunday', { from: MONDAY - DAY, to: MONDAY }],
    ['too_short', 'a service longer than the day', { durationMs: 9 * 60 * MINUTE }],
    ['past', 'an evening', { from: at('2026-11-23T16:45') }],
    ['out_of_range', 'an early morning', { to: at('2026-11-23T08:00') }],
    ['full', 'a booked-out day', { providers: [ada([{ from: MONDAY, to: MONDAY + DAY }])] }],
    ['closed', 'a clinic without providers', { providers: [] }],
  ])('%s is the reason of %s', (reason, _what, change) => {
    const { slots, emptyDays } = ask(change);
    expect(slots).toEqual([]);
    expect(emptyDays.map((day) => day.reason)).toEqual([reason]);
  });

  test('a day that is cut off before opening is not called full', () => {
    const { emptyDays } = ask({ from: at('2026-11-23T08:00'), to: at('2026-11-24T08:00') });
    expect(emptyDays).toEqual([{ date: '2026-11-24', reason: 'out_of_range' }]);
  });

  const span = fc.record({
    from: fc.integer({ min: 0, max: 5 * 1_440 }),
    minutes: fc.integer({ min: 1, max: 600 }),
  });
  const hour = fc.integer({ min: 0, max: 23 });
  const windows = fc.array(
    fc
      .tuple(hour, hour)
      .map(([from, to]): [string, string] => [
        `${String(from).padStart(2, '0')}:10`,
        to === 0 ? '24:00' : `${String(to).padStart(2, '0')}:00`,
      ]),
    { maxLength: 2 },
  );
  const hours = fc.dictionary(
    fc.constantFrom('1', '2', '3', '4', '5'),
    windows,
  ) as fc.Arbitrary<WorkingHours>;
  const provider = (id: string) =>
    fc.record({
      id: fc.constant(id),
      name: fc.constant(id),
      hours,
      busy: fc.array(
        span.map(({ from, minutes }) => ({
          from: MONDAY + from * MINUTE,
          to: MONDAY + (from + minutes) * MINUTE,
        })),
        { maxLength: 8 },
      ),
    });
  const requests = fc.record({
    providers: fc.tuple(provider('ada'), provider('ben')),
    from: fc.integer({ min: 0, max: 3 * 1_440 }).map((minute) => MONDAY + minute * MINUTE),
    span: fc.integer({ min: 1, max: 3 * 1_440 }),
    durationMs: fc.constantFrom(15, 30, 45, 240).map((minutes) => minutes * MINUTE),
  });

  /** The rules, word by word: every start of every window, and what speaks against it. */
  function byTheBook(request: Parameters<typeof findFreeTimes>[0]): string[] {
    const free: string[] = [];
    for (const { id, hours: week, busy } of request.providers) {
      for (let day = 0; day < 7; day += 1) {
        for (const [opens, closes] of week[String(day + 1) as keyof WorkingHours] ?? []) {
          const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
          for (let minute = minuteOf(opens); minute < minuteOf(closes); minute += 15) {
            const start = MONDAY + day * DAY + minute * MINUTE;
            const end = start + request.durationMs;
            const isInside = end <= MONDAY + day * DAY + minuteOf(closes) * MINUTE;
            const isAsked = start >= request.from && start < request.to;
            if (isInside && isAsked && !busy.some((one) => one.from < end && start < one.to)) {
              free.push(`${start} ${id}`);
            }
          }
        }
      }
    }
    return [...new Set(free)].sort();
  }

  test('are exactly those that the rules allow, for any hours and any appointments', () => {
    fc.assert(
      fc.property(requests, ({ span: minutes, ...rest }) => {
        const request = { ...rest, to: rest.from + minutes * MINUTE, timeZone: 'UTC' };
        const { slots, emptyDays } = findFreeTimes(request);
        const found = new Set(slots.map((slot) => `${slot.from} ${slot.providerId}`));
        expect([...found].sort()).toEqual(byTheBook(request));
        expect(slots.map((slot) => slot.from)).toEqual(
          slots.map((slot) => slot.from).toSorted((a, b) => a - b),
        );
        const days = new Set(slots.map((slot) => new Date(slot.from).toISOString().slice(0, 10)));
        for (let day = request.from; day < request.to; day = Math.floor(day / DAY) * DAY + DAY) {
          const date = new Date(day).toISOString().slice(0, 10);
          expect(emptyDays.filter((empty) => empty.date === date)).toHaveLength(days.has(date) ? 0 : 1);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the times closest to a wish', () => {
  const slot = (minute: number, providerId = 'ada') => ({
    from: minute * MINUTE,
    to: (minute + 30) * MINUTE,
    providerId,
    providerName: providerId,
  });

  test('come in the order of the clock, one of each time', () => {
    const slots = [slot(0), slot(30), slot(30, 'ben'), slot(60), slot(600)];
    expect(closestTo(slots, 45 * MINUTE, 3).map((one) => one.from / MINUTE)).toEqual([0, 30, 60]);
    expect(closestTo(slots, 0, 1).map((one) => one.from)).toEqual([0]);
    expect(closestTo([], 0, 3)).toEqual([]);
  });
});
