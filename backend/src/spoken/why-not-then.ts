import { Temporal } from 'temporal-polyfill';
import {
  type ClinicRules,
  type Duty,
  isOnStep,
  mostSpecificReason,
  type Provider,
  type Reason,
  type Rules,
  spokenLength,
  violatedRule,
  workingWindowsOn,
} from '../availability/index.ts';
import { weekdayName } from '../platform/local-time/day-names.ts';
import { instantAt, type LocalDay, localDay } from '../platform/local-time/local-day.ts';
import { NOTHING } from '../platform/local-time/spans.ts';
import { spokenDay } from '../platform/local-time/wording.ts';
import type { ServiceFacts } from '../schedule/index.ts';
import { clockWords, dayWords } from './spoken-offers.ts';

/** What a search was held against. */
export interface SearchRules {
  clinicRules: ClinicRules;
  rules: Rules;
  service: ServiceFacts;
  /** Who could be meant: who offers the service, or the one who was named. */
  staff: Provider[];
  /** Whom the caller named. */
  who?: string | undefined;
  today: Temporal.PlainDate;
  /** What to call the days that were searched when no single one was: "then". */
  period: string;
}

/** The part of the day that was asked for, in minutes. */
interface Part {
  fromMinute?: number | undefined;
  untilMinute?: number | undefined;
}

type WhyNot = Reason | 'off_step';

/** One day of those who could be meant. */
interface Day {
  date: Temporal.PlainDate;
  local: LocalDay;
  duties: { provider: Provider; duty: Duty }[];
}

const EPOCH = Temporal.PlainDate.from('1970-01-01');

/**
 * Why an hour that was named cannot be had on any of the days, as a sentence for the caller. It is judged by the rules
 * that decide what is offered; where none of them is against it, the hour is taken.
 */
export function whyNotAt(asked: SearchRules, dates: Temporal.PlainDate[], minute: number): string {
  const clock = clockWords(minute);
  const days = dates.map((date) => dayOf(asked, date));
  const found = days.map((day) => ({ day, reason: reasonAt(asked, day, minute) }));
  const reason = mostUsefulReason(found.map((one) => one.reason));
  const about = found.flatMap((one) => (one.reason === reason ? [one.day] : []));
  switch (reason) {
    case 'past':
      return `${clock} has already passed.`;
    case 'closed':
      return closedAt(asked, about, minute);
    case 'too_short':
      return tooShortAt(asked, about, minute);
    case 'holiday':
      return closedFor(asked, about, `at ${clock} ${dayNamed(asked, about)}`.trim(), minute);
    case 'time_off':
      return away(asked, `at ${clock} ${dayNamed(asked, about)}`.trim());
    case 'break':
      return `${clock} runs into ${asked.who ? `${asked.who}’s` : 'a'} break.`;
    case 'notice':
      return `${clock} is too soon: we need at least ${spokenLength(asked.rules.noticeMs)} of notice.`;
    case 'dst_gap':
      return `There’s no ${clock} that day, because the clocks go forward.`;
    case 'off_step':
      return `${clock} isn’t one of our start times: ${asked.service.name} appointments start every ${asked.service.slot_step_minutes} minutes.`;
    case 'full':
      return asked.who ? `${asked.who} isn’t free at ${clock}.` : `${clock} isn’t free.`;
    default:
      return wholeDay(asked, reason, about);
  }
}

/** Why nothing is free on any of the days; `reasons` are those of the search, one a day. */
export function whyNothingOn(
  asked: SearchRules,
  dates: Temporal.PlainDate[],
  reasons: { date: string; reason: string }[],
): string | undefined {
  const within = reasons.filter(({ date }) => dates.some((one) => one.toString() === date));
  const reason = mostUsefulReason(within.map((one) => one.reason as Reason));
  const about = within.flatMap((one) =>
    one.reason === reason ? [dayOf(asked, Temporal.PlainDate.from(one.date))] : [],
  );
  return reason === undefined
    ? undefined
    : wholeDay({ ...asked, period: whichDay(asked, dates) }, reason, about);
}

/** Why nothing begins in a part of a day that has free times besides. */
export function whyNotWithin(
  asked: SearchRules,
  dates: Temporal.PlainDate[],
  { fromMinute = 0, untilMinute = 1_440 }: Part,
): string {
  const days = dates.map((date) => dayOf(asked, date));
  const starts = days.flatMap((day) => startsOf(asked, day).map((minute) => ({ day, minute })));
  const inside = starts.filter(({ minute }) => minute >= fromMinute && minute < untilMinute);
  const isPast = ({ day, minute }: (typeof starts)[number]) =>
    (instantAt(day.local, minute) ?? 0) <= asked.rules.now;
  if (inside.length > 0)
    return inside.every(isPast)
      ? 'It’s too late for that today.'
      : `I don’t have anything in that part of the day${asked.who ? ` with ${asked.who}` : ''}.`;
  const on = onWeekday(days);
  const { first, last } = edgesOf(asked, days);
  const subject = notThere(asked, days, fromMinute, 'We’re not open');
  if (last !== undefined && fromMinute > last)
    return `${subject} that late${on}; the last start is ${clockWords(last)}.`;
  if (first !== undefined && untilMinute <= first)
    return `${subject} that early${on}; the first start is ${clockWords(first)}.`;
  return `${subject} in that part of the day${on}.`;
}

