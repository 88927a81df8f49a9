import {
  clockOf,
  dayNumberOf,
  edgeAt,
  instantAt,
  type LocalDay,
  localDay,
  minuteOf,
} from '../platform/local-time/local-day.ts';
import type { Interval } from '../platform/local-time/spans.ts';
import { type Busy, conflictAt, fairest, type Load, loadOn } from './busy.ts';
import {
  type Duty,
  mostSpecificReason,
  type Provider,
  type Reason,
  type Rules,
  type StartReason,
  violatedRule,
  workingWindowsOn,
} from './slot-rules.ts';

export interface ProviderCalendar extends Provider, Busy {}

export interface FreeTimesRequest extends Rules {
  providers: ProviderCalendar[];
  /** Starts before it are not asked for, nor those at or after `to`. */
  from: number;
  to: number;
  /** Anchored to each opening time, so that a clinic that opens at 9:10 offers 9:10, 9:25 ... */
  stepMinutes: number;
  bufferBeforeMs: number;
  bufferAfterMs: number;
  /** Until when refused starts are wanted, not only the reasons of days; 0 for none. */
  explainUntil?: number;
  /** If several start together, the first is enough. */
  firstPerStart?: boolean;
  /** The most that one request may cost, however many providers, windows and days there are. */
  limits?: Limits;
}

export interface Limits {
  /** Free and refused starts in the answer; those of one moment stay together. */
  answers: number;
  /** Starts to look at; the day on which they run out is finished. */
  starts: number;
}

export interface FreeSlot extends Interval {
  providerId: string;
  providerName: string;
  /** Offered although the linked calendar couldn't be read recently. */
  stale: boolean;
}

export interface EmptyDay extends Interval {
  /** `2026-11-23` in the clinic's zone. */
  date: string;
  reason: Reason;
}

export interface RefusedStart {
  providerId: string;
  providerName: string;
  reason: StartReason;
  /** Its wall clock; `start` is missing when the clocks skip it. */
  local: string;
  start?: number;
}

export interface FreeTimes {
  /** By start; within a start, by who should be booked first. */
  slots: FreeSlot[];
  /** Days without a slot, and why. */
  emptyDays: EmptyDay[];
  refused: RefusedStart[];
  /** Set if the limits ended the search: nothing from here on was searched. Continuing here misses nothing. */
  cutAt?: number;
}

interface Found extends FreeSlot {
  load: Load;
}

interface Said extends RefusedStart {
  /** Also of times that the clocks skip. */
  at: number;
}

/** What is known of one day. */
interface DayBook {
  found: Found[];
  said: Said[];
  looked: number;
  /** The limits end the day here. */
  until: number;
}

/** All free slots of a range, and why the others are refused. Integers only in the loops. */
export function findFreeTimes(request: FreeTimesRequest): FreeTimes {
  const { timeZone, from, to, providers, limits = NO_LIMITS } = request;
  const slots: FreeSlot[] = [];
  const emptyDays: EmptyDay[] = [];
  const refused: RefusedStart[] = [];
  const last = dayNumberOf(to - 1, timeZone);
  let looked = 0;
  for (let number = dayNumberOf(Math.max(from, request.now), timeZone); number <= last; number += 1) {
    const day = localDay(number, timeZone);
    if (looked >= limits.starts) return { slots, emptyDays, refused, cutAt: day.starts };
    const book: DayBook = { found: [], said: [], looked: 0, until: Number.POSITIVE_INFINITY };
    const room = limits.answers - slots.length - refused.length;
    let why: Reason | undefined = providers.length === 0 ? 'no_provider' : undefined;
    for (const provider of providers) {
      const reason = sweep(request, provider, day, book);
      why = reason === undefined ? why : mostSpecificReason(why, reason);
      if (book.found.length + book.said.length > room + LEEWAY) settle(request, book, room);
    }
    settle(request, book, room);
    looked += book.looked;
    if (book.found.length === 0)
      emptyDays.push({ date: day.date, reason: why ?? 'closed', from: day.starts, to: day.ends });
    for (const { load: _, ...slot } of book.found) slots.push(slot);
    for (const { at: _, ...one } of book.said) refused.push(one);
    if (book.until === Number.POSITIVE_INFINITY) continue;
    // Why the rest of that day is not free is not known before it is looked at.
    if (book.found.length === 0) emptyDays.pop();
    return { slots, emptyDays, refused, cutAt: book.until };
  }
  return { slots, emptyDays, refused };
}

