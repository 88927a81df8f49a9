import type { Range } from './days.ts';

export interface InLane {
  /** Which of the side-by-side lanes it is in. */
  lane: number;
  lanes: number;
}

/** Puts what overlaps side by side; what touches stays in one lane. */
export function inLanes<T extends { range: Range }>(items: T[]): (T & InLane)[] {
  const sorted = items.toSorted((a, b) => a.range.from - b.range.from || b.range.to - a.range.to);
  const placed: (T & InLane)[] = [];
  let cluster: (T & InLane)[] = [];
  let ends: number[] = [];
  const close = () => {
    for (const one of cluster) one.lanes = ends.length;
    placed.push(...cluster);
    cluster = [];
    ends = [];
  };
  for (const one of sorted) {
    const { from, to } = one.range;
    if (ends.every((end) => end <= from)) close();
    const free = ends.findIndex((end) => end <= from);
    const lane = free === -1 ? ends.length : free;
    ends[lane] = to;
    cluster.push({ ...one, lane, lanes: 1 });
  }
  close();
  return placed;
}
