import type { Range } from './days.ts';

export interface Placed<T> {
  item: T;
  range: Range;
  /** Which of the lanes beside each other it stands in. */
  lane: number;
  lanes: number;
}

/** Puts what overlaps side by side; what touches stays in one lane. */
export function inLanes<T>(items: { item: T; range: Range }[]): Placed<T>[] {
  const sorted = items.toSorted((a, b) => a.range.from - b.range.from || b.range.to - a.range.to);
  const placed: Placed<T>[] = [];
  let cluster: Placed<T>[] = [];
  let ends: number[] = [];
  const close = () => {
    for (const one of cluster) one.lanes = ends.length;
    placed.push(...cluster);
    cluster = [];
    ends = [];
  };
  for (const { item, range } of sorted) {
    if (ends.every((end) => end <= range.from)) close();
    const free = ends.findIndex((end) => end <= range.from);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = range.to;
    cluster.push({ item, range, lane, lanes: 1 });
  }
  close();
  return placed;
}
