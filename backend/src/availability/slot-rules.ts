import { type LocalDay, localDay } from '../platform/local-time/local-day.ts';
import { overlaps, type Spans } from '../platform/local-time/spans.ts';
import { openingOn, type Week, type Window, windowsOn } from './week.ts';

/**
 * Why a time can't be booked, from the least specific reason to the one closest to a yes. The reason of a day is
 * the last of those of its starts.
 */
export const REASONS = [
  'no_provider',
  'closed',
  'dst_gap',
  'too_short',
  'past',
  'out_of_range',
  'horizon',
  'holiday',
  'time_off',
  'break',
  'notice',
  'calendar_stale',
  'busy_elsewhere',
  'full',
] as const;
export type Reason = (typeof REASONS)[number];
/** Reasons for a start; the others are for days. */
export type StartReason = Exclude<Reason, 'no_provider' | 'out_of_range'>;

/** The rules of the clinic, the service and the clock; the same for every provider. */
export interface Rules {
  timeZone: string;
  now: number;
  durationMs: number;
  /** 0 for people who may book at the last minute. */
  noticeMs: number;
  /** The last start that can be booked. */
  horizon: number;
  holidays: Spans;
  /** What to do about a calendar that couldn't be read recently. */
  stalePolicy: 'closed' | 'internal_only';
}

/** What one provider's rules are. */
export interface Provider {
  id: string;
  name: string;
  hours: Week;
  breaks: Week;
  absences: Spans;
  /** `none`: no calendar is linked, which is not the same as an unknown one. */
  calendar: 'none' | 'fresh' | 'stale';
}

/** A provider's working time on one day, and past midnight if it continues. */
export interface Duty {
  windows: Window[];
  breaks: Window[];
}

export function workingWindowsOn(provider: Provider, day: LocalDay, timeZone: string): Duty {
  const windows = openingOn(provider.hours, day, timeZone);
  const goesPastMidnight = windows.some(({ to }) => to > day.ends);
  const days = goesPastMidnight ? [day, localDay(day.number + 1, timeZone)] : [day];
  const breaks = days.flatMap((one) => windowsOn(provider.breaks, one)).filter(({ from, to }) => from < to);
  return { windows, breaks };
}

/** Whether a start is one of those that are counted from each opening time; `minute` is that of the day. */
export const isOnStep = ({ windows }: Duty, minute: number, stepMinutes: number): boolean =>
  windows.some(
    ({ opens, closes }) => minute >= opens && minute < closes && (minute - opens) % stepMinutes === 0,
  );

/**
 * Which rule refuses a start, other appointments aside; undefined when none does. What is offered, what is
 * explained and what is booked all ask here, so that they cannot disagree.
 */
export function violatedRule(
  rules: Rules,
  provider: Provider,
  { windows, breaks }: Duty,
  start: number,
): StartReason | undefined {
  const end = start + rules.durationMs;
  if (start <= rules.now) return 'past';
  if (start > rules.horizon) return 'horizon';
  if (overlaps(rules.holidays, start, end)) return 'holiday';
  if (overlaps(provider.absences, start, end)) return 'time_off';
  let open = false;
  let fits = false;
  for (const window of windows) {
    if (start < window.from || start >= window.to) continue;
    open = true;
    if (end <= window.to) fits = true;
  }
  if (!fits) return open ? 'too_short' : 'closed';
  for (const pause of breaks) if (pause.from < end && start < pause.to) return 'break';
  if (start < rules.now + rules.noticeMs) return 'notice';
  if (provider.calendar === 'stale' && rules.stalePolicy === 'closed') return 'calendar_stale';
  return undefined;
}

const RANK = Object.fromEntries(REASONS.map((reason, rank) => [reason, rank])) as Record<Reason, number>;

/** The reason that is closest to a yes. */
export function mostSpecificReason(a: Reason | undefined, b: Reason): Reason {
  return a === undefined || RANK[b] > RANK[a] ? b : a;
}
