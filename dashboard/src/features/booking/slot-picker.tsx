import { Button, Chip, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatDay, formatTime } from '../../lib/format/format.ts';
import { startOfDay } from '../../lib/format/zoned.ts';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { availabilityQuery } from './booking.api.ts';
import classes from './slot-picker.module.css';
import { slotDays } from './slots.ts';

const WINDOW_DAYS = 14;
const DAYS_AT_FIRST = 3;

interface Props {
  serviceType: string;
  timeZone: string;
  value: string;
  onChange: (slotId: string) => void;
}

export function SlotPicker({ serviceType, timeZone, value, onChange }: Props) {
  const [openedAt] = useState(Date.now);
  const [allDays, setAllDays] = useState(false);
  const { data, error, refetch } = useQuery(
    availabilityQuery(
      serviceType,
      startOfDay(openedAt, timeZone).toISOString(),
      startOfDay(openedAt, timeZone, WINDOW_DAYS).toISOString(),
    ),
  );
  if (error !== null) {
    return (
      <ErrorState title="The free times could not be read" error={error} onRetry={() => void refetch()} />
    );
  }
  if (data === undefined) return <LoadingRows rows={3} height={44} label="Loading free times" />;
  if (data.slots.length === 0) {
    return <p>{data.reasons[0]?.detail ?? `No free time in the next ${WINDOW_DAYS} days.`}</p>;
  }

  const { days, severalProviders } = slotDays(data.slots, timeZone);
  const shown = allDays ? days : days.slice(0, DAYS_AT_FIRST);
  return (
    <div className={classes.days}>
      <Chip.Group value={value} onChange={onChange}>
        {shown.map(([day, slots]) => (
          <fieldset key={day} className={classes.day}>
            <legend>{formatDay(slots[0]?.start ?? day, timeZone)}</legend>
            <div className={classes.times}>
              {slots.map((slot) => (
                <Chip key={slot.slot_id} value={slot.slot_id} size="md" radius="md">
                  {formatTime(slot.start, timeZone)}
                  {severalProviders ? `, ${slot.provider_name}` : ''}
                  <VisuallyHidden>, {formatDay(slot.start, timeZone)}</VisuallyHidden>
                </Chip>
              ))}
            </div>
          </fieldset>
        ))}
      </Chip.Group>
      {shown.length === days.length ? null : (
        <Button variant="subtle" size="sm" onClick={() => setAllDays(true)}>
          Show later days
        </Button>
      )}
    </div>
  );
}
