import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatDay, spellTimeZone } from '../../lib/format/format.ts';
import { startOfDay } from '../../lib/format/zoned.ts';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { availabilityQuery } from './booking.api.ts';
import classes from './slot-picker.module.css';
import { SlotTimes } from './slot-times.tsx';
import { slotDays } from './slots.ts';

const WINDOW_DAYS = 14;

interface Props {
  serviceType: string;
  timeZone: string;
  value: string;
  onChange: (slotId: string) => void;
}

export function SlotPicker({ serviceType, timeZone, value, onChange }: Props) {
  const [openedAt] = useState(Date.now);
  const [chosenDay, setChosenDay] = useState<string | null>(null);
  const { data, error, refetch } = useQuery(
    availabilityQuery(
      serviceType,
      startOfDay(openedAt, timeZone).toISOString(),
      startOfDay(openedAt, timeZone, WINDOW_DAYS).toISOString(),
    ),
  );
  if (error !== null && data === undefined) {
    return (
      <ErrorState title="The free times could not be read" error={error} onRetry={() => void refetch()} />
    );
  }
  if (data === undefined) return <LoadingRows rows={3} height={44} label="Loading free times" />;
  if (data.slots.length === 0) {
    return <p>{data.reasons[0]?.detail ?? `No free time in the next ${WINDOW_DAYS} days.`}</p>;
  }

  const { days, severalProviders } = slotDays(data.slots, timeZone);
  const [day, slots] = days.find(([key]) => key === chosenDay) ?? days[0] ?? ['', []];

  function changeDay(key: string | null) {
    setChosenDay(key);
    onChange('');
  }
  return (
    <div className={classes.days}>
      <Select
        label="Day"
        value={day}
        onChange={changeDay}
        allowDeselect={false}
        data={days.map(([key, free]) => ({
          value: key,
          label: `${formatDay(free[0]?.start ?? key, timeZone)} (${free.length} free)`,
        }))}
      />
      <SlotTimes
        legend={`Time, ${spellTimeZone(timeZone)}`}
        slots={slots}
        timeZone={timeZone}
        isChosen={(slot) => slot.slot_id === value}
        onChoose={(slot) => onChange(slot.slot_id)}
        showProvider={severalProviders}
      />
    </div>
  );
}
