import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isMonthFirst } from '../platform/local-time/wall-clock.ts';
import { readSpokenTime, type SpokenRequest, type SpokenSetting } from './read-spoken-time.ts';
import { onClock, SpokenScene, settingOf } from './testing/spoken-scene.ts';

const Wish = z.strictObject({
  date: z.string().optional(),
  time: z.string().optional(),
  at: z.string().optional(),
  words: z.string().optional(),
  weekday: z.string().optional(),
});
const { scenes, cases } = z
  .strictObject({
    scenes: z.record(z.string(), SpokenScene),
    cases: z.record(z.string(), z.array(z.tuple([z.string(), Wish, z.string()]))),
  })
  .parse(JSON.parse(readFileSync(new URL('./testdata/spoken-dates.json', import.meta.url), 'utf8')));

/** The answer as the corpus writes it. */
function answerTo(request: SpokenRequest, setting: SpokenSetting, withInstant = false): string {
  const reading = readSpokenTime(request, setting);
  if (reading.kind === 'ask') return [reading.code, ...reading.choices].join(' ');
  const local = onClock(reading.at, setting.timeZone).toString({ smallestUnit: 'minute' }).replace('T', ' ');
  return [
    local,
    ...(withInstant ? ['at', reading.at.toISOString()] : []),
    ...(reading.original === undefined ? [] : ['corrected', reading.original]),
  ].join(' ');
}

describe('a date and a time from a voice', () => {
  test('are proved by at least 200 cases', () => {
    expect(Object.values(cases).flat().length).toBeGreaterThanOrEqual(200);
  });

  describe.each(Object.keys(cases))('%s', (rule) => {
    test.each(
      (cases[rule] ?? []).map(([name, request, expected]) => ({
        name,
        request,
        expected,
        asSaid: JSON.stringify(request),
      })),
    )('in $name, $asSaid is $expected', ({ name, request, expected }) => {
      const scene = scenes[name];
      if (!scene) throw new Error(`The corpus has no scene "${name}".`);
      expect(answerTo(request, settingOf(scene), expected.includes(' at '))).toBe(expected);
    });
  });
});

describe('a clock that was written', () => {
  const office = { now: '2026-11-18T15:00:00Z', zone: 'America/New_York', country: 'US' };
  test.each<[string, SpokenRequest, string | undefined]>([
    ['in the afternoon, though it says night', { date: '2026-11-23', time: '03:00' }, '03:00'],
    ['on the clinic’s wall, though it has a Z', { at: '2026-11-23T09:00:00Z' }, '09:00Z'],
    ['on the clinic’s wall, though it has an offset', { at: '2026-11-23T09:30:00+05:30' }, '09:30+05:30'],
    ['with the clinic’s offset', { at: '2026-11-23T09:00:00-05:00' }, undefined],
    ['in UTC, when only that is open', { at: '2026-11-23T21:00:00Z' }, undefined],
    ['as the start of an offered slot', { at: '2026-11-23T14:00:00.000Z' }, undefined],
    ['without a half of the day', { date: '2026-11-23', time: '3:00' }, undefined],
    ['in the words of the caller', { words: 'Monday at 3' }, undefined],
    ['as it is', { date: '2026-11-23', time: '15:00' }, undefined],
  ])('%s is corrected, or it is not', (_how, request, original) => {
    const reading = readSpokenTime(request, settingOf(office));
    expect(reading).toHaveProperty('kind', 'time');
    expect('originalClock' in reading ? reading.originalClock : undefined).toBe(original);
  });
});

const ZONES = [
  'America/New_York',
  'America/St_Johns',
  'Europe/London',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'UTC',
];

