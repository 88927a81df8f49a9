import {
  IconAlertTriangle,
  IconCalendarOff,
  IconCloudQuestion,
  IconCloudX,
  IconRefresh,
} from '@tabler/icons-react';
import type { Appointment } from '@voxanne/contract';
import type { CSSProperties, PointerEvent } from 'react';
import { may } from '../appointments/abilities.ts';
import { lookOf, mustLook } from '../appointments/event-view.ts';
import type { Placed } from './columns.ts';
import { minuteLabel, type Range } from './days.ts';
import { moreFacts } from './event-facts.ts';
import classes from './time-grid.module.css';

export type Grab = (event: PointerEvent<HTMLElement>, item: Appointment, range: Range) => void;

interface Props {
  placed: Placed;
  /** In a column of several providers. */
  showProvider: boolean;
  mayMove: boolean;
  pending: boolean;
  dragged: boolean;
  onOpen: (id: string) => void;
  onGrab: Grab;
}

export const spanStyle = ({ from, to }: Range): CSSProperties =>
  ({ '--from': from, '--to': to }) as CSSProperties;

export function EventCard({ placed, showProvider, mayMove, pending, dragged, onOpen, onGrab }: Props) {
  const { item, range, lane, lanes, continued, during } = placed;
  // One that is on its way has no known version yet.
  const movable = mayMove && may(item, 'move') && !continued && !pending;
  const { icon: Glyph, tone } = lookOf(item.status);
  return (
    <button
      type="button"
      tabIndex={-1}
      className={classes.event}
      style={{ ...spanStyle(range), '--lane': lane, '--lanes': lanes } as CSSProperties}
      data-stop={range.from}
      data-event={item.id}
      data-tone={tone}
      data-status={item.status}
      data-movable={movable ? '' : undefined}
      data-off={during === undefined ? undefined : ''}
      data-pending={pending ? '' : undefined}
      data-dragged={dragged ? '' : undefined}
      data-short={range.to - range.from < 30 ? '' : undefined}
      aria-haspopup="dialog"
      title={`${minuteLabel(range.from)} to ${minuteLabel(range.to)}, ${item.contact.name}, ${moreFacts(item, range, during)}`}
      onClick={() => onOpen(item.id)}
      onPointerDown={(event) => {
        if (movable) onGrab(event, item, range);
      }}
    >
      <span className={classes.eventName}>
        {item.status === 'confirmed' ? null : (
          <Glyph size={14} stroke={2} aria-hidden className={classes.eventIcon} />
        )}
        <span className={classes.clip}>{item.contact.name}</span>
        {item.overbooked ? <IconAlertTriangle size={14} aria-hidden className={classes.eventIcon} /> : null}
        {during === undefined ? null : (
          <IconCalendarOff size={14} aria-hidden className={classes.eventIcon} />
        )}
        {mustLook(item) ? <IconCloudQuestion size={14} aria-hidden className={classes.eventIcon} /> : null}
        {item.sync_state === 'error' ? (
          <IconCloudX size={14} aria-hidden className={classes.eventIcon} />
        ) : null}
        {item.sync_state === 'pending' ? (
          <IconRefresh size={13} aria-hidden className={classes.eventIcon} />
        ) : null}
      </span>
      <span className={classes.eventLine}>
        {minuteLabel(range.from)}{' '}
        {during === undefined ? item.service_name : <span className={classes.off}>{during}</span>}
      </span>
      {during === undefined ? null : <span className={classes.eventLine}>{item.service_name}</span>}
      {showProvider ? <span className={classes.eventLine}>{item.provider_name}</span> : null}
      <span className={classes.hidden}>, {moreFacts(item, range, during)}</span>
    </button>
  );
}
