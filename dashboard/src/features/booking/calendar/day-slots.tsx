import { IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Slot } from '@voxanne/contract';
import { useId } from 'react';
import { formatTime } from '../../../lib/format/format.ts';
import { ErrorState, LoadingRows } from '../../../lib/ui/states.tsx';
import classes from '../slot-picker.module.css';
import { dayAvailabilityQuery } from './schedule.api.ts';

interface Props {
  serviceType: string;
  day: string;
  providerId: string;
  timeZone: string;
  /** The instant that is chosen. */
  value: string;
  onChange: (start: string) => void;
}

/** The free times of one provider on one day. */
export function DaySlots({ serviceType, day, providerId, timeZone, value, onChange }: Props) {
  const group = useId();
  const { data, error, refetch } = useQuery(dayAvailabilityQuery(serviceType, day, providerId));
  if (data === undefined && error !== null) {
    return (
      <ErrorState
        title="The free times could not be read"
        error={error}
        stillWorks="You can still type a time below."
        onRetry={() => void refetch()}
      />
    );
  }
  if (data === undefined) return <LoadingRows rows={2} height={36} label="Loading free times" />;
  const slots = data.slots.filter((slot) => slot.provider_id === providerId);
  if (slots.length === 0) {
    return <p role="status">{data.reasons[0]?.detail ?? 'No time is free on that day.'}</p>;
  }
  return (
    <fieldset className={classes.day}>
      <legend>Free times</legend>
      <div className={classes.times}>
        {slots.map((slot: Slot) => (
          <label key={slot.slot_id} className={classes.time}>
            <input
              type="radio"
              name={group}
              value={slot.start}
              checked={Date.parse(slot.start) === Date.parse(value)}
              onChange={() => onChange(slot.start)}
            />
            <IconCheck size={16} stroke={2.5} aria-hidden />
            {formatTime(slot.start, timeZone)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
