import { Temporal } from 'temporal-polyfill';
import { clockName, fullDay, listed } from '../platform/local-time/day-names.ts';
import { localDate } from '../platform/local-time/local-date.ts';
import { instantOf } from '../platform/local-time/wall-clock.ts';
import type { ClockWords } from './grammar/clock-phrases.ts';
import { hasTime, type PartWords, type Sentence } from './grammar/sentence.ts';
import { isOwnZone } from './own-zone.ts';
import { dayOf, type Heard, hear, type SpokenDayRequest } from './read-spoken-day.ts';
import type { SpokenDuty } from './spoken-duty.ts';
import { ask, type SpokenDay, type SpokenQuestion } from './spoken-questions.ts';

/** What was said about a time to book, by the model and by the caller. */
export interface SpokenRequest extends SpokenDayRequest {
  time?: string | undefined;
  /** Date and time in one, with or without an offset. */
  at?: string | undefined;
}

/** What it is read against; the server's clock, never the model's. */
export interface SpokenSetting extends SpokenDuty {
  now: Date;
  timeZone: string;
  /** Until when the service can be booked. */
  horizon: Date;
  /** How the clinic's country writes 3/4. */
  monthFirst: boolean;
  /** When the appointment is that is to be moved: "same time Thursday" is said from it. */
  standing?: Date | undefined;
}

export interface SpokenTime {
  kind: 'time';
  at: Date;
  /** The date as it was given, when only its year was wrong: the full date must be read back. */
  original?: string;
  /** The clock as it was written, if it means another one: "03:00" of an afternoon, the clinic's nine as "09:00Z". */
  originalClock?: string;
}

interface Candidate {
  at: Date;
  local: Temporal.PlainDateTime;
}

/**
 * The requested time, or the question to ask. The time is always on the clinic's clock, still to come,
 * and within the horizon; whether it is open and free then is for booking to say.
 */
export function readSpokenTime(given: SpokenRequest, setting: SpokenSetting): SpokenTime | SpokenQuestion {
  const heard = heardBy(given, setting);
  const day = dayOf(heard, calendarOf(setting));
  if (day.kind === 'week') return ask('DATE_UNCLEAR', 'Which day do you mean? Ask for one day.');
  if (day.kind === 'ask') return day;
  const reading = timeOn(day, heard, setting);
  if (day.original === undefined) return reading;
  if (reading.kind === 'time') return { ...reading, original: day.original };
  return { ...reading, code: 'IN_THE_PAST', say: `${day.original} has passed. ${reading.say}` };
}

/** What was said, read beside the appointment that is to be moved. */
export function heardBy(given: SpokenRequest, { timeZone, monthFirst, standing }: SpokenSetting): Heard {
  const at = standing && Temporal.Instant.fromEpochMilliseconds(standing.getTime());
  const local = at?.toZonedDateTimeISO(timeZone).toPlainDateTime();
  return hear(withOfferedInstant(given, timeZone), monthFirst, local);
}

export const calendarOf = ({
  now,
  timeZone,
  horizon,
  monthFirst,
}: Omit<SpokenSetting, keyof SpokenDuty>) => ({
  today: localDate(now, timeZone),
  lastDay: localDate(horizon, timeZone),
  monthFirst,
});

/**
 * The `start` of an offered slot, copied: milliseconds and Z are what our own answers have. No one says that aloud,
 * so it is the instant it says. Any other "Z" is read as R3 wants it.
 */
function withOfferedInstant(request: SpokenRequest, timeZone: string): SpokenRequest {
  if (request.date && request.time) return request;
  const date = request.at || request.date;
  const isWhole = Boolean(date && /[t ]\d{1,2}:\d\d/i.test(date));
  // A whole timestamp has its own time; one left over in another field is not asked.
  const whole = { ...request, date, time: isWhole ? undefined : request.time };
  if (!date || !/^\s*\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\s*$/.test(date)) return whole;
  try {
    const local = Temporal.Instant.from(date.trim()).toZonedDateTimeISO(timeZone).toPlainDateTime();
    // With its half of the day: two at night, said by a program, is not two in the afternoon.
    const clock = `${local.hour % 12 || 12}:${String(local.minute).padStart(2, '0')} ${local.hour < 12 ? 'AM' : 'PM'}`;
    return { ...whole, date: `${local.toPlainDate()} ${clock}` };
  } catch {
    return whole;
  }
}

