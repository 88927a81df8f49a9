import { Temporal } from 'temporal-polyfill';
import type { Interval } from '../../platform/local-time/spans.ts';
import type { FreeTimesRequest, ProviderCalendar } from '../find-free-times.ts';

/**
 * The rules once more, as a person would check them with a calendar and a clock in hand: slow, without the engine's
 * integers, and sharing nothing with it but the types. For tests alone.
 */
export interface Raw extends Pick<ProviderCalendar, 'id' | 'calendar' | 'sessions'> {
  /** ISO weekday to windows in minutes. */
  hours: Record<number, [number, number][]>;
  breaks: Record<number, [number, number][]>;
  absences: Interval[];
  appointments: Interval[];
  blocks: Interval[];
}

export interface RawRequest extends Omit<FreeTimesRequest, 'providers' | 'holidays' | 'explainUntil'> {
  providers: Raw[];
  holidays: Interval[];
}

const MINUTE = 60_000;
const walls = new Map<string, Map<number, number>>();

/** When the wall clock of a date shows each minute, found by watching it for two days; of two moments the first. */
function wallOf(date: string, timeZone: string): Map<number, number> {
  const key = `${date} ${timeZone}`;
  let wall = walls.get(key);
  if (!wall) {
    wall = new Map();
    const noon = Date.parse(`${date}T12:00Z`);
    for (let at = noon - 27 * 60 * MINUTE; at < noon + 27 * 60 * MINUTE; at += MINUTE) {
      const shown = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
      const minute = shown.hour * 60 + shown.minute;
      if (shown.toPlainDate().toString() === date && !wall.has(minute)) wall.set(minute, at);
    }
    walls.set(key, wall);
  }
  return wall;
}

/** When something that begins or ends at a minute of the wall clock does so. */
function edge(date: string, minute: number, timeZone: string): number {
  const wall = wallOf(date, timeZone);
  for (let next = minute; next < 1_440; next += 1) {
    const at = wall.get(next);
    if (at !== undefined) return at;
  }
  return edge(Temporal.PlainDate.from(date).add({ days: 1 }).toString(), 0, timeZone);
}

export interface Judged {
  providerId: string;
  /** `2026-11-23T09:15` on the wall. */
  local: string;
  start: number | undefined;
  /** Every rule that refuses it; none: it is free. */
  against: Set<string>;
}

/** What the windows of a day are together. */
function joined(windows: [number, number][]): [number, number][] {
  const open = Array.from({ length: 1_441 }, (_, minute) =>
    windows.some(([opens, closes]) => opens <= minute && minute < closes),
  );
  return open.flatMap((isOpen, minute): [number, number][] =>
    isOpen && !open[minute - 1] ? [[minute, open.indexOf(false, minute)]] : [],
  );
}

const overlap = (a: Interval, b: Interval) => a.from < b.to && b.from < a.to;

/** Every possible start on a date, with every rule that refuses it. */
export function judgeDay(request: RawRequest, date: string): Judged[] {
  const { timeZone } = request;
  const weekday = Temporal.PlainDate.from(date).dayOfWeek;
  const wall = wallOf(date, timeZone);
  return request.providers.flatMap((provider) => {
    const minutes = new Set<number>();
    for (const [opens, closes] of joined(provider.hours[weekday] ?? [])) {
      for (let minute = opens; minute < closes; minute += request.stepMinutes) minutes.add(minute);
    }
    for (const [minute, at] of wall) {
      if (provider.sessions.some((session) => session.start === at)) minutes.add(minute);
    }
    return [...minutes].map((minute) => {
      const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
      const start = wall.get(minute);
      return {
        providerId: provider.id,
        local: `${date}T${clock}`,
        start,
        against:
          start === undefined ? new Set(['dst_gap']) : against(request, provider, date, weekday, start),
      };
    });
  });
}

function against(
  request: RawRequest,
  provider: Raw,
  date: string,
  weekday: number,
  start: number,
): Set<string> {
  const said = new Set<string>();
  const { now, noticeMs, horizon, timeZone } = request;
  const whole = { from: start, to: start + request.durationMs };
  const wide = { from: whole.from - request.bufferBeforeMs, to: whole.to + request.bufferAfterMs };
  const tomorrow = Temporal.PlainDate.from(date).add({ days: 1 });
  const on = (week: Raw['hours'], day: string, weekdayThen: number): Interval[] =>
    (week[weekdayThen] ?? [])
      .map(([begins, ends]) => ({ from: edge(day, begins, timeZone), to: edge(day, ends, timeZone) }))
      .filter((one) => one.from < one.to);
  const inTwoDays = (week: Raw['hours']) => [
    ...on(week, date, weekday),
    ...on(week, tomorrow.toString(), tomorrow.dayOfWeek),
  ];
  const [windows, breaks] = [inTwoDays(provider.hours), inTwoDays(provider.breaks)];
  // As one goes on from window to window: until when a provider who is there at the start stays.
  const staysUntil = (at: number): number => {
    const end = Math.max(at, ...windows.map((one) => (one.from <= at && at < one.to ? one.to : at)));
    return end === at ? at : staysUntil(end);
  };
  if (start <= now) said.add('past');
  if (start > horizon) said.add('horizon');
  if (start < now + noticeMs) said.add('notice');
  if (request.holidays.some((one) => overlap(one, whole))) said.add('holiday');
  if (provider.absences.some((one) => overlap(one, whole))) said.add('time_off');
  if (staysUntil(start) === start) said.add('closed');
  else if (staysUntil(start) < whole.to) said.add('too_short');
  if (breaks.some((one) => overlap(one, whole))) said.add('break');
  if (provider.calendar === 'stale' && request.stalePolicy === 'closed') said.add('calendar_stale');
  if (provider.appointments.some((one) => overlap(one, wide))) said.add('full');
  if (provider.sessions.some((one) => one.start !== start && overlap(one, wide))) said.add('full');
  if (provider.blocks.some((one) => overlap(one, wide))) said.add('busy_elsewhere');
  return said;
}
