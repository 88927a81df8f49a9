import type { Range } from './days.ts';
import { SNAP_MINUTES } from './free-cells.ts';

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/**
 * The column and the quarter of an hour that a dragged card is over.
 * @param grip - Where the card was taken, as a share of its height: it must not jump when it is picked up.
 */
export function snapped(
  columns: { key: string; rect: Box }[],
  at: { x: number; y: number },
  { axis, minutes, grip }: { axis: Range; minutes: number; grip: number },
): { columnKey: string; from: number } | null {
  const column = columns.find(({ rect }) => at.x >= rect.left && at.x < rect.right);
  if (column === undefined) return null;
  const { top, bottom } = column.rect;
  const perMinute = (bottom - top) / (axis.to - axis.from);
  const begins = axis.from + (at.y - top) / perMinute - grip * minutes;
  const quarter = Math.round(begins / SNAP_MINUTES) * SNAP_MINUTES;
  const latest = Math.floor((axis.to - minutes) / SNAP_MINUTES) * SNAP_MINUTES;
  const from = Math.max(Math.min(quarter, latest), axis.from);
  return { columnKey: column.key, from };
}
