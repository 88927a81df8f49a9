import { Temporal } from 'temporal-polyfill';
import { instantOf } from '../platform/local-time/wall-clock.ts';
import type { ClockWords } from './grammar/clock-phrases.ts';
import type { DayWords } from './grammar/day-phrases.ts';
import type { PartWords, Sentence } from './grammar/sentence.ts';
import { type Heard, isIn, searchedDayOf } from './read-spoken-day.ts';
import {
  calendarOf,
  heardBy,
  minutesOf,
  readSpokenTime,
  type SpokenRequest,
  type SpokenSetting,
} from './read-spoken-time.ts';
import { resolveDay } from './resolve-day.ts';
import { ask, type DayReading, type SpokenCalendar, type SpokenQuestion } from './spoken-questions.ts';

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

/**
 * The days and the part of the day that a caller wants to hear the free times of, or the question to ask. Wider than
 * `readSpokenTime`: "Tuesday or Thursday", "after 3" and "this week" are wishes here, and no time has to be said.
 */
export function readSpokenWindow(
  request: SpokenRequest,
  setting: SpokenSetting,
): SpokenWindow | SpokenQuestion {
  const heard = heardBy(request, setting);
  const sentences = [heard.time, heard.date, heard.words, heard.weekday];
  const days = daysOf(heard, sentences, calendarOf(setting));
  if ('kind' in days) return days;
  const time = timeOf(request, sentences, days.days[0]?.from, setting);
  if ('kind' in time) return time;
  const prefer = sentences.flatMap((sentence) => sentence.prefer ?? [])[0];
  return { kind: 'window', ...days, ...time, ...(prefer && { prefer }) };
}

type Days = Pick<SpokenWindow, 'days' | 'original'>;

function daysOf(heard: Heard, sentences: Sentence[], calendar: SpokenCalendar): Days | SpokenQuestion {
  const isNamed = sentences.some(
    (one) => one.days.length + one.notDays.length + one.dayBounds.length > 0 || one.isDayUnclear,
  );
  const isGiven = Boolean(heard.given.date?.trim()) && heard.date.prefer === undefined;
  if (!isNamed && !isGiven) return { days: [] };
  const several = alternatives(heard, calendar) ?? bounded(heard, calendar);
  if (several) return { days: several };
  const reading = searchedDayOf(heard, calendar);
  if (reading.kind === 'ask') return reading;
  // "Late January" isn't a part of a day.
  const isEdge = sentences.some(({ parts }) => parts.some(({ part, edge }) => edge && !part));
  if (reading.kind === 'week' && isEdge) return unclear();
  const excluded = sentences.flatMap(({ notDays }) => notDays);
  const days = without(excluded, rangeOf(reading), calendar);
  // No days would mean any.
  if (days.length === 0)
    return ask('DATE_UNCLEAR', 'It isn’t clear which day they mean. Ask for one day and its date.');
  return {
    days,
    ...(reading.kind === 'day' && reading.original && { original: reading.original }),
  };
}

const rangeOf = (reading: Exclude<DayReading, SpokenQuestion>): SpokenWindow['days'][number] =>
  reading.kind === 'day' ? { from: reading.date, to: reading.date } : { from: reading.from, to: reading.to };

/** What is left of a range without the days that are not wished: "next week, not Monday". */
function without(
  excluded: DayWords[],
  { from, to }: SpokenWindow['days'][number],
  calendar: SpokenCalendar,
): SpokenWindow['days'] {
  if (excluded.length === 0) return [{ from, to }];
  const ranges: SpokenWindow['days'] = [];
  for (let date = from; Temporal.PlainDate.compare(date, to) <= 0; date = date.add({ days: 1 })) {
    if (excluded.some((day) => isIn(day, { kind: 'day', date }, calendar))) continue;
    const last = ranges.at(-1);
    if (last?.to.add({ days: 1 }).equals(date)) last.to = date;
    else ranges.push({ from: date, to: date });
  }
  return ranges;
}