describe('whatever is said', () => {
  const settings = fc
    .record({
      now: fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
      zone: fc.constantFrom(...ZONES),
      country: fc.constantFrom('US', 'GB', 'IN', 'JP'),
      days: fc.integer({ min: 1, max: 1095 }),
      hours: fc.constantFrom('office' as const, 'always' as const),
    })
    .map((scene) => settingOf({ ...scene, now: scene.now.toISOString() }));
  const piece = fc.oneof(
    fc.constantFrom(
      ...'next,this,last,monday,Friday,tomorrow,yesterday,today,tonight,a week from,two weeks,the,of,november'.split(
        ',',
      ),
      ...'february,29th,the 5th,thirty first,3/4,12/31/25,at,9,15:30,3 pm,noon,half past two,02:30,Z,-05:00'.split(
        ',',
      ),
      ...'2025-11-23,2026-02-29,2027-03-14T02:30:00,2024-12-31T09:00:00.000Z,+05:30,morning,next week,or,not'.split(
        ',',
      ),
    ),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  const phrase = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(' '));
  const babble = fc.record(
    { date: phrase, time: phrase, at: phrase, words: phrase, weekday: phrase },
    { requiredKeys: [] },
  );
  const request = fc
    .tuple(
      fc.constantFrom('tomorrow', 'monday', 'the 5th', '3/4'),
      piece,
      fc.constantFrom('at 9 am', '15:30', 'at noon'),
    )
    .map((pieces) => ({ words: pieces.join(' ') }));
  const spoken = fc.oneof({ weight: 4, arbitrary: babble }, { weight: 1, arbitrary: request });

  test('it is a time still to come within the horizon, or a question', () => {
    let times = 0;
    fc.assert(
      fc.property(settings, spoken, (setting, request) => {
        const reading = readSpokenTime(request, setting);
        if (reading.kind === 'ask') return reading.say.length > 0 && reading.say.length < 600;
        times += 1;
        return reading.at > setting.now && reading.at <= setting.horizon;
      }),
      { numRuns: 1_500 },
    );
    // Else the property would hold for a reader that understands nothing.
    expect(times).toBeGreaterThan(20);
  }, 180_000);

  test('a written date is that day at that hour, with another year only when it says so, or a question', () => {
    const seen = { same: 0, corrected: 0, asked: 0 };
    fc.assert(
      fc.property(
        settings,
        fc.integer({ min: -900, max: 1_200 }),
        fc.integer({ min: 1, max: 31 }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        (setting, ahead, dayOfMonth, hour, minute) => {
          const near = onClock(setting.now, setting.timeZone).toPlainDate().add({ days: ahead });
          const two = (number: number) => String(number).padStart(2, '0');
          const date = `${near.year}-${two(near.month)}-${two(dayOfMonth)}`;
          const reading = readSpokenTime({ date, time: `${two(hour)}:${two(minute)}` }, setting);
          if (reading.kind === 'ask') {
            seen.asked += 1;
            return true;
          }
          const local = onClock(reading.at, setting.timeZone);
          const isCorrected = local.year !== near.year;
          seen[isCorrected ? 'corrected' : 'same'] += 1;
          return (
            local.month === near.month &&
            local.day === dayOfMonth &&
            local.minute === minute &&
            // "03:00" may be three in the afternoon.
            local.hour % 12 === hour % 12 &&
            (reading.original === undefined ? !isCorrected : isCorrected && reading.original === date)
          );
        },
      ),
      { numRuns: 1_500 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
  }, 180_000);

  test('an hour that the clocks skip is refused, and for an hour that comes twice the first counts', () => {
    const seen = { gaps: 0, overlaps: 0 };
    for (const zone of ZONES) {
      let at = Temporal.ZonedDateTime.from(`2024-01-01T00:00[${zone}]`);
      for (
        let next = at.getTimeZoneTransition('next');
        next && next.year <= 2030;
        next = at.getTimeZoneTransition('next')
      ) {
        at = next;
        const before = next.subtract({ nanoseconds: 1 });
        const shift = (next.offsetNanoseconds - before.offsetNanoseconds) / 60e9;
        if (shift === 0) continue;
        // Ten minutes into what is skipped, or shown a second time.
        const local = before
          .toPlainDateTime()
          .round('minute')
          .add({ minutes: (shift > 0 ? 0 : shift) + 10 });
        const now = new Date(next.epochMilliseconds - 20 * 86_400_000).toISOString();
        const setting = settingOf({ now, zone, country: 'GB', days: 60, hours: 'always' });
        const half = local.hour < 12 ? 'am' : 'pm';
        const time = `${local.hour % 12 || 12}:${String(local.minute).padStart(2, '0')} ${half}`;
        const reading = readSpokenTime({ date: local.toPlainDate().toString(), time }, setting);
        if (shift > 0) {
          seen.gaps += 1;
          expect(reading).toMatchObject({ kind: 'ask', code: 'INVALID_TIME' });
        } else {
          seen.overlaps += 1;
          const first = next.epochMilliseconds + (shift + 10) * 60_000;
          expect(reading).toMatchObject({ kind: 'time', at: new Date(first) });
        }
      }
    }
    expect(seen.gaps).toBeGreaterThan(30);
    expect(seen.overlaps).toBeGreaterThan(30);
  }, 180_000);

  test('ten kilobytes are answered with a short question', () => {
    const long = {
      date: '9'.repeat(10_000),
      time: '2026-11-23 '.repeat(1_000),
      words: 'next friday '.repeat(900),
    };
    const reading = readSpokenTime(
      long,
      settingOf({ now: '2026-11-18T15:00:00Z', zone: 'UTC', country: 'US', days: 365, hours: 'office' }),
    );
    expect(reading).toMatchObject({ kind: 'ask' });
    expect(JSON.stringify(reading).length).toBeLessThan(400);
  });
});

test.each([
  ['US', true],
  ['CA', true],
  ['JP', true],
  ['GB', false],
  ['AU', false],
  ['DE', false],
  ['IN', false],
  ['MX', false],
])('3/4 in %s has the month first: %s', (country, expected) => {
  expect(isMonthFirst(country)).toBe(expected);
});
