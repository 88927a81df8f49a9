import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENGLISH } from './grammar/english.ts';
import { readSentence } from './grammar/sentence.ts';
import { readSpokenTime } from './read-spoken-time.ts';
import { onClock, settingOf } from './testing/spoken-scene.ts';

/** Monday, November 30, 2026, ten in the morning; open from nine to five on workdays. */
const setting = settingOf({ now: '2026-11-30T15:00:00Z', zone: 'America/New_York', country: 'US' });

const DAYS = [
  ['tomorrow', '2026-12-01'],
  ['Thursday', '2026-12-03'],
  ['Thursday the 3rd', '2026-12-03'],
  ['the ninth', '2026-12-09'],
  ['on December 9th', '2026-12-09'],
  ['the day after tomorrow', '2026-12-02'],
  ['a week from Friday', '2026-12-11'],
  ['the second Tuesday of January', '2027-01-12'],
  ['the last Friday in January', '2027-01-29'],
  ['a month from tomorrow', '2027-01-01'],
  ['the day before the 10th', '2026-12-09'],
  ['Wednesday next week', '2026-12-09'],
  ['Friday week', '2026-12-11'],
  ['on the twenty third', '2026-12-23'],
  ['2027-01-05', '2027-01-05'],
] as const;
const TIMES = [
  ['at 10', '10:00'],
  ['at ten thirty', '10:30'],
  ['at three in the afternoon', '15:00'],
  ['at ten oh five', '10:05'],
  ['at half past two', '14:30'],
  ['at a quarter to eleven', '10:45'],
  ['at noon', '12:00'],
  ['at 1500 hours', '15:00'],
  ['10:15 a.m.', '10:15'],
  ['at five past four', '16:05'],
  ['at 11 Eastern time', '11:00'],
] as const;
const BEFORE = [
  '',
  'um,',
  'I would like to come in',
  'hi, this is Maria, do you have anything',
  'my tooth hurts, so',
  'can you do',
  'no,',
  'for my 2 kids',
  'I live in apartment 5,',
];
const BEHIND = [
  '',
  'please',
  'if possible',
  'would be great',
  'for a cleaning',
  'if that works for you',
  'thanks a lot',
  'with Dr. Lee',
];
/** What changes the day or the hour, and where it must come to do so. */
const CHANGES: readonly ((day: string, time: string) => string)[] = [
  (day, time) => `not ${day} ${time}`,
  (day, time) => `any day except ${day} ${time}`,
  (day, time) => `${day} ${time} unless it snows`,
  (day, time) => `${day} ${time} or at 9`,
  (day, time) => `${day} or Monday the 7th ${time}`,
  (day, time) => `${day} ${time} and my son at 4:45`,
  (day, time) => `any time after ${time.replace(/^at /, '')} ${day}`,
  (day, time) => `${day} before ${time.replace(/^at /, '')}`,
  (day, time) => `some day after ${day} ${time}`,
  (day, time) => `${day} from 9 until ${time.replace(/^at /, '')}`,
  (day, time) => `between ${day} and the 28th ${time}`,
  (day, time) => `two weeks from ${day} ${time}`,
  (day, time) => `instead of ${day} ${time}`,
  (day, time) => `${day} ${time}, no`,
  (day, time) => `${day} ${time}, make that 9:45`,
  (day, time) => `${day} ${time} Tokyo time`,
  (day, time) => `${day} ${time} every week`,
  (day, time) => `${day} an hour before ${time.replace(/^at /, '')}`,
  (day, time) => `I can’t do ${day} ${time}`,
  (day, time) => `${day} ${time} doesn’t work`,
  (day, time) => `if I can’t have Monday then ${day} ${time}`,
];

const read = (words: string): string => {
  const reading = readSpokenTime({ words }, setting);
  return reading.kind === 'ask'
    ? 'ask'
    : onClock(reading.at, setting.timeZone).toString({ smallestUnit: 'minute' });
};

describe('a sentence of a day, a time and the words around them', () => {
  const parts = fc.record({
    day: fc.constantFrom(...DAYS),
    time: fc.constantFrom(...TIMES),
    before: fc.constantFrom(...BEFORE),
    behind: fc.constantFrom(...BEHIND),
    isTimeFirst: fc.boolean(),
    mark: fc.constantFrom('', ','),
  });

  test('is read as that day and that time, whatever their order, their capitals and their punctuation', () => {
    fc.assert(
      fc.property(parts, fc.constantFrom('as it is', 'loud', 'ended'), (said, how) => {
        const { day, time, before, behind, isTimeFirst, mark } = said;
        const request = isTimeFirst ? [time[0], day[0]] : [day[0] + mark, time[0]];
        const sentence = [before, ...request, behind].filter(Boolean).join(' ');
        const words = how === 'loud' ? sentence.toUpperCase() : how === 'ended' ? `${sentence}.` : sentence;
        expect([words, read(words)]).toEqual([words, `${day[1]}T${time[1]}`]);
      }),
      { numRuns: 1_500 },
    );
  });

  test('is not read as that day and that time when a word changes one of them', () => {
    fc.assert(
      fc.property(parts, fc.constantFrom(...CHANGES), ({ day, time, before, behind }, change) => {
        const words = [before, change(day[0], time[0]), behind].filter(Boolean).join(' ');
        expect([words, read(words)]).not.toEqual([words, `${day[1]}T${time[1]}`]);
      }),
      { numRuns: 1_500 },
    );
  });
});

test('a sentence is read in the order of its length, and the longest is a question', () => {
  const words = 'not next week two to four or the third Thursday after half past ten except between '.repeat(
    200,
  );
  const sentence = readSentence(words, ENGLISH, true);
  expect(sentence).toMatchObject({ isDayUnclear: true, isTimeUnclear: true });
  expect(read(`tomorrow at 10 ${'please '.repeat(60)}`)).toBe('ask');
});
