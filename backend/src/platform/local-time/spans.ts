/** Stretches of time that do not touch each other, in order; instants in epoch milliseconds, `to` not included. */
export interface Spans {
  // Numbers outside the heap: thousands of them live for one answer, and the collector need not look at them.
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** Where `overlaps` found its last answer; the next start that is asked about is mostly near. */
  near: number;
}

export interface Interval {
  from: number;
  to: number;
}

export const NOTHING: Spans = { from: new Float64Array(), to: new Float64Array(), near: 0 };

/** Any intervals, in any order, as what they cover together. */
export function spansOf(intervals: readonly Interval[]): Spans {
  if (intervals.length === 0) return NOTHING;
  const sorted = intervals.toSorted((a, b) => a.from - b.from);
  return merged({
    from: Float64Array.from(sorted, ({ from }) => from),
    to: Float64Array.from(sorted, ({ to }) => to),
    near: 0,
  });
}

/** Intervals by their beginning, as what they cover together. */
export function merged(sorted: Spans): Spans {
  const most = sorted.from.length;
  const from = new Float64Array(most);
  const to = new Float64Array(most);
  let count = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < most; index += 1) {
    const begins = sorted.from[index] as number;
    const ends = sorted.to[index] as number;
    if (begins > end) {
      from[count] = begins;
      to[count] = ends;
      count += 1;
      end = ends;
    } else if (ends > end) {
      to[count - 1] = ends;
      end = ends;
    }
  }
  return { from: from.subarray(0, count), to: to.subarray(0, count), near: 0 };
}

/** By their beginning, in whatever order they came. */
export function inOrder(spans: Spans): Spans {
  const { from, to } = spans;
  let isSorted = true;
  for (let index = 1; index < from.length; index += 1) {
    if ((from[index] as number) < (from[index - 1] as number)) isSorted = false;
  }
  if (isSorted) return spans;
  const order = Array.from(from, (_, index) => index).sort(
    (a, b) => (from[a] as number) - (from[b] as number),
  );
  return {
    from: Float64Array.from(order, (index) => from[index] as number),
    to: Float64Array.from(order, (index) => to[index] as number),
    near: 0,
  };
}

/** Whether a stretch of time overlaps any of them; touching is not overlapping. */
export function overlaps(spans: Spans, from: number, to: number): boolean {
  const { from: begins, to: ends } = spans;
  let index = spans.near;
  if (index > 0 && (ends[index - 1] as number) > from) index = 0;
  while (index < ends.length && (ends[index] as number) <= from) index += 1;
  spans.near = index;
  return index < begins.length && (begins[index] as number) < to;
}
