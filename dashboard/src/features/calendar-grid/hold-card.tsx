import { IconHourglass } from '@tabler/icons-react';
import type { HeldTime } from '@voxanne/contract';
import type { CSSProperties } from 'react';
import { heldWords } from '../appointments/held.ts';
import type { PlacedHold } from './columns.ts';
import { minuteLabel } from './days.ts';
import { spanStyle } from './event-card.tsx';
import classes from './time-grid.module.css';

interface Props {
  placed: PlacedHold;
  /** In a column of several providers. */
  showProvider: boolean;
  timeZone: string;
  onOpen: (hold: HeldTime) => void;
}

export function HoldCard({ placed: { hold, range, lane, lanes }, showProvider, timeZone, onOpen }: Props) {
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`${classes.event} ${classes.hold}`}
      style={{ ...spanStyle(range), '--lane': lane, '--lanes': lanes } as CSSProperties}
      data-stop={range.from}
      data-hold={hold.hold_id}
      data-tone="idle"
      data-short={range.to - range.from < 30 ? '' : undefined}
      aria-haspopup="dialog"
      title={`${minuteLabel(range.from)} to ${minuteLabel(range.to)}, ${heldWords(hold, timeZone)}, with ${hold.provider_name}`}
      onClick={() => onOpen(hold)}
    >
      <span className={classes.eventName}>
        <IconHourglass size={14} stroke={2} aria-hidden className={classes.eventIcon} />
        <span className={classes.clip}>{heldWords(hold, timeZone)}</span>
      </span>
      <span className={classes.eventLine}>
        {minuteLabel(range.from)} {hold.service_name}
      </span>
      {showProvider ? <span className={classes.eventLine}>{hold.provider_name}</span> : null}
      <span className={classes.hidden}>
        , until {minuteLabel(range.to)}, with {hold.provider_name}
      </span>
    </button>
  );
}
