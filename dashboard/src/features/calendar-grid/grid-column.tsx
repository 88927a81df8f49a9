import type { HeldTime } from '@voxanne/contract';
import { memo } from 'react';
import type { Column } from './columns.ts';
import { minuteLabel, type Range } from './days.ts';
import { EventCard, type Grab, spanStyle } from './event-card.tsx';
import { type FreeCell, startAt } from './free-cells.ts';
import { HoldCard } from './hold-card.tsx';
import { overlap } from './opening.ts';
import classes from './time-grid.module.css';
import type { Preview } from './use-drag.ts';

export interface FreeTime {
  day: string;
  minute: number;
  providerId: string | undefined;
}

interface Props {
  column: Column;
  cells: FreeCell[];
  axis: Range;
  /** The minute it is now, in the column of today. */
  nowMinute: number | undefined;
  showProvider: boolean;
  mayMove: boolean;
  pendingIds: string;
  timeZone: string;
  preview: Preview | null;
  draggedId: string | undefined;
  onOpen: (id: string) => void;
  onHold: (hold: HeldTime) => void;
  onFree: (time: FreeTime) => void;
  onGrab: Grab;
}

const clip = (range: Range, axis: Range): Range => ({
  from: Math.max(range.from, axis.from),
  to: Math.min(range.to, axis.to),
});

/** Shade before and after work explains itself; a whole day of it does not. */
const isClosedAllDay = ({ opening }: Column): boolean =>
  opening.open.length === 0 && opening.bands.every((band) => band.kind === 'closed');

const isOpen = ({ opening }: Column, { from, minutes }: Preview): boolean =>
  opening.open.some((range) => range.from <= from && from + minutes <= range.to);

export const GridColumn = memo(function GridColumn(props: Props) {
  const { column, cells, axis, nowMinute, showProvider, mayMove, pendingIds, preview, draggedId } = props;
  const { timeZone, onOpen, onHold, onFree, onGrab } = props;
  return (
    <section className={classes.column} data-column={column.key} aria-label={column.name}>
      {column.opening.bands
        .filter((band) => overlap(band, axis))
        .map((band) => (
          <div
            key={`${band.kind} ${band.from} ${band.label}`}
            className={classes.band}
            data-kind={band.kind}
            style={spanStyle(clip(band, axis))}
          >
            {band.kind === 'closed' && !isClosedAllDay(column) ? null : (
              <span className={classes.bandLabel}>{band.label}</span>
            )}
          </div>
        ))}
      {cells.map((cell) => (
        <button
          key={cell.from}
          type="button"
          tabIndex={-1}
          className={classes.cell}
          style={spanStyle(cell)}
          data-stop={cell.starts[0]}
          aria-label={`Book ${minuteLabel(cell.starts[0] ?? cell.from)}, ${column.name}`}
          onClick={(event) => {
            const { top, height } = event.currentTarget.getBoundingClientRect();
            // A key press has no pointer position.
            const share = event.detail === 0 ? 0 : (event.clientY - top) / height;
            onFree({ day: column.day, minute: startAt(cell, share), providerId: column.providerId });
          }}
        >
          <span aria-hidden>{minuteLabel(cell.starts[0] ?? cell.from)}</span>
        </button>
      ))}
      {column.placed.map((placed) => (
        <EventCard
          key={placed.item.id}
          placed={placed}
          showProvider={showProvider}
          mayMove={mayMove}
          pending={pendingIds.includes(placed.item.id)}
          dragged={placed.item.id === draggedId}
          onOpen={onOpen}
          onGrab={onGrab}
        />
      ))}
      {column.held.map((placed) => (
        <HoldCard
          key={placed.hold.hold_id}
          placed={placed}
          showProvider={showProvider}
          timeZone={timeZone}
          onOpen={onHold}
        />
      ))}
      {preview === null ? null : (
        <div
          className={classes.preview}
          style={spanStyle({ from: preview.from, to: preview.from + preview.minutes })}
          data-preview
          data-closed={isOpen(column, preview) ? undefined : ''}
        >
          {minuteLabel(preview.from)} {isOpen(column, preview) ? preview.name : 'closed'}
        </div>
      )}
      {nowMinute === undefined || nowMinute < axis.from || nowMinute > axis.to ? null : (
        <div className={classes.now} style={spanStyle({ from: nowMinute, to: nowMinute })} />
      )}
    </section>
  );
});
