import { describe, expect, test } from 'vitest';
import type { SpokenRequest, SpokenSetting } from './read-spoken-time.ts';
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
function windowOf(request: SpokenRequest): string {
  const reading = readSpokenWindow(request, setting);
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
  test.each<[string, SpokenRequest, string]>([
    ['nothing said', {}, 'any day'],
    ['a day', { words: 'tomorrow' }, '2026-12-01'],
    ['a day and an hour', { date: '2026-12-01', words: 'tomorrow at 4 pm' }, '2026-12-01 near 960'],
    ['a day with its hour in one', { date: '2026-12-01T16:00:00' }, '2026-12-01 near 960'],
    ['a part of a day', { words: 'tomorrow morning' }, '2026-12-01 from 0 until 720'],
    ['a week', { words: 'next week' }, '2026-12-07 to 2026-12-13'],
    ['two days in one', { words: 'next Friday' }, 'DATE_UNCLEAR 2026-12-04 2026-12-11'],
    ['a bound', { words: 'tomorrow after 3' }, '2026-12-01 from 900 until 1440'],
    ['a bound before', { words: 'Friday before noon' }, '2026-12-04 from 0 until 720'],
    ['no earlier', { words: 'Friday, no earlier than 2' }, '2026-12-04 from 840 until 1440'],
    ['not a part of the day', { words: 'Thursday not in the morning' }, '2026-12-03 from 720 until 1440'],
    ['not the other end of it', { words: 'Thursday but not in the evening' }, '2026-12-03 from 0 until 1020'],
    ['not the middle of it', { words: 'Thursday, not over lunch' }, 'DATE_UNCLEAR'],
    ['not an hour', { words: 'Thursday but not at 10' }, 'DATE_UNCLEAR'],
    ['not before an hour', { words: 'Thursday but not before 3' }, '2026-12-03 from 900 until 1440'],
    ['not after an hour', { words: 'Thursday but not after 3' }, '2026-12-03 from 0 until 900'],
    ['not between two hours', { words: 'Thursday but not between 2 and 4' }, 'DATE_UNCLEAR'],
    ['an hour or later', { words: 'Thursday at 2 or later' }, '2026-12-03 from 840 until 1440'],
    ['about an hour', { words: 'tomorrow around 3:30' }, '2026-12-01 near 930'],
    ['a bare hour', { words: 'have you got something tomorrow at four?' }, '2026-12-01 near 960'],
    ['an hour of any day', { words: 'at 4 pm' }, 'any day near 960'],
    ['the late afternoon', { words: 'tomorrow, late afternoon' }, '2026-12-01 from 900 until 1020'],
    ['the early morning', { words: 'early tomorrow morning' }, '2026-12-01 from 0 until 600'],
    ['lunch', { words: 'Wednesday over lunch' }, '2026-12-02 from 690 until 810'],
    ['a span of hours', { words: 'Wednesday between 2 and 4' }, '2026-12-02 from 840 until 960'],
    ['a span over noon', { words: 'Wednesday from 11 to 1' }, '2026-12-02 from 660 until 780'],
    [
      'a span in the afternoon',
      { words: 'Wednesday two to four in the afternoon' },
      '2026-12-02 from 840 until 960',
    ],
    ['the last of the day', { words: 'the last appointment of the day tomorrow' }, '2026-12-01 last'],
    ['the soonest', { words: 'as soon as possible' }, 'any day first'],
    ['the soonest, from a model', { date: 'asap' }, 'any day first'],
    ['the earliest', { words: 'what is your earliest?' }, 'any day first'],
    ['the next one free', { words: 'the next available' }, 'any day first'],
    ['the soonest of a day', { words: 'the earliest on Friday' }, '2026-12-04 first'],
    ['this week', { words: 'this week' }, '2026-11-30 to 2026-12-06'],
    ['a week from its days', { words: 'the week of December 14th' }, '2026-12-14 to 2026-12-20'],
    ['a month', { words: 'in January' }, '2027-01-01 to 2027-01-31'],
    ['a weekend', { words: 'this weekend' }, '2026-12-05 to 2026-12-06'],
    ['two days', { words: 'Tuesday or Thursday afternoon' }, '2026-12-01 or 2026-12-03 from 720 until 1020'],
    ['several days in a row', { words: 'Tuesday through Thursday' }, '2026-12-01 to 2026-12-03'],
    ['a day that is not wished', { words: 'tomorrow, not Wednesday' }, '2026-12-01'],
    ['no day', { words: 'any day but Friday' }, 'DATE_UNCLEAR'],
    ['a week without a day', { words: 'next week, not Monday' }, '2026-12-08 to 2026-12-13'],
    [
      'a week with a day out of it',
      { words: 'next week except for Wednesday' },
      '2026-12-07 to 2026-12-08 or 2026-12-10 to 2026-12-13',
    ],
    ['days of which none is left', { words: 'this weekend, not Saturday, not Sunday' }, 'DATE_UNCLEAR'],
    ['the late part of a month', { words: 'late January' }, '2027-01-21 to 2027-01-31'],
    ['the middle of a month', { words: 'mid January' }, '2027-01-11 to 2027-01-20'],
    ['the end of a month', { words: 'the end of December' }, '2026-12-21 to 2026-12-31'],
    ['a week of a month', { words: 'the second week of January' }, '2027-01-08 to 2027-01-14'],
    ['the first week of a month', { words: 'first week of January' }, '2027-01-01 to 2027-01-07'],
    ['the last week of a month', { words: 'the last week of December' }, '2026-12-25 to 2026-12-31'],
    ['the early part of a week', { words: 'early next week' }, '2026-12-07 to 2026-12-09'],
    ['the end of a week', { words: 'the end of next week' }, '2026-12-10 to 2026-12-13'],
    ['the middle of a week', { words: 'the middle of next week' }, '2026-12-08 to 2026-12-10'],
    ['a holiday', { words: 'Christmas Eve in the morning' }, '2026-12-24 from 0 until 720'],
    ['days after a holiday', { words: 'after Christmas' }, '2026-12-26 to 2027-11-30'],
    ['days before a holiday', { words: 'sometime before Christmas' }, '2026-11-30 to 2026-12-24'],
    ['days between holidays', { words: 'between Christmas and New Year’s' }, '2026-12-25 to 2027-01-01'],
    ['the week of a holiday', { words: 'Christmas week' }, '2026-12-21 to 2026-12-27'],
    ['the week after a holiday', { words: 'the week after Christmas' }, '2026-12-28 to 2027-01-03'],
    ['the week before a holiday', { words: 'the week before Christmas' }, '2026-12-14 to 2026-12-24'],
    ['a weekday after a movable holiday', { words: 'the Monday after Mother’s Day' }, '2027-05-10'],
    ['a day after Easter', { words: 'the day after Easter' }, '2027-03-29'],
    ['a holiday that has just passed', { words: 'the week after Thanksgiving' }, 'DATE_UNCLEAR'],
    ['a holiday nobody counted', { words: 'after the holidays' }, 'DATE_UNCLEAR'],
    ['first thing', { words: 'first thing Thursday' }, '2026-12-03 from 0 until 720 first'],
    ['the end of a day', { words: 'end of day Friday' }, '2026-12-04 last'],
    ['late in the morning', { words: 'late morning' }, 'any day from 600 until 720'],
    ['any time', { words: 'any time' }, 'any day'],
    ['any time, with a hyphen', { words: 'Any-time works for me.' }, 'any day'],
    ['any moment', { words: 'at any moment' }, 'any day'],
    ['any day at all', { words: 'any day at all' }, 'any day'],
    ['any hour of a week', { words: 'any hour of the week' }, 'any day'],
    ['any time at all on a day', { words: 'any time at all on Friday' }, '2026-12-04'],
    ['a day, or any time on another', { words: 'Tuesday or any time Thursday' }, '2026-12-01 or 2026-12-03'],
    ['any time that there is', { words: 'Friday if you have any time' }, '2026-12-04'],
    ['whenever', { words: 'whenever you can' }, 'any day'],
    ['any time of a day', { words: 'any time Friday' }, '2026-12-04'],
    ['whenever on a day', { words: 'Friday, whenever' }, '2026-12-04'],
    ['any day of a week', { words: 'any day next week' }, '2026-12-07 to 2026-12-13'],
    ['days between two', { words: 'between Tuesday and Thursday' }, '2026-12-01 to 2026-12-03'],
    [
      'the hour at the end of an afternoon',
      { words: 'tomorrow at 5 pm in the afternoon' },
      '2026-12-01 near 1020',
    ],
    ['any day after one', { words: 'any day after Friday' }, '2026-12-05 to 2027-11-30'],
    ['a last day', { words: 'sometime by Friday' }, '2026-11-30 to 2026-12-04'],
    [
      'days before one',
      { words: 'before the 10th, in the morning' },
      '2026-11-30 to 2026-12-09 from 0 until 720',
    ],
    ['nothing of a time', { words: 'I need a cleaning' }, 'any day'],
    ['a corrected hour', { words: 'tomorrow at 10, make that 4' }, '2026-12-01 near 960'],
    ['a time after work', { words: 'Thursday after work' }, '2026-12-03 from 1020 until 1440'],
    ['a part against the hour', { words: 'tomorrow morning after 3 pm' }, 'DATE_UNCLEAR'],
    ['a day in one field, an hour in another', { date: '2026-12-01', time: '16:00' }, '2026-12-01 near 960'],
    [
      'a date of another year',
      { date: '2024-12-01', words: 'in the morning' },
      '2026-12-01 from 0 until 720',
    ],
  ])('%s: %j is %s', (_what, request, expected) => {
    expect(windowOf(request)).toBe(expected);
  });
});
