import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WorkingHours } from '../schedule/working-hours.ts';
import { type FreeSlot, type FreeTimesRequest, firstPerStart } from './find-free-times.ts';
import { DAY, freeTimes, MINUTE, provider } from './testing/builders.ts';

const PLACES = [
  ['UTC', '2026-11-23T00:00:00Z'],
  ['America/New_York', '2026-03-07T05:00:00Z'],
  ['America/New_York', '2026-10-31T04:00:00Z'],
  ['America/Santiago', '2026-09-05T03:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T13:30:00Z'],
] as const;

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const hours = fc
  .array(
    fc.tuple(
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 0, max: 90 }),
      fc.integer({ min: 1, max: 96 }),
    ),
    {
      minLength: 3,
      maxLength: 12,
    },
  )
  .map((windows) => {
    const week: WorkingHours = {};
    for (const [day, from, quarters] of windows) {
      const key = String(day) as '1';
      week[key] = [[clock(from * 15), clock(Math.min((from + quarters) * 15, 1_440))]];
    }
    return week;
  });
const busy = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 * 1_440 }), fc.integer({ min: 5, max: 1_500 })), {
  maxLength: 3,
});

const cases = fc.record({
  place: fc.constantFrom(...PLACES),
  staff: fc.array(fc.record({ hours, busy }), { minLength: 1, maxLength: 5 }),
  from: fc.integer({ min: 0, max: 1_500 }),
  span: fc.integer({ min: 1, max: 5 * 1_440 }),
  stepMinutes: fc.constantFrom(5, 15, 20, 60),
  firstPerStart: fc.boolean(),
  limits: fc.record({ answers: fc.integer({ min: 1, max: 40 }), starts: fc.integer({ min: 1, max: 400 }) }),
});

/** As a client that asks again from where the last answer ended. */
function inParts(request: Parameters<typeof freeTimes>[0], answers: number) {
  const slots: FreeSlot[] = [];
  const days: string[] = [];
  let from: number | undefined = request.from;
  let parts = 0;
  while (from !== undefined) {
    const part = freeTimes({ ...request, from });
    const starts = new Map<number, number>();
    for (const slot of part.slots) starts.set(slot.from, (starts.get(slot.from) ?? 0) + 1);
    // One start may be had with everyone: it is not torn apart.
    if (starts.size > 1) expect(part.slots.length).toBeLessThanOrEqual(answers);
    if (part.cutAt !== undefined) expect(part.cutAt).toBeGreaterThan(from);
    slots.push(...part.slots);
    days.push(...part.emptyDays.map(({ date }) => date));
    from = part.cutAt;
    parts += 1;
  }
  return { slots, days, parts };
}

test('asking part by part gives what one answer without limits holds, each start once', () => {
  let parts = 0;
  fc.assert(
    fc.property(cases, ({ place: [timeZone, zero], staff, limits, span, ...rest }) => {
      const midnight = Date.parse(zero);
      const from = midnight + rest.from * MINUTE;
      const request: Pick<FreeTimesRequest, 'from' | 'to'> & Partial<FreeTimesRequest> = {
        ...rest,
        timeZone,
        now: midnight - DAY,
        from,
        to: from + span * MINUTE,
        providers: staff.map((one, index) =>
          provider(`p${index}`, {
            hours: one.hours,
            busy: one.busy.map(([start, minutes]) => ({
              from: midnight + start * MINUTE,
              to: midnight + (start + minutes) * MINUTE,
            })),
          }),
        ),
      };
      const whole = freeTimes(request);
      const torn = inParts({ ...request, limits }, limits.answers);
      expect(torn.slots).toEqual(whole.slots);
      expect(torn.days).toEqual(whole.emptyDays.map(({ date }) => date));
      parts += torn.parts;
    }),
    { numRuns: 1_000 },
  );
  // Much of it came in parts.
  expect(parts).toBeGreaterThan(5_000);
});

const MONDAY = Date.parse('2026-11-23T00:00:00Z');
const many = Array.from({ length: 50 }, (_, index) => provider(`p${String(index).padStart(2, '0')}`));
const week = { from: MONDAY, to: MONDAY + 7 * DAY, providers: many };

test('when many are free, each start has the one who comes first', () => {
  const all = freeTimes(week).slots;
  expect(freeTimes({ ...week, firstPerStart: true }).slots).toEqual(firstPerStart(all));
});

test('what is explained counts, too, and ends at the same moment for everyone', () => {
  const taken = many.map((one) => ({
    ...one,
    ...provider(one.id, { busy: [{ from: MONDAY, to: MONDAY + 9 * DAY }] }),
  }));
  const limits = { answers: 120, starts: 1_000_000 };
  const { slots, refused, emptyDays, cutAt } = freeTimes({
    ...week,
    providers: taken,
    explainUntil: MONDAY + 7 * DAY,
    limits,
  });
  expect([slots.length, refused.length, emptyDays]).toEqual([0, 100, []]);
  expect(new Date(cutAt ?? 0).toISOString()).toBe('2026-11-23T09:30:00.000Z');
});
