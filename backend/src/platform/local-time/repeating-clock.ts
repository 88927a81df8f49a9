type Minutes = readonly [from: number, to: number];

/**
 * Whether windows of a clock that starts over (a day, a week) hold all of a stretch. Windows that touch are one, over
 * the end of the clock too.
 */
export function holds(windows: readonly Minutes[], [from, to]: Minutes, period: number): boolean {
  let at = from;
  while (at < to) {
    const lap = Math.floor(at / period) * period;
    const ends = windows
      .filter(([opens, closes]) => opens <= at - lap && at - lap < closes)
      .map(([, end]) => end);
    if (ends.length === 0) return false;
    at = lap + Math.max(...ends);
  }
  return true;
}

/** Whether any window of a clock that starts over meets a stretch; touching is not meeting. */
export const anyMeets = (windows: readonly Minutes[], [from, to]: Minutes, period: number): boolean =>
  windows.some(([begins, ends]) => [0, period].some((lap) => begins + lap < to && from < ends + lap));

/** "09:30" as minutes of the day; "24:00" is the end of it. */
export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
