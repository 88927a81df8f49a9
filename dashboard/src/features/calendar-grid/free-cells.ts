import type { Range } from './days.ts';
import { overlap } from './opening.ts';

const CELL_MINUTES = 30;
export const SNAP_MINUTES = 15;
/** As the server has it: a patient who sat down within the last hour is entered without a question. */
export const JUST_PASSED_MINUTES = 60;

/** Half an hour of a column that can be clicked, with the quarters of it in which an appointment could begin. */
export interface FreeCell extends Range {
  starts: number[];
}

interface Wanted {
  axis: Range;
  open: Range[];
  busy: Range[];
  /** The minute before which nothing can be booked anymore. */
  notBefore: number;
}

export function freeCells({ axis, open, busy, notBefore }: Wanted): FreeCell[] {
  const cells: FreeCell[] = [];
  for (let from = axis.from; from < axis.to; from += CELL_MINUTES) {
    const starts = [from, from + SNAP_MINUTES].filter((start) => {
      const quarter = { from: start, to: start + SNAP_MINUTES };
      return (
        start > notBefore &&
        open.some((range) => range.from <= quarter.from && quarter.to <= range.to) &&
        !busy.some((range) => overlap(range, quarter))
      );
    });
    if (starts.length > 0) cells.push({ from, to: from + CELL_MINUTES, starts });
  }
  return cells;
}

/** Which start a click at this share of the cell's height means. */
export function startAt(cell: FreeCell, share: number): number {
  const wanted = share < 0.5 ? cell.from : cell.from + SNAP_MINUTES;
  return cell.starts.find((start) => start >= wanted) ?? cell.starts.at(-1) ?? cell.from;
}

/** The hours a day view shows: opening hours and appointments, in whole hours, and never less than a morning. */
export function axisOf(ranges: Range[]): Range {
  if (ranges.length === 0) return { from: 8 * 60, to: 18 * 60 };
  const from = Math.floor(Math.min(...ranges.map((range) => range.from)) / 60) * 60;
  const to = Math.ceil(Math.max(...ranges.map((range) => range.to)) / 60) * 60;
  return { from, to: Math.min(Math.max(to, from + 240), 24 * 60) };
}
