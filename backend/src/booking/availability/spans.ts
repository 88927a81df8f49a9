/** Stretches of time that do not touch each other, in order; instants in epoch milliseconds, `to` not included. */
export interface Spans {
  readonly from: ArrayLike<number>;
  readonly to: ArrayLike<number>;
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
  return merged({ from: sorted.map(({ from }) => from), to: sorted.map(({ to }) => to) });
}

/** Intervals by their beginning, as what they cover together. */
export function merged(sorted: Spans): Spans {
  const most = sorted.from.length;
  // Numbers outside the heap: thousands of them live for one answer, and the collector need not look at them.
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
  return { from: from.subarray(0, count), to: to.subarray(0, count) };
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
    from: order.map((index) => from[index] as number),
    to: order.map((index) => to[index] as number),
  };
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
