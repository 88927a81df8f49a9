import { describe, expect, test } from 'vitest';
import { readSpokenTime, type SpokenRequest, type SpokenSetting } from './read-spoken-time.ts';
import { readSpokenWindow } from './read-spoken-window.ts';
import { onClock, settingOf } from './testing/spoken-scene.ts';

/** Monday, November 30, 2026; the caller’s appointment is on Friday, December 4 at ten in the morning. */
const clinic = settingOf({ now: '2026-11-30T15:00:00Z', zone: 'America/New_York', country: 'US' });
const moving = { ...clinic, standing: new Date('2026-12-04T15:00:00Z') };

function timeOf(request: SpokenRequest, setting: SpokenSetting = moving): string {
  const reading = readSpokenTime(request, setting);
  return reading.kind === 'ask'
    ? 'ask'
    : onClock(reading.at, setting.timeZone).toString({ smallestUnit: 'minute' }).replace('T', ' ');
}

const SAID: [SpokenRequest, string][] = [
  [{ words: 'at 11 instead' }, '2026-12-04 11:00'],
  [{ words: 'at 11 instead of 10' }, '2026-12-04 11:00'],
  [{ words: 'same time, Thursday' }, '2026-12-03 10:00'],
  [{ words: 'the same time but Thursday' }, '2026-12-03 10:00'],
  [{ words: 'at the same time on the 10th' }, '2026-12-10 10:00'],
  [{ words: 'can we do the same day but at 3' }, '2026-12-04 15:00'],
  [{ words: 'an hour later' }, '2026-12-04 11:00'],
  [{ words: 'half an hour earlier, please' }, '2026-12-04 09:30'],
  [{ words: 'Thursday, an hour later' }, '2026-12-03 11:00'],
  [{ date: '2026-12-03', words: 'same time' }, '2026-12-03 10:00'],
  [{ date: '2026-12-03', time: '10:00', words: 'same time' }, '2026-12-03 10:00'],
  [{ time: '11:00', words: 'same day' }, '2026-12-04 11:00'],
];

describe('a new time that is said from the appointment to be moved', () => {
  test.each(SAID)('%j is %s', (request, expected) => {
    expect(timeOf(request)).toBe(expected);
  });

  test.each(SAID.filter(([{ time, date }]) => !time && !date))(
    '%j is asked about where no appointment is moved',
    (request) => {
      expect(timeOf(request, clinic)).toBe('ask');
    },
  );

  test.each<SpokenRequest>([
    { words: 'a week later' },
    { words: 'two days earlier' },
    { words: 'same time Friday at 9' },
    { words: 'an hour later at 3' },
    { words: 'Thursday, a week later' },
    { words: 'not the same time' },
    { words: 'same day, or the day after, at 11' },
    { date: '2026-12-03', time: '09:00', words: 'same time' },
    { date: '2026-12-03', time: '11:00', words: 'same day' },
    { words: 'at 3' },
    { words: 'Thursday' },
  ])('%j leaves something to ask', (request) => {
    expect(timeOf(request)).toBe('ask');
  });

  test('is searched for on its day', () => {
    const window = readSpokenWindow({ words: 'a week later' }, moving);
    expect(window.kind === 'window' && window.days.map(({ from, to }) => `${from} ${to}`)).toEqual([
      '2026-12-11 2026-12-11',
    ]);
  });
});
