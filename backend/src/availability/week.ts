import { edgeAt, type LocalDay, localDay } from '../platform/local-time/local-day.ts';
import { minutesOf } from '../platform/local-time/repeating-clock.ts';
import type { Interval } from '../platform/local-time/spans.ts';
import { WorkingHours } from '../schedule/index.ts';

/** A window of a day, by the wall clock and as instants. */
export interface Window extends Interval {
  opens: number;
  closes: number;
}

/** Windows of each weekday in minutes; index 0 is unused. */
export type Week = readonly (readonly [number, number])[][];

// Schedules are read with every request and change once a year: each text is checked once.
const known = new Map<string, Week>();
const MAX_WEEKS = 2_000;

/** Weekly windows as they are stored, checked. */
export function weekOf(json: string): Week {
  let week = known.get(json);
  if (!week) {
    const hours = WorkingHours.parse(JSON.parse(json));
    week = Array.from({ length: 8 }, (_, day) =>
      joined(
        (hours[String(day) as keyof WorkingHours] ?? []).map(([from, to]) => [
          minutesOf(from),
          minutesOf(to),
        ]),
      ),
    );
    if (known.size >= MAX_WEEKS) known.clear();
    known.set(json, week);
  }
  return week;
}

/** Windows that touch or overlap are one, in order; one without a length doesn't count. */
function joined(windows: [number, number][]): [number, number][] {
  const result: [number, number][] = [];
  for (const [opens, closes] of windows.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (opens >= closes) continue;
    if (last && opens <= last[1]) last[1] = Math.max(last[1], closes);
    else result.push([opens, closes]);
  }
  return result;
}

/** The windows of one day, as long as they are when the clocks change; one that the clocks skip has no length. */
export function windowsOn(week: Week, day: LocalDay): Window[] {
  return (week[day.weekday] ?? []).map(([opens, closes]) => ({
    opens,
    closes,
    from: edgeAt(day, opens),
    to: edgeAt(day, closes),
  }));
}

/**
 * As `windowsOn`, each lasting as long as there is no gap: over midnight into the next day's, and over minutes that
 * the clocks skip. Nothing that can be booked lasts beyond the next day.
 */
export function openingOn(week: Week, day: LocalDay, timeZone: string): Window[] {
  const windows = windowsOn(week, day);
  const isOpenAtMidnight = windows.at(-1)?.to === day.ends;
  const after = isOpenAtMidnight ? windowsOn(week, localDay(day.number + 1, timeZone)) : [];
  const all = [...windows, ...after];
  for (let index = all.length - 2; index >= 0; index -= 1) {
    const [window, next] = [all[index] as Window, all[index + 1] as Window];
    if (window.to === next.from) window.to = next.to;
  }
  return windows;
}