function timeOn(day: SpokenDay, heard: Heard, setting: SpokenSetting): SpokenTime | SpokenQuestion {
  const { time, date, words, given } = heard;
  const sentences = [time, date, words];
  // "2026-11-23T00:00:00Z" beside a time is how a program writes a day.
  const dated = date.clocks.filter(({ hour, minute }) => time.clocks.length === 0 || hour + minute > 0);
  const [main, ...others] = [...time.clocks, ...dated, ...words.clocks];
  const isTimeUnread = time.clocks.length === 0 || time.hasMore || time.isTimeUnknown;
  if (given.time?.trim() && isTimeUnread && words.clocks.length === 0 && !hasTime(time)) {
    return notATime(given.time);
  }
  if (!main)
    return hasTime(time) || hasTime(date) || hasTime(words)
      ? whichTimeOn(day, sentences)
      : ask('INVALID_TIME', TIME_MISSING);
  const wrong = [main, ...others].find((clock) => minutesOf(clock, setting).length === 0);
  if (wrong?.isHalf) return whichTimeOn(day, sentences);
  if (wrong) return notATime([given.time, given.date, given.words].find(Boolean) ?? '');
  const unclear = unclearTime(day, heard, main, setting);
  if (unclear) return unclear;

  const minutes = minutesOf(main, setting);
  const all =
    main.offset === undefined
      ? onClock(day.date, minutes, setting.timeZone)
      : byOffset(day.date, main, setting.timeZone);
  const [first] = all;
  // "02:30" is half past two at night, and does not become the afternoon because the clocks skip it.
  const isSkipped = main.is24 && main.offset === undefined && first?.local.hour !== main.hour;
  if (!first || isSkipped) return skipped(day.date, minutes[0] ?? 0, setting.timeZone);
  const agreeing = all.filter(({ local }) => {
    const minute = local.hour * 60 + local.minute;
    return (
      others.every((clock) => minutesOf(clock, setting).includes(minute)) &&
      sentences.every((sentence) => allows(sentence, minute, day, setting))
    );
  });
  if (agreeing.length === 0) {
    const said = others.flatMap((clock) => onClock(day.date, minutesOf(clock, setting), setting.timeZone));
    const choices = [...all, ...said];
    const open = choices.filter(({ at }) => setting.isOpen(at.getTime()));
    return whichTime(open.length > 0 ? open : choices);
  }
  // The model's "22:00" beside a caller's "at ten": the ten that the clinic is open at was meant, or no one knows.
  if (!agreeing.some(({ at }) => setting.isOpen(at.getTime()))) {
    const open = others
      .flatMap((clock) => onClock(day.date, minutesOf(clock, setting), setting.timeZone))
      .filter(({ at }) => setting.isOpen(at.getTime()));
    if (open.length > 0) return whichTime(open);
  }
  // "Not in the morning, at ten": at night is not what is left.
  const isExclusive = sentences.some(
    (one) =>
      one.notParts.length + one.notClocks.length + one.bounds.length > 0 ||
      one.parts.some(
        ({ part, edge }) => (edge && !part) || (one === words && main.is24 && words.clocks.length === 0),
      ),
  );
  if (
    isExclusive &&
    agreeing.length < all.length &&
    !agreeing.some(({ at }) => setting.isOpen(at.getTime()))
  ) {
    return whichTimeOn(day, sentences);
  }
  const chosen = pick(agreeing, main, setting);
  if ('kind' in chosen) return chosen;
  const zones = sentences.flatMap((sentence) => sentence.zones);
  if (!zones.every((zone) => isOwnZone(zone, chosen.at, setting.timeZone))) {
    return ask('DATE_UNCLEAR', `Ask for the time on the clinic’s own clock, on ${fullDay(day.date)}.`, [
      day.date.toString(),
    ]);
  }
  const reading = checked(chosen, setting);
  if (reading.kind === 'ask' || !isReadAnew(chosen, main, all)) return reading;
  return { ...reading, originalClock: asWritten(main) };
}

/** A question when a word could change the hour, and the model's own fields do not settle it. */
function unclearTime(
  day: SpokenDay,
  { time, date, words, given }: Heard,
  main: ClockWords,
  setting: SpokenSetting,
): SpokenQuestion | undefined {
  const sentences = [time, date, words];
  const isFromModel = time.clocks.length > 0 || date.clocks.length > 0;
  const isUnknown =
    sentences.some(({ isTimeUnknown }) => isTimeUnknown) && !(isFromModel && !time.isTimeUnknown);
  // "As late as possible" isn't a clock that a model could have heard.
  const isLast = isFromModel && words.clocks.length === 0 && words.prefer === 'last';
  const isDoubted = isFromModel && words.isHedged && words.clocks.length === 0;
  const isDoubtful =
    isLast || isDoubted || sentences.some(({ isTimeUnclear, spans }) => isTimeUnclear || spans.length > 0);
  if (time.clocks.length > 0 && time.hasMore && words.clocks.length === 0) return notATime(given.time ?? '');
  if (!isUnknown && !isDoubtful && main.maybeDay !== day.date.day) return undefined;
  const clocks = sentences.flatMap((sentence) => sentence.clocks);
  const named = clocks.flatMap((clock) => onClock(day.date, minutesOf(clock, setting), setting.timeZone));
  const open = named.filter(({ at }) => setting.isOpen(at.getTime()));
  return open.length > 1 ? whichTime(open) : whichTimeOn(day, sentences);
}