function dayOf({ staff, rules }: SearchRules, date: Temporal.PlainDate): Day {
  const local = localDay(EPOCH.until(date).days, rules.timeZone);
  const duties = staff.map((provider) => ({
    provider,
    duty: workingWindowsOn(provider, local, rules.timeZone),
  }));
  return { date, local, duties };
}

function reasonAt({ rules, service }: SearchRules, { local, duties }: Day, minute: number): WhyNot {
  const start = instantAt(local, minute);
  if (start === undefined) return 'dst_gap';
  let why: Reason | undefined = duties.length === 0 ? 'no_provider' : undefined;
  let isStart = false;
  let isPossible = false;
  for (const { provider, duty } of duties) {
    const reason = violatedRule(rules, provider, duty, start);
    if (reason === undefined) {
      isPossible = true;
      // A group meets when it meets.
      isStart ||= service.capacity > 1 || isOnStep(duty, minute, service.slot_step_minutes);
    } else why = mostSpecificReason(why, reason);
  }
  if (isPossible) return isStart ? 'full' : 'off_step';
  return why ?? 'closed';
}

/** Of several days the reason that is nearest to a yes; that today is over says little of the others. */
function mostUsefulReason<R extends WhyNot>(reasons: R[]): R | undefined {
  const isTaken = reasons.find((reason) => reason === 'full');
  if (isTaken) return isTaken;
  const isBetween = reasons.find((reason) => reason === 'off_step');
  if (isBetween) return isBetween;
  const ahead = reasons.filter((reason) => reason !== 'past');
  return (ahead.length > 0 ? ahead : reasons).reduce<R | undefined>(
    (best, reason) => mostSpecificReason(best as Reason | undefined, reason as Reason) as R,
    undefined,
  );
}

const whichDay = ({ period, today }: SearchRules, [date, another]: Temporal.PlainDate[]): string =>
  date && !another ? dayWords(date, today) : period;

const dayNamed = ({ today }: SearchRules, [day, another]: Day[]): string =>
  day && !another ? dayWords(day.date, today) : '';

function wholeDay(asked: SearchRules, reason: Reason | undefined, about: Day[]): string {
  const { who, service, rules, today, clinicRules, period: when } = asked;
  const [day] = about;
  switch (reason) {
    case 'past':
      return day?.date.equals(today) ? overToday(asked, day) : 'That day has passed.';
    case 'closed':
      return `${notThere(asked, about)}${onWeekday(about) || ` ${when}`}.`;
    case 'too_short':
      return `${who ? `${who} isn’t in` : 'We aren’t open'} long enough for ${service.name}${onWeekday(about) || ` ${when}`}.`;
    case 'holiday':
      return closedFor(asked, about, when);
    case 'time_off':
      return away(asked, when);
    case 'break':
      return `There’s no time left between the breaks ${when}.`;
    case 'notice':
      return `That’s too soon: we need at least ${spokenLength(rules.noticeMs)} of notice.`;
    case 'horizon':
      return `That’s too far ahead. You can book up to ${spokenDay(new Date(rules.horizon), rules.timeZone)}.`;
    case 'calendar_stale':
      return `I can’t check the calendar right now, so I can’t book anything ${when}.`;
    case 'no_provider':
      return `No one offers ${service.name} right now.`;
    case 'out_of_range':
      return 'I don’t have anything in that part of the day.';
    case 'full':
    case 'busy_elsewhere': {
      const what =
        clinicRules.services.filter(({ active }) => active).length > 1 ? ` for ${service.name}` : '';
      return who ? `${who} is fully booked ${when}.` : `We’re fully booked${what} ${when}.`;
    }
    default:
      return 'I don’t have anything then.';
  }
}

function closedFor(
  { clinicRules, rules }: SearchRules,
  [day, another]: Day[],
  when: string,
  minute?: number,
) {
  const from = day && (minute === undefined ? day.local.starts : (instantAt(day.local, minute) ?? 0));
  const to = day && from !== undefined && minute !== undefined ? from + rules.durationMs : day?.local.ends;
  const isThen = (one: { from: number; to: number }) => one.from < (to ?? 0) && (from ?? 0) < one.to;
  const title = another
    ? undefined
    : clinicRules.holidays
        .find(isThen)
        ?.title.trim()
        .replace(/[.\s]+$/, '');
  return `${CLOSED} ${when}${title ? `: ${title}` : ''}.`;
}

