/** Stretches of time that do not touch each other, in order; instants in epoch milliseconds, `to` not included. */
export interface Spans {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

export interface Interval {
  from: number;
  to: number;
}

export const NOTHING: Spans = { from: [], to: [] };

/** Any intervals, in any order, as what they cover together. */
export function spansOf(intervals: readonly Interval[]): Spans {
  if (intervals.length === 0) return NOTHING;
  const sorted = intervals.toSorted((a, b) => a.from - b.from);
  const from: number[] = [];
  const to: number[] = [];
  for (const one of sorted) {
    const last = to.length - 1;
    if (last >= 0 && one.from <= (to[last] as number)) {
      if (one.to > (to[last] as number)) to[last] = one.to;
    } else {
      from.push(one.from);
      to.push(one.to);
    }
  }
  return { from, to };
}

/** Whether a stretch of time meets any of them; touching is not meeting. */
export function meets(spans: Spans, from: number, to: number): boolean {
  let low = 0;
  let high = spans.to.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans.to[middle] as number) <= from) low = middle + 1;
    else high = middle;
  }
  return low < spans.from.length && (spans.from[low] as number) < to;
}
