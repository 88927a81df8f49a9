import { type Busy, fairest, type Load, loadOn, takenBy } from './busy.ts';
import { clockOf, dayNumberOf, edgeAt, instantAt, type LocalDay, localDay, minuteOf } from './local-day.ts';
import {
  type Duty,
  dutyOn,
  nearest,
  type Provider,
  type Reason,
  type Rules,
  ruleAgainst,
  type StartReason,
} from './rules.ts';
import type { Interval } from './spans.ts';

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
  /** Until when refused starts are wanted, and not only the reasons of days; not at all: 0. */
  explainUntil?: number;
}

export interface FreeSlot extends Interval {
  providerId: string;
  providerName: string;
  /** Offered although the linked calendar could not be read lately. */
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
  /** By start; those of one start by who should be booked first. */
  slots: FreeSlot[];
  /** Days without a slot, and why. */
  emptyDays: EmptyDay[];
  refused: RefusedStart[];
}

interface Found extends FreeSlot {
  load: Load;
}

/** All free slots of a range, and what speaks against all others. Integers only in the loops. */
export function findFreeTimes(request: FreeTimesRequest): FreeTimes {
  const { timeZone, from, to, providers } = request;
  const slots: FreeSlot[] = [];
  const emptyDays: EmptyDay[] = [];
  const refused: RefusedStart[] = [];
  const last = dayNumberOf(to - 1, timeZone);
  for (let number = dayNumberOf(Math.max(from, request.now), timeZone); number <= last; number += 1) {
    const day = localDay(number, timeZone);
    const found: Found[] = [];
    let why: Reason | undefined = providers.length === 0 ? 'no_provider' : undefined;
    for (const provider of providers) {
      const reason = sweep(request, provider, day, found, refused);
      why = reason === undefined ? why : nearest(why, reason);
    }
    if (found.length === 0)
      emptyDays.push({ date: day.date, reason: why ?? 'closed', from: day.starts, to: day.ends });
    found.sort(
      (a, b) => a.from - b.from || fairest(a.load, b.load) || (a.providerId < b.providerId ? -1 : 1),
    );
    for (const { load: _, ...slot } of found) slots.push(slot);
  }
  return { slots, emptyDays, refused };
}

/** One provider's day. @returns the reason that is nearest to a yes. */
function sweep(
  request: FreeTimesRequest,
  provider: ProviderCalendar,
  day: LocalDay,
  found: Found[],
  refused: RefusedStart[],
): Reason | undefined {
  const duty = dutyOn(provider, day);
  const { durationMs, bufferBeforeMs, bufferAfterMs, from, to } = request;
  const explain = day.starts < (request.explainUntil ?? 0);
  const who = { providerId: provider.id, providerName: provider.name };
  const ranked = request.providers.length > 1;
  let why: Reason | undefined;
  for (const minute of startsOf(request, provider, day, duty)) {
    const start = instantAt(day, minute);
    // A time that is skipped is asked for when the moment of the change is, at whichever end of the range.
    const at = start ?? edgeAt(day, minute);
    const isAsked = at >= from && (start === undefined ? at <= to : at < to);
    let reason: StartReason | undefined;
    if (start === undefined) reason = 'dst_gap';
    else if (start <= request.now) reason = 'past';
    else if (!isAsked) {
      why = nearest(why, 'out_of_range');
      continue;
    } else {
      reason =
        ruleAgainst(request, provider, duty, start) ??
        takenBy(provider, start, start - bufferBeforeMs, start + durationMs + bufferAfterMs);
    }
    if (reason === undefined) {
      const load = ranked ? loadOn(provider, day, at) : NO_LOAD;
      found.push({ ...who, from: at, to: at + durationMs, stale: provider.calendar === 'stale', load });
      continue;
    }
    why = nearest(why, reason);
    if (!explain || !isAsked) continue;
    const local = `${day.date}T${clockOf(minute)}`;
    refused.push({ ...who, reason, local, ...(start !== undefined && { start }) });
  }
  if (explain && duty.windows.length === 0 && day.ends > from && day.starts < to) {
    refused.push({ ...who, reason: 'closed', local: `${day.date}T00:00`, start: day.starts });
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
): Iterable<number> {
  const starts: number[] = [];
  let isInOrder = true;
  for (const { opens, closes } of windows) {
    if (starts.length > 0 && opens <= (starts.at(-1) as number)) isInOrder = false;
    for (let minute = opens; minute < closes; minute += stepMinutes) starts.push(minute);
  }
  for (const session of provider.sessions) {
    if (session.start < day.starts || session.start >= day.ends) continue;
    const minute = minuteOf(day, session.start);
    // Nobody can say which of two "1:30 in the morning" is meant: the first is offered.
    if (instantAt(day, minute) !== session.start || !Number.isInteger(minute)) continue;
    starts.push(minute);
    isInOrder = false;
  }
  return isInOrder ? starts : [...new Set(starts)].sort((a, b) => a - b);
}