const away = ({ who, service }: SearchRules, when: string): string =>
  who ? `${who} is away ${when}.` : `No one who offers ${service.name} is in ${when}.`;

/** The last start of today has passed; whether the clinic has closed is another matter. */
function overToday(asked: SearchRules, { local }: Day): string {
  const { clinicRules, rules, staff, who } = asked;
  const isIn = (people: Provider[]) =>
    people.some((one) =>
      workingWindowsOn(one, local, rules.timeZone).windows.some(({ to }) => to > rules.now),
    );
  if (who) return isIn(staff) ? `It’s too late for ${who} today.` : `${who} is done for today.`;
  return isIn(clinicRules.staff) ? 'It’s too late for an appointment today.' : 'We’re closed for today.';
}

function closedAt(asked: SearchRules, days: Day[], minute: number): string {
  const open = days.filter(({ duties }) => duties.some(({ duty }) => duty.windows.length > 0));
  if (open.length === 0) return `${notThere(asked, days)}${onWeekday(days) || ` ${asked.period}`}.`;
  const clock = clockWords(minute);
  const on = onWeekday(open);
  const { first, last } = edgesOf(asked, open);
  if (first !== undefined && minute < first)
    return `${notThere(asked, open, minute, 'We’re not open yet')} at ${clock}${on}; the first start is ${clockWords(first)}.`;
  const end = last !== undefined && minute > last ? `; the last start is ${clockWords(last)}` : '';
  return `${notThere(asked, open, minute)} at ${clock}${on}${end}.`;
}

function tooShortAt(asked: SearchRules, days: Day[], minute: number): string {
  const clock = clockWords(minute);
  const on = onWeekday(days);
  const { last } = edgesOf(asked, days);
  return last !== undefined && minute > last
    ? `${clock} is too late${on}${asked.who ? ` for ${asked.who}` : ''}; the last start is ${clockWords(last)}.`
    : `There isn’t enough time for ${asked.service.name} at ${clock}${on}.`;
}

const CLOSED = 'We’re closed';

/** Of one who was named that they are not in; of a service, while the clinic is open, that it is not offered. */
function notThere(
  { who, service, clinicRules, rules }: SearchRules,
  days: Day[],
  minute?: number,
  closed = CLOSED,
): string {
  if (who) return `${who} isn’t in`;
  const isOpen = days.some(({ local }) =>
    clinicRules.staff.some((one) =>
      workingWindowsOn(one, local, rules.timeZone).windows.some(
        ({ opens, closes }) => minute === undefined || (minute >= opens && minute < closes),
      ),
    ),
  );
  return isOpen ? `We don’t offer ${service.name}` : closed;
}

/** " on Fridays", where all the days are. */
function onWeekday(days: Day[]): string {
  const weekdays = new Set(days.map(({ date }) => date.dayOfWeek));
  const [weekday] = weekdays;
  return weekdays.size === 1 && weekday !== undefined ? ` on ${weekdayName(weekday)}s` : '';
}

/** The first and the last start in a usual week, where all the days have the same. */
function edgesOf(asked: SearchRules, days: Day[]): { first?: number; last?: number } {
  const starts = days.map((day) => startsOf(asked, day)).filter((minutes) => minutes.length > 0);
  const firsts = new Set(starts.map((minutes) => Math.min(...minutes)));
  const lasts = new Set(starts.map((minutes) => Math.max(...minutes)));
  const [first, last] = [[...firsts][0], [...lasts][0]];
  return {
    ...(firsts.size === 1 && first !== undefined && { first }),
    ...(lasts.size === 1 && last !== undefined && { last }),
  };
}

/** When an appointment can begin in a usual week: what is said of Fridays must hold for each of them. */
function startsOf({ rules, service }: SearchRules, { local, duties }: Day): number[] {
  const opening: Rules = {
    ...rules,
    holidays: NOTHING,
    now: Number.NEGATIVE_INFINITY,
    noticeMs: 0,
    horizon: Number.POSITIVE_INFINITY,
    stalePolicy: 'internal_only',
  };
  const minutes: number[] = [];
  for (const { provider, duty } of duties) {
    const weekly = { ...provider, absences: NOTHING };
    for (const { opens, closes } of duty.windows) {
      for (let minute = opens; minute < closes; minute += service.slot_step_minutes) {
        const start = instantAt(local, minute);
        if (start !== undefined && violatedRule(opening, weekly, duty, start) === undefined)
          minutes.push(minute);
      }
    }
  }
  return minutes;
}
