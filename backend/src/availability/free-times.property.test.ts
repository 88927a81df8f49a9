import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { NOTHING, spansOf } from '../platform/local-time/spans.ts';
import type { WorkingHours } from '../schedule/working-hours.ts';
import { inProof } from '../testing/proofs.ts';
import { findFreeTimes } from './find-free-times.ts';
import { week } from './testing/builders.ts';
import { judgeDay, type Raw, type RawRequest } from './testing/naive-model.ts';

const MINUTE = 60_000;
const CLINICS = inProof({ short: 1_000, long: 10_000 });

/** Days around which the clocks change there, and quiet ones. */
const PLACES = [
  ['UTC', '2026-11-23'],
  ['America/New_York', '2026-03-07'],
  ['America/New_York', '2026-10-31'],
  ['Australia/Lord_Howe', '2026-04-04'],
  ['Australia/Lord_Howe', '2026-10-03'],
  ['Pacific/Chatham', '2026-09-26'],
  ['Asia/Kolkata', '2026-06-01'],
] as const;

const windowOf = (longest: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 1, max: longest }))
    .map(([quarter, quarters]): [number, number] => [
      quarter * 15,
      Math.min(quarter * 15 + quarters * 15, 1_440),
    ]);
const weekly = (longest: number, most: number) =>
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 7 }), windowOf(longest)), { minLength: most, maxLength: most })
    .map((windows) => Object.groupBy(windows, ([day]) => day))
    .map((days) =>
      Object.fromEntries(
        Object.entries(days).map(([day, some]) => [day, (some ?? []).map(([, one]) => one)]),
      ),
    );
const interval = (longest: number) =>
  fc
    .tuple(fc.integer({ min: -60, max: 2 * 1_440 }), fc.integer({ min: 1, max: longest }))
    .map(([from, minutes]) => ({ from: from * MINUTE, to: (from + minutes) * MINUTE }));
const some = <T>(one: fc.Arbitrary<T>, maxLength: number) => fc.array(one, { maxLength });

const provider = (id: string) =>
  fc.record({
    id: fc.constant(id),
    calendar: fc.constantFrom('none', 'fresh', 'stale'),
    hours: weekly(32, 12),
    breaks: weekly(6, 5),
    absences: some(interval(300), 1),
    appointments: some(interval(120), 6),
    blocks: some(interval(90), 3),
    sessions: some(fc.integer({ min: 0, max: 2 * 96 }), 1),
  });

const cases = fc
  .record({
    place: fc.constantFrom(...PLACES),
    providers: fc.tuple(provider('ada'), provider('ben')),
    holidays: some(interval(400), 1),
    now: fc.integer({ min: -1_440, max: 1_440 }),
    noticeMs: fc.constantFrom(0, 0, 30 * MINUTE, 300 * MINUTE),
    horizon: fc.constantFrom(400, 1_440, 100_000),
    from: fc.integer({ min: 0, max: 1_000 }),
    span: fc.integer({ min: 1, max: 1_600 }),
    durationMs: fc.constantFrom(15, 30, 50, 120, 480).map((minutes) => minutes * MINUTE),
    stepMinutes: fc.constantFrom(15, 20, 30, 45, 60),
    bufferBeforeMs: fc.constantFrom(0, 10 * MINUTE),
    bufferAfterMs: fc.constantFrom(0, 0, 25 * MINUTE),
    stalePolicy: fc.constantFrom('closed', 'internal_only'),
  })
  .map(({ place: [timeZone, date], span, ...rest }): RawRequest => {
    const zero = Temporal.PlainDate.from(date).toZonedDateTime(timeZone).epochMilliseconds;
    const moved = (intervals: { from: number; to: number }[]) =>
      intervals.map(({ from, to }) => ({ from: zero + from, to: zero + to }));
    const from = zero + rest.from * MINUTE;
    return {
      ...rest,
      timeZone,
      holidays: moved(rest.holidays),
      now: zero + rest.now * MINUTE,
      horizon: zero + rest.horizon * MINUTE,
      from,
      to: from + span * MINUTE,
      providers: rest.providers.map(
        (one): Raw => ({
          ...one,
          absences: moved(one.absences),
          appointments: moved(one.appointments),
          blocks: moved(one.blocks),
          sessions: one.sessions.map((quarter) => {
            const start = zero + quarter * 15 * MINUTE + 5 * MINUTE;
            return { start, from: start, to: start + rest.durationMs, seatsLeft: 2 };
          }),
        }),
      ),
    };
  });

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const hoursOf = (days: Raw['hours']): WorkingHours =>
  Object.fromEntries(
    Object.entries(days).map(([day, windows]) => [
      day,
      windows.map(([opens, closes]): [string, string] => [clock(opens), clock(closes)]),
    ]),
  );
