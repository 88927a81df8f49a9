import { WEEKDAYS, type WeeklyHours } from '@voxanne/contract';

type Window = [from: string, to: string];

/** The hours of a week without its breaks: what a caller may hope for. */
export function openWindows(hours: WeeklyHours, breaks: WeeklyHours): WeeklyHours {
  const open: WeeklyHours = {};
  for (const day of WEEKDAYS) {
    const windows = (hours[day] ?? []).flatMap((window) => without(window, breaks[day] ?? []));
    if (windows.length > 0) open[day] = windows;
  }
  return open;
}

function without(window: Window, breaks: Window[]): Window[] {
  return breaks.reduce<Window[]>(
    (rest, [begins, ends]) =>
      rest.flatMap(([from, to]): Window[] => {
        if (ends <= from || to <= begins) return [[from, to]];
        return [
          ...(from < begins ? [[from, begins] satisfies Window] : []),
          ...(ends < to ? [[ends, to] satisfies Window] : []),
        ];
      }),
    [window],
  );
}

/** "Monday to Friday 9:00 AM to 5:00 PM; Saturday 9:00 AM to 12:00 PM", of everyone together. */
export function spokenWeek(weeks: WeeklyHours[]): string {
  const days = WEEKDAYS.map((day) => spokenDay(merged(weeks.flatMap((week) => week[day] ?? []))));
  const runs: { first: number; last: number; hours: string }[] = [];
  for (const [index, hours] of days.entries()) {
    const run = runs.at(-1);
    if (run?.hours === hours && run.last === index - 1) run.last = index;
    else if (hours !== '') runs.push({ first: index, last: index, hours });
  }
  return runs.map(({ first, last, hours }) => `${spokenDays(first, last)} ${hours}`).join('; ');
}

function merged(windows: Window[]): Window[] {
  const result: Window[] = [];
  for (const [from, to] of windows.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const last = result.at(-1);
    if (last && from <= last[1]) last[1] = to > last[1] ? to : last[1];
    else result.push([from, to]);
  }
  return result;
}

const NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function spokenDays(first: number, last: number): string {
  if (first === last) return NAMES[first] ?? '';
  return `${NAMES[first]} ${last === first + 1 ? 'and' : 'to'} ${NAMES[last]}`;
}

const spokenDay = (windows: Window[]): string =>
  windows.map(([from, to]) => `${spokenTime(from)} to ${spokenTime(to)}`).join(' and ');

function spokenTime(time: string): string {
  if (time === '24:00') return 'midnight';
  const hour = Number(time.slice(0, 2));
  return `${hour % 12 === 0 ? 12 : hour % 12}:${time.slice(3)} ${hour < 12 ? 'AM' : 'PM'}`;
}