/** "Tuesday or Thursday", "Monday to Wednesday": said by the caller, with nothing in the way. */
function alternatives({ words, given }: Heard, calendar: SpokenCalendar): SpokenWindow['days'] | undefined {
  if (given.date?.trim() || given.weekday?.trim() || words.notDays.length > 0) return undefined;
  const whole = (days: readonly DayWords[]) => {
    const readings = days.map((day) => resolveDay(day, [], calendar));
    return readings.some(({ kind }) => kind === 'ask')
      ? undefined
      : readings.flatMap((reading) => (reading.kind === 'ask' ? [] : [rangeOf(reading)]));
  };
  if (words.daySpan && words.days.length === 2) {
    const [first, last] = whole(words.daySpan) ?? [];
    const isInOrder = first && last && Temporal.PlainDate.compare(first.from, last.from) < 0;
    return isInOrder ? [{ from: first.from, to: last.to }] : undefined;
  }
  if (!words.isEither || words.isDayUnclear || words.isDayUnknown || words.days.length < 2) return undefined;
  return whole(words.days)?.sort((a, b) => Temporal.PlainDate.compare(a.from, b.from));
}

/** "after Friday", "by the 10th", "from Monday to Wednesday". */
function bounded({ words, given }: Heard, calendar: SpokenCalendar): SpokenWindow['days'] | undefined {
  const { days, notDays, dayBounds, isDayUnclear, isDayUnknown } = words;
  if (given.date?.trim() || given.weekday?.trim() || dayBounds.length === 0) return undefined;
  if (days.length + notDays.length > 0 || isDayUnclear || isDayUnknown) return undefined;
  const range = { from: calendar.today, to: calendar.lastDay };
  for (const { side, day } of dayBounds) {
    const reading = resolveDay(day, [], calendar);
    if (reading.kind === 'ask') return undefined;
    const { from, to } = rangeOf(reading);
    if (side === 'after') range.from = to.add({ days: 1 });
    if (side === 'from') range.from = from;
    if (side === 'before') range.to = from.subtract({ days: 1 });
    if (side === 'until') range.to = to;
  }
  return Temporal.PlainDate.compare(range.from, range.to) > 0 ? undefined : [range];
}

type Time = Pick<SpokenWindow, 'fromMinute' | 'untilMinute' | 'near'>;

function timeOf(
  request: SpokenRequest,
  sentences: Sentence[],
  day: Temporal.PlainDate | undefined,
  setting: SpokenSetting,
): Time | SpokenQuestion {
  const clocks = sentences.flatMap((one) => one.clocks);
  const parts = sentences.flatMap((one) => one.parts);
  if (sentences.some(({ isTimeUnclear, isTimeUnknown }) => isTimeUnclear || isTimeUnknown)) return unclear();
  const left = sentences.flatMap((one) => one.notParts).map(leftBeside);
  // "Not at ten" and "not over lunch" leave no one stretch of the day.
  if (left.includes(undefined) || sentences.some((one) => one.notClocks.length > 0)) return unclear();
  const edges = [
    ...parts.flatMap(edgesOf),
    ...left.flatMap((edge) => (edge ? [edge] : [])),
    ...boundsOf(sentences, parts, day, setting),
  ];
  const fromMinute = Math.max(0, ...edges.map(([from]) => from));
  const untilMinute = Math.min(1_440, ...edges.map(([, until]) => until));
  // A time that its part of the day does not have leaves nothing.
  if (!(fromMinute < untilMinute)) return unclear();
  const bounds = {
    ...(fromMinute > 0 || untilMinute < 1_440 ? { fromMinute, untilMinute } : {}),
  };
  if (clocks.length === 0) return bounds;
  // Read as for booking, where a day was named: what is offered first is what would be booked.
  const exact = day && readSpokenTime(request, setting);
  if (exact?.kind === 'time') {
    const local = Temporal.Instant.fromEpochMilliseconds(exact.at.getTime()).toZonedDateTimeISO(
      setting.timeZone,
    );
    const near = local.hour * 60 + local.minute;
    // "5:30 in the afternoon" is later than the afternoons that are searched.
    return near < fromMinute || near >= untilMinute ? { near } : { ...bounds, near };
  }
  const named = new Set(clocks.map((clock) => likely(clock, parts, day, setting)));
  const [near] = named;
  return named.size === 1 && near !== undefined ? { ...bounds, near } : unclear();
}

