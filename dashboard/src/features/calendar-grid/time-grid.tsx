import type { Appointment, HeldTime } from '@voxanne/contract';
import { type CSSProperties, useCallback, useEffect, useMemo, useRef } from 'react';
import { dayKey, minuteOfDay } from '../../lib/format/zoned.ts';
import type { Column } from './columns.ts';
import { minuteLabel, type Range } from './days.ts';
import type { Grab } from './event-card.tsx';
import { axisOf, type FreeCell, freeCells, JUST_PASSED_MINUTES } from './free-cells.ts';
import { type FreeTime, GridColumn } from './grid-column.tsx';
import classes from './time-grid.module.css';
import { useDrag } from './use-drag.ts';
import { useRovingFocus } from './use-roving-focus.ts';

interface Props {
  columns: Column[];
  label: string;
  showProvider: boolean;
  /** Free times can be chosen, and appointments dragged. */
  mayBook: boolean;
  pendingIds: string;
  timeZone: string;
  now: number;
  onOpen: (id: string) => void;
  onHold: (hold: HeldTime) => void;
  onFree: (time: FreeTime) => void;
  onMove: (item: Appointment, column: Column, minute: number) => void;
}

export function TimeGrid(props: Props) {
  const { columns, label, showProvider, mayBook, pendingIds, timeZone, now } = props;
  const { onOpen, onHold, onFree, onMove } = props;
  const scroller = useRef<HTMLElement>(null);
  const axis = useAxis(columns);
  const today = dayKey(now, timeZone);
  const nowMinute = minuteOfDay(now, timeZone);
  const cells = useMemo(
    () => new Map(columns.map((column) => [column.key, cellsOf(column, axis, today, nowMinute)])),
    [columns, axis, today, nowMinute],
  );
  const { preview, grab, wasDrag } = useDrag({
    scroller,
    axis,
    onDrop(item, key, minute) {
      const column = columns.find((one) => one.key === key);
      if (column !== undefined) onMove(item, column, minute);
    },
  });
  const roving = useRovingFocus(scroller);
  useScrollToNow(scroller, axis, columns.some((one) => one.day === today) ? nowMinute : undefined);

  const handlers = useRef({ onOpen, onHold, onFree, grab, wasDrag });
  handlers.current = { onOpen, onHold, onFree, grab, wasDrag };
  const open = useCallback((id: string) => {
    if (!handlers.current.wasDrag()) handlers.current.onOpen(id);
  }, []);
  const free = useCallback((time: FreeTime) => {
    if (!handlers.current.wasDrag()) handlers.current.onFree(time);
  }, []);
  const openHold = useCallback((hold: HeldTime) => handlers.current.onHold(hold), []);
  const hold = useCallback<Grab>((...args) => handlers.current.grab(...args), []);

  const hours = Array.from({ length: (axis.to - axis.from) / 60 }, (_, index) => axis.from + index * 60);
  const widths = columns.map(widthOf);
  const style = {
    gridTemplateColumns: `${AXIS_REM}rem ${widths.map((rem) => `minmax(${rem}rem, 1fr)`).join(' ')}`,
    minWidth: `${widths.reduce((sum, rem) => sum + rem, AXIS_REM)}rem`,
    // Of several providers one may still be free beside an appointment: a strip stays to be clicked.
    '--gutter': columns.some((one) => one.providerId === undefined) ? '0.875rem' : '0.25rem',
    '--axis-from': axis.from,
    '--axis-to': axis.to,
  } as CSSProperties;
  return (
    <section
      ref={scroller}
      className={classes.scroller}
      aria-label={label}
      aria-describedby="calendar-keys"
      data-dragging={preview === null ? undefined : ''}
      onKeyDown={roving.onKeyDown}
      onFocus={roving.onFocus}
    >
      <p id="calendar-keys" className={classes.hidden}>
        Arrow keys go from time to time and from column to column. Enter opens an appointment
        {mayBook ? ' or books a free time' : ''}.
      </p>
      <div className={classes.grid} style={style}>
        <div className={classes.corner} />
        {columns.map((column) => (
          <div
            key={column.key}
            className={classes.head}
            data-today={column.day === today ? '' : undefined}
            aria-hidden
          >
            {column.title}
          </div>
        ))}
        <div className={classes.axis} aria-hidden>
          {hours.map((minute) => (
            <span key={minute} className={classes.hour} style={{ '--from': minute } as CSSProperties}>
              {minuteLabel(minute).replace(':00 ', ' ')}
            </span>
          ))}
        </div>
        {columns.map((column) => (
          <GridColumn
            key={column.key}
            column={column}
            cells={mayBook ? (cells.get(column.key) ?? NO_CELLS) : NO_CELLS}
            mayMove={mayBook}
            axis={axis}
            nowMinute={column.day === today ? nowMinute : undefined}
            showProvider={showProvider}
            pendingIds={pendingIds}
            preview={preview?.columnKey === column.key ? preview : null}
            draggedId={preview?.id}
            timeZone={timeZone}
            onOpen={open}
            onHold={openHold}
            onFree={free}
            onGrab={hold}
          />
        ))}
      </div>
    </section>
  );
}

/** The same list each time, so that columns need not be drawn anew. */
const NO_CELLS: FreeCell[] = [];
const AXIS_REM = 3.5;
const COLUMN_REM = 6.5;
const LANE_REM = 5;

/** Wide enough to read a name in each of the side-by-side lanes. */
const widthOf = ({ placed, held }: Column): number =>
  Math.max(COLUMN_REM, LANE_REM * Math.max(...[...placed, ...held].map(({ lanes }) => lanes), 1) + 0.75);

function cellsOf(column: Column, axis: Range, today: string, nowMinute: number): FreeCell[] {
  if (column.day < today) return [];
  const notBefore = column.day === today ? nowMinute - JUST_PASSED_MINUTES : -1;
  return freeCells({ axis, open: column.opening.open, busy: column.busy, notBefore });
}

/** The same object while the hours are the same, so that columns need not be drawn anew. */
function useAxis(columns: Column[]): Range {
  const ranges = columns.flatMap((one) => [
    ...one.opening.open,
    ...[...one.placed, ...one.held].map(({ range }) => range),
  ]);
  const { from, to } = axisOf(ranges);
  return useMemo(() => ({ from, to }), [from, to]);
}

/** Once, when today comes into view: an hour of the past stays visible. */
function useScrollToNow(
  scroller: React.RefObject<HTMLElement | null>,
  axis: Range,
  nowMinute: number | undefined,
) {
  const done = useRef(false);
  useEffect(() => {
    const box = scroller.current;
    const column = box?.querySelector('[data-column]');
    if (done.current || nowMinute === undefined || !box || !column) return;
    done.current = true;
    const perMinute = column.clientHeight / (axis.to - axis.from);
    box.scrollTop = Math.max(0, (nowMinute - 60 - axis.from) * perMinute);
  });
}
