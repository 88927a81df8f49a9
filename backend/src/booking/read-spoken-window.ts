import { Temporal } from 'temporal-polyfill';
import { readSpokenDay, type SpokenQuestion } from './read-spoken-day.ts';
import { calendarOf, readSpokenTime, type SpokenSetting, type SpokenWish } from './read-spoken-time.ts';
import { readWords } from './spoken-words.ts';

/** When a caller would like to come, as far as they said it: for offering free times, not for booking one. */
export interface SpokenWindow {
  kind: 'window';
  /** In order, both ends included; several for "Tuesday or Thursday". Empty when no day was named: the soonest. */
  days: { from: Temporal.PlainDate; to: Temporal.PlainDate }[];
  /** The appointment should begin from this minute of the clinic's day: 900 for "after 3". */
  fromMinute?: number;
  /** It should begin before this minute of the clinic's day. */
  untilMinute?: number;
  /** The minute of the day that was named: "at four", "around 3:30". */
  near?: number;
  /** "the last appointment of the day", or "as soon as possible". */
  prefer?: 'first' | 'last';
  /** The date as it was given, when only its year was wrong: the full date must be read back. */
  original?: string;
}

/** R8: when the parts of a day are, for a search. */
const PARTS = { morning: [0, 12], afternoon: [12, 17], evening: [17, 24] } as const;

/** The days and the part of the day that a caller wants to hear the free times of, or the question to ask. */
export function readSpokenWindow(wish: SpokenWish, setting: SpokenSetting): SpokenWindow | SpokenQuestion {
  const texts = [wish.date, wish.time, wish.words, wish.at, wish.weekday];
  if (!texts.some((text) => text?.trim())) return { kind: 'window', days: [] };
  const part = texts.map((text) => readWords(text ?? '', setting.monthFirst).part).find(Boolean);
  const time = readSpokenTime(wish, setting);
  if (time.kind === 'time') {
    const local = Temporal.Instant.fromEpochMilliseconds(time.at.getTime()).toZonedDateTimeISO(
      setting.timeZone,
    );
    const date = local.toPlainDate();
    return {
      kind: 'window',
      days: [{ from: date, to: date }],
      near: local.hour * 60 + local.minute,
      ...(time.original && { original: time.original }),
    };
  }
  const day = readSpokenDay(wish, calendarOf(setting));
  if (day.kind === 'ask') return day;
  const hours = part && PARTS[part];
  return {
    kind: 'window',
    days: [day.kind === 'week' ? { from: day.from, to: day.to } : { from: day.date, to: day.date }],
    ...(hours && { fromMinute: hours[0] * 60, untilMinute: hours[1] * 60 }),
    ...(day.kind === 'day' && day.original && { original: day.original }),
  };
}