const unclear = (): SpokenQuestion =>
  ask('DATE_UNCLEAR', 'It isn’t clear what time of day they mean. Ask for one time, or a part of the day.');

/** R8: when the parts of a day are, for a search. */
const PARTS = {
  morning: [0, 12],
  afternoon: [12, 17],
  evening: [17, 24],
  night: [17, 24],
  lunch: [11.5, 13.5],
  pm: [12, 24],
} as const;

/** Where early ends and late begins. */
const MIDDLE = { morning: 10, afternoon: 15, evening: 19, night: 19, lunch: 12.5, pm: 15 } as const;

function edgesOf({ part, edge }: PartWords): [number, number][] {
  const [from, until] = part ? PARTS[part] : [0, 24];
  if (edge === 'early') return [[from * 60, (part ? MIDDLE[part] : 10) * 60]];
  if (edge === 'late') return [[(part ? MIDDLE[part] : 15) * 60, until * 60]];
  return [[from * 60, until * 60]];
}

function boundsOf(
  sentences: Sentence[],
  parts: PartWords[],
  day: Temporal.PlainDate | undefined,
  setting: SpokenSetting,
): [number, number][] {
  const minute = (clock: ClockWords) => likely(clock, parts, day, setting);
  return sentences.flatMap(({ bounds, spans }) => [
    ...bounds.map(({ side, clock }): [number, number] =>
      side === 'after' ? [minute(clock), 1_440] : [0, minute(clock)],
    ),
    ...spans.map(({ from, to }): [number, number] => {
      const [first, last] = [minute({ ...from, half: from.half ?? halfBefore(from, to) }), minute(to)];
      return [first, last];
    }),
  ]);
}

/** "from 2 to 4 pm" is all in the afternoon, "from 11 to 1 pm" is not. */
const halfBefore = (from: ClockWords, to: ClockWords): ClockWords['half'] =>
  to.half && from.hour % 12 < to.hour % 12 && !from.is24 ? to.half : undefined;

/** The one of its readings in which the clinic is open, else the one that most people are awake in. */
function likely(
  clock: ClockWords,
  parts: PartWords[],
  day: Temporal.PlainDate | undefined,
  setting: SpokenSetting,
): number {
  const minutes = minutesOf(clock, setting).filter((minute) =>
    parts.every(
      ({ part }) => part === undefined || part === 'lunch' || minute < 720 === (part === 'morning'),
    ),
  );
  const date = day ?? calendarOf(setting).today.add({ days: 1 });
  const open = minutes.filter((minute) => {
    const at = instantOf(
      date.toPlainDateTime({ hour: Math.floor(minute / 60), minute: minute % 60 }),
      setting.timeZone,
    );
    return at !== undefined && setting.isOpen(at.getTime());
  });
  const daytime = minutes.filter((minute) => minute >= 7 * 60 && minute < 19 * 60);
  return [...open, ...daytime, ...minutes][0] ?? Number.NaN;
}

/** The one stretch of the day that is left without an excluded part: "not in the morning" is from noon. */
function leftBeside(part: PartWords): [number, number] | undefined {
  const [[from, until] = [0, 0]] = edgesOf(part);
  if (from === 0) return [until, 1_440];
  return until === 1_440 ? [0, from] : undefined;
}
