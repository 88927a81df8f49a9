import { WorkingHours } from '../working-hours.ts';
import { edgeAt, type LocalDay } from './local-day.ts';
import type { Interval } from './spans.ts';

/** A window of a day, by the wall clock and as instants. */
export interface Window extends Interval {
  opens: number;
  closes: number;
}

/** Windows of each weekday in minutes; index 0 is unused. */
export type Week = readonly (readonly [number, number])[][];

// Schedules are read with every request and change once a year: each text is checked once.
const known = new Map<string, Week>();
const MOST_WEEKS = 2_000;

/** Weekly windows as they are stored, checked. */
export function weekOf(json: string): Week {
  let week = known.get(json);
  if (!week) {
    const hours = WorkingHours.parse(JSON.parse(json));
    week = Array.from({ length: 8 }, (_, day) =>
      (hours[String(day) as keyof WorkingHours] ?? [])
        .map(([from, to]): [number, number] => [minutes(from), minutes(to)])
        .sort((a, b) => a[0] - b[0] || a[1] - b[1]),
    );
    if (known.size >= MOST_WEEKS) known.clear();
    known.set(json, week);
  }
  return week;
}

/** The windows of one day, as long as they are when the clocks change; one that the clocks skip has no length. */
export function windowsOn(week: Week, day: LocalDay): Window[] {
  const windows: Window[] = [];
  for (const [opens, closes] of week[day.weekday] ?? []) {
    const from = edgeAt(day, opens);
    const to = edgeAt(day, closes);
    if (opens < closes) windows.push({ opens, closes, from, to });
  }
  return windows;
}

const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