/** Whether the parts of the day, the bounds and what was excluded leave this minute. */
function allows(sentence: Sentence, minute: number, day: SpokenDay, setting: SpokenSetting): boolean {
  return (
    sentence.parts.every((part) => isWithin(part, minute)) &&
    !sentence.notParts.some((part) => part.part !== undefined && isWithin(part, minute)) &&
    !sentence.notClocks.some((clock) => minutesOf(clock, setting).includes(minute)) &&
    sentence.bounds.every(({ side, clock, isOpen }) =>
      edgesOf(clock, day, setting).some(
        (edge) => (side === 'after' ? minute > edge : minute < edge) || (minute === edge && !isOpen),
      ),
    )
  );
}

/** "Before ten" is before the ten that the clinic is open at; with none of them open it may be either. */
function edgesOf(clock: ClockWords, day: SpokenDay, setting: SpokenSetting): number[] {
  const edges = minutesOf(clock, setting);
  const open = edges.filter((edge) =>
    onClock(day.date, [edge], setting.timeZone).some(({ at }) => setting.isOpen(at.getTime())),
  );
  return open.length > 0 ? open : edges;
}

/** Where the parts of a day lie; "at night" goes over midnight, and a lunch break is when people have it. */
const HOURS = {
  morning: [0, 12],
  afternoon: [12, 19],
  evening: [16, 24],
  lunch: [10, 16],
  night: [17, 28],
  pm: [12, 24],
} as const;

function isWithin({ part, edge }: PartWords, minute: number): boolean {
  if (part === undefined && edge === 'early') return minute < 10 * 60;
  if (part === undefined && edge === 'late') return minute >= 15 * 60;
  if (part === undefined) return true;
  const [from, to] = HOURS[part];
  return (minute >= from * 60 && minute < to * 60) || minute + 1_440 < to * 60;
}

/** Whether the time is another one than a program would take it for. */
function isReadAnew({ at, local }: Candidate, clock: ClockWords, all: Candidate[]): boolean {
  if (clock.offset !== undefined) return all.at(-1)?.at.getTime() !== at.getTime();
  return clock.is24 && local.hour !== clock.hour;
}

