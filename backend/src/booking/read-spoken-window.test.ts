import { describe, expect, test } from 'vitest';
import type { SpokenSetting, SpokenWish } from './read-spoken-time.ts';
import { readSpokenWindow } from './read-spoken-window.ts';

/** Monday, November 30, 2026, ten in the morning; open from nine to five on workdays. */
const setting: SpokenSetting = {
  now: new Date('2026-11-30T15:00:00Z'),
  timeZone: 'America/New_York',
  horizon: new Date('2027-11-30T15:00:00Z'),
  monthFirst: true,
  isOpen: (at) => {
    const hour = new Date(at - 5 * 3_600_000).getUTCHours();
    return hour >= 9 && hour < 17;
  },
  isBookable: ({ dayOfWeek }) => dayOfWeek < 6,
};

/** "2026-12-01 from 540 until 720 near 600", as far as each was said. */
function windowOf(wish: SpokenWish): string {
  const reading = readSpokenWindow(wish, setting);
  if (reading.kind === 'ask') return [reading.code, ...reading.choices].join(' ');
  const days = reading.days.map(({ from, to }) => (from.equals(to) ? `${from}` : `${from} to ${to}`));
  const { fromMinute, untilMinute, near, prefer } = reading;
  return [
    days.join(' or ') || 'any day',
    ...(fromMinute === undefined ? [] : [`from ${fromMinute}`]),
    ...(untilMinute === undefined ? [] : [`until ${untilMinute}`]),
    ...(near === undefined ? [] : [`near ${near}`]),
    ...(prefer === undefined ? [] : [prefer]),
  ].join(' ');
}

describe('the free times a caller wants to hear', () => {
  test.each<[string, SpokenWish, string]>([
    ['nothing said', {}, 'any day'],
    ['a day', { words: 'tomorrow' }, '2026-12-01'],
    ['a day and an hour', { date: '2026-12-01', words: 'tomorrow at 4 pm' }, '2026-12-01 near 960'],
    ['a day with its hour in one', { date: '2026-12-01T16:00:00' }, '2026-12-01 near 960'],
    ['a part of a day', { words: 'tomorrow morning' }, '2026-12-01 from 0 until 720'],
    ['a week', { words: 'next week' }, '2026-12-07 to 2026-12-13'],
    ['two days in one', { words: 'next Friday' }, 'DATE_UNCLEAR 2026-12-04 2026-12-11'],
  ])('%s: %j is %s', (_what, wish, expected) => {
    expect(windowOf(wish)).toBe(expected);
  });
});