const NO_LIMITS: Limits = { answers: Number.POSITIVE_INFINITY, starts: Number.POSITIVE_INFINITY };

/** The first of those that start together. */
export const firstPerStart = <T extends { from: number }>(slots: T[]): T[] =>
  slots.filter((slot, index) => slot.from !== slots[index - 1]?.from);

/** How many more than fit are collected before a day is sorted. */
const LEEWAY = 2_500;

/** In order, and no more than fits; never nothing, so that asking again makes progress. */
function settle({ firstPerStart: one, from }: FreeTimesRequest, book: DayBook, room: number): void {
  book.found.sort(
    (a, b) => a.from - b.from || fairest(a.load, b.load) || (a.providerId < b.providerId ? -1 : 1),
  );
  if (one) book.found = firstPerStart(book.found);
  if (book.found.length + book.said.length <= room) return;
  const moments = [...book.found.map((slot) => slot.from), ...book.said.map(({ at }) => at)];
  const until = moments.sort((a, b) => a - b).find((moment, index) => index >= room && moment > from);
  if (until === undefined) return;
  book.until = until;
  book.found = book.found.filter((slot) => slot.from < until);
  book.said = book.said.filter(({ at }) => at < until);
}

/** One provider's day. @returns the reason that is closest to a yes. */
function sweep(
  request: FreeTimesRequest,
  provider: ProviderCalendar,
  day: LocalDay,
  book: DayBook,
): Reason | undefined {
  const duty = workingWindowsOn(provider, day, request.timeZone);
  const { durationMs, bufferBeforeMs, bufferAfterMs, from, to } = request;
  const explain = day.starts < (request.explainUntil ?? 0);
  const who = { providerId: provider.id, providerName: provider.name };
  const ranked = request.providers.length > 1;
  let why: Reason | undefined;
  const starts = startsOf(request, provider, day, duty);
  for (const minute of starts) {
    const start = instantAt(day, minute);
    // A skipped time counts as the moment of the change, at either end of the range.
    const at = start ?? edgeAt(day, minute);
    if (at >= book.until) break;
    book.looked += 1;
    const isAsked = at >= from && (start === undefined ? at <= to : at < to);
    let reason: StartReason | undefined;
    if (start === undefined) reason = 'dst_gap';
    else if (start <= request.now) reason = 'past';
    else if (!isAsked) {
      why = mostSpecificReason(why, 'out_of_range');
      continue;
    } else {
      reason =
        violatedRule(request, provider, duty, start) ??
        conflictAt(provider, start, start - bufferBeforeMs, start + durationMs + bufferAfterMs);
    }
    if (reason === undefined) {
      const load = ranked ? loadOn(provider, day, at) : NO_LOAD;
      book.found.push({ ...who, from: at, to: at + durationMs, stale: provider.calendar === 'stale', load });
      continue;
    }
    why = mostSpecificReason(why, reason);
    if (!explain || !isAsked) continue;
    const local = `${day.date}T${clockOf(minute)}`;
    book.said.push({ ...who, reason, local, ...(start !== undefined && { start }), at });
  }
  if (explain && duty.windows.length === 0 && day.ends > from && day.starts < to) {
    book.said.push({
      ...who,
      reason: 'closed',
      local: `${day.date}T00:00`,
      start: day.starts,
      at: day.starts,
    });
  }
  return why;
}

const NO_LOAD: Load = { joins: false, booked: 0, idleSince: 0 };

/** The starts of a day that could be offered, as minutes of the wall clock: the grid, and sessions to join beside it. */
function startsOf(
  { stepMinutes }: FreeTimesRequest,
  provider: ProviderCalendar,
  day: LocalDay,
  { windows }: Duty,
): number[] {
  const starts: number[] = [];
  let isInOrder = true;
  for (const { opens, closes } of windows) {
    for (let minute = opens; minute < closes; minute += stepMinutes) starts.push(minute);
  }
  for (const session of provider.sessions) {
    if (session.start < day.starts || session.start >= day.ends) continue;
    const minute = minuteOf(day, session.start);
    // "1:30 in the morning" happens twice and no one can say which: the first is offered.
    if (instantAt(day, minute) !== session.start || !Number.isInteger(minute)) continue;
    starts.push(minute);
    isInOrder = false;
  }
  return isInOrder ? starts : [...new Set(starts)].sort((a, b) => a - b);
}
