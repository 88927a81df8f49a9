import { IconCheck, IconCloudQuestion } from '@tabler/icons-react';
import type { Slot } from '@voxanne/contract';
import { useId } from 'react';
import { formatTime } from '../../lib/format/format.ts';
import classes from './slot-picker.module.css';
import { hasUncertain } from './slots.ts';

interface Props {
  legend: string;
  slots: Slot[];
  timeZone: string;
  isChosen: (slot: Slot) => boolean;
  onChoose: (slot: Slot) => void;
}

/** The free times of a day, one of which can be chosen. */
export function SlotTimes({ legend, slots, timeZone, isChosen, onChoose }: Props) {
  const group = useId();
  return (
    <fieldset className={classes.day}>
      <legend>{legend}</legend>
      <div className={classes.times}>
        {slots.map((slot) => (
          <label key={slot.slot_id} className={classes.time}>
            <input
              type="radio"
              name={group}
              value={slot.start}
              checked={isChosen(slot)}
              aria-describedby={slot.calendar_state === 'stale' ? `${group}-stale` : undefined}
              onChange={() => onChoose(slot)}
            />
            <IconCheck size={16} stroke={2.5} aria-hidden className={classes.check} />
            <span>{formatTime(slot.start, timeZone)}</span>
            {slot.calendar_state === 'stale' ? (
              <IconCloudQuestion size={14} aria-hidden className={classes.stale} />
            ) : null}
          </label>
        ))}
      </div>
      {hasUncertain(slots) ? (
        <p id={`${group}-stale`} className={classes.hint}>
          <IconCloudQuestion size={16} aria-hidden /> We couldn’t reach Google Calendar just now. The marked
          times look free here, but check there too.
        </p>
      ) : null}
    </fieldset>
  );
}