function asWritten({ hour, minute, offset }: ClockWords): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const clock = `${two(hour)}:${two(minute)}`;
  if (offset === undefined) return clock;
  const size = Math.abs(offset);
  const sign = offset < 0 ? '-' : '+';
  return offset === 0 ? `${clock}Z` : `${clock}${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

const TIME_MISSING = 'The time is missing. Offer the times from checkAvailability and ask which one works.';

const notATime = (text: string): SpokenQuestion =>
  ask(
    'INVALID_TIME',
    `"${text.trim().slice(0, 40)}" isn’t a time of day. Ask for the time again and write it as 09:30 or 9:30 AM.`,
  );

/** Where "half ten" is half past ten. */
const HALF_IS_PAST = /^Europe\/(London|Belfast|Dublin|Jersey|Guernsey|Isle_of_Man)$/;

/** The minutes of the day that a clock reading can stand for; none for 25 o'clock. */
export function minutesOf(
  { hour, minute, half, isHalf }: ClockWords,
  { timeZone }: Pick<SpokenSetting, 'timeZone'>,
): number[] {
  if (minute > 59 || hour > 23 || (half && (hour < 1 || hour > 12))) return [];
  if (isHalf && !HALF_IS_PAST.test(timeZone)) return [];
  if (half) return [((hour % 12) + (half === 'pm' ? 12 : 0)) * 60 + minute];
  // R8: "12" is noon.
  return hour === 0 || hour >= 12 ? [hour * 60 + minute] : [hour * 60 + minute, (hour + 12) * 60 + minute];
}

function onClock(date: Temporal.PlainDate, minutes: number[], timeZone: string): Candidate[] {
  return minutes.flatMap((minute) => {
    const local = date.toPlainDateTime({ hour: Math.floor(minute / 60), minute: minute % 60 });
    const at = instantOf(local, timeZone);
    return at ? [{ at, local }] : [];
  });
}

/** R3: as the clinic's clock shows it, and as the instant that the offset makes of it. */
function byOffset(date: Temporal.PlainDate, clock: ClockWords, timeZone: string): Candidate[] {
  const written = date.toPlainDateTime({ hour: clock.hour, minute: clock.minute });
  const instant = written
    .toZonedDateTime('UTC')
    .toInstant()
    .subtract({ minutes: clock.offset ?? 0 });
  const local = instant.toZonedDateTimeISO(timeZone).toPlainDateTime();
  const converted = { at: new Date(instant.epochMilliseconds), local };
  const [stripped] = onClock(date, [clock.hour * 60 + clock.minute], timeZone);
  if (!stripped || stripped.at.getTime() === converted.at.getTime()) return [converted];
  return [stripped, converted];
}

function pick(
  candidates: Candidate[],
  clock: ClockWords,
  setting: SpokenSetting,
): Candidate | SpokenQuestion {
  const [first] = candidates;
  // "Twenty two ten" may have been twenty to ten: only a clock that was written is that late.
  const isLate = clock.hour > 12 && !clock.is24 && !clock.half && clock.offset === undefined;
  const isHeardSo = isLate && first && !setting.isOpen(first.at.getTime());
  if (first && candidates.length === 1 && !isHeardSo) return first;
  const { now, horizon } = setting;
  const isExact = clock.offset !== undefined;
  const fitting = candidates.filter(
    // A time of today that has passed is still the one that was said; only an offset is a matter of doubt.
    ({ at }) => setting.isOpen(at.getTime()) && !(isExact && (at <= now || at > horizon)),
  );
  const [only] = fitting;
  if (only && (fitting.length === 1 || (clock.is24 && !isExact))) return only;
  // Closed then: booking refuses it, and says what is free instead.
  if (first && fitting.length === 0 && clock.is24) return first;
  if (fitting.length > 0) return whichTime(fitting);
  const times = listed(candidates.map(nameOf), 'or');
  return ask(
    'DATE_UNCLEAR',
    `The clinic isn’t open for appointments at ${times}. Ask what other time would work, and offer the times from checkAvailability.`,
  );
}

function checked({ at, local }: Candidate, setting: SpokenSetting): SpokenTime | SpokenQuestion {
  const { now, horizon } = setting;
  if (at > horizon) {
    const last = fullDay(localDate(horizon, setting.timeZone));
    return ask('BEYOND_HORIZON', `That’s too far ahead. You can book up to ${last}.`);
  }
  if (at > now) return { kind: 'time', at };
  const clock = clockName(local.hour * 60 + local.minute);
  const days = openDays(setting);
  const choices = days.map(({ date }) => date.toString());
  const names = days.map(({ date, isToday }) => (isToday ? 'later today' : `on ${fullDay(date)}`));
  const offer = names.length > 0 ? ` Would a time ${listed(names, 'or')} work?` : ' Ask for another day.';
  return ask('IN_THE_PAST', `${clock} today has already passed.${offer}`, choices);
}

/** Today, if there is still time, and the next day someone can be booked. */
function openDays(setting: SpokenSetting): { date: Temporal.PlainDate; isToday: boolean }[] {
  const { today, lastDay } = calendarOf(setting);
  const found = setting.isBookable(today) ? [{ date: today, isToday: true }] : [];
  for (let ahead = 1; ahead <= 14; ahead += 1) {
    const date = today.add({ days: ahead });
    if (Temporal.PlainDate.compare(date, lastDay) > 0) break;
    if (setting.isBookable(date)) return [...found, { date, isToday: false }];
  }
  return found;
}

function skipped(date: Temporal.PlainDate, minutes: number, timeZone: string): SpokenQuestion {
  const local = date.toPlainDateTime({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
  const neighbors = (['earlier', 'later'] as const).map((disambiguation) => {
    const { hour, minute } = local.toZonedDateTime(timeZone, { disambiguation });
    return clockName(hour * 60 + minute);
  });
  return ask(
    'INVALID_TIME',
    `The clocks go forward on ${fullDay(date)}, so there is no ${clockName(minutes)} that day. Would ${listed(neighbors, 'or')} work?`,
    [date.toString()],
  );
}

const nameOf = ({ local }: Candidate): string =>
  `${clockName(local.hour * 60 + local.minute)} on ${fullDay(local.toPlainDate())}`;

function whichTime(candidates: Candidate[]): SpokenQuestion {
  const choices = [...candidates].sort((a, b) => a.at.getTime() - b.at.getTime());
  const names = choices.map(nameOf);
  return ask(
    'DATE_UNCLEAR',
    `Do you mean ${listed([...new Set(names)], 'or')}?`,
    choices.map(({ local }) => local.toString({ smallestUnit: 'minute' })),
  );
}

function whichTimeOn(day: SpokenDay, sentences: Sentence[]): SpokenQuestion {
  const said = sentences.flatMap(({ parts }) => parts.flatMap((one) => one.part ?? []))[0];
  const part = said === 'pm' ? 'afternoon' : said;
  return ask(
    'DATE_UNCLEAR',
    `What time ${part ? `in the ${part} ` : ''}on ${fullDay(day.date)}? Offer the times that checkAvailability finds.`,
    [day.date.toString()],
  );
}