const engine = (request: RawRequest) =>
  findFreeTimes({
    ...request,
    holidays: spansOf(request.holidays),
    explainUntil: Number.MAX_SAFE_INTEGER,
    providers: request.providers.map((one) => ({
      ...one,
      name: one.id,
      hours: week(hoursOf(one.hours)),
      breaks: week(hoursOf(one.breaks)),
      absences: spansOf(one.absences),
      appointments: spansOf(one.appointments),
      blocks: spansOf(one.blocks),
      starts: NOTHING.from,
      ends: NOTHING.to,
    })),
  });
const localDates = ({ from, to, now, timeZone }: RawRequest): string[] => {
  const dateOf = (at: number) =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate();
  const dates: string[] = [];
  const last = dateOf(to - 1);
  for (
    let date = dateOf(Math.max(from, now));
    Temporal.PlainDate.compare(date, last) <= 0;
    date = date.add({ days: 1 })
  ) {
    dates.push(date.toString());
  }
  return dates;
};

test('in random clinics a start is offered if and only if no rule refuses it, and explain says which one does', () => {
  let offered = 0;
  const said = new Map<string, number>();
  fc.assert(
    fc.property(cases, (request) => {
      const { slots, refused, emptyDays } = engine(request);
      const free = new Map(slots.map((slot) => [`${slot.providerId} ${slot.from}`, slot]));
      const reasons = new Map(refused.map((one) => [`${one.providerId} ${one.local}`, one]));
      if (free.size !== slots.length || reasons.size !== refused.length)
        throw new Error('Something is said twice.');
      let starts = 0;
      for (const date of localDates(request)) {
        let isEmpty = true;
        for (const { providerId, local, start, against } of judgeDay(request, date)) {
          const reason = reasons.get(`${providerId} ${local}`)?.reason;
          if (start === undefined) {
            if (reason !== undefined) expect(reason).toBe('dst_gap');
            continue;
          }
          const isFree = free.has(`${providerId} ${start}`);
          const isAsked = start >= request.from && start < request.to;
          if (isFree) [starts, isEmpty] = [starts + 1, false];
          if (isFree !== (isAsked && against.size === 0))
            throw new Error(`${local} ${[...against]} ${isFree}`);
          // Explained exactly when it was asked for and is not offered; with a reason that holds.
          if ((reason !== undefined) !== (isAsked && !isFree)) throw new Error(`${local}: ${reason}`);
          if (reason !== undefined && !against.has(reason))
            throw new Error(`${local}: ${reason}, not ${[...against]}`);
          if (reason !== undefined) said.set(reason, (said.get(reason) ?? 0) + 1);
        }
        expect(emptyDays.some((day) => day.date === date)).toBe(isEmpty);
      }
      // Nothing is offered that the calendar and the clock do not know of.
      expect(starts).toBe(slots.length);
      offered += slots.length;
    }),
    { numRuns: CLINICS },
  );
  // The cases are worth something: all rules were met with, and much was free.
  expect(offered).toBeGreaterThan(CLINICS);
  for (const reason of ['break', 'holiday', 'time_off', 'notice', 'horizon', 'full', 'past', 'too_short'])
    expect(said.get(reason) ?? 0, reason).toBeGreaterThan(CLINICS / 100);
  for (const reason of ['busy_elsewhere', 'calendar_stale'])
    expect(said.get(reason) ?? 0, reason).toBeGreaterThan(CLINICS / 100);
}, 120_000);
