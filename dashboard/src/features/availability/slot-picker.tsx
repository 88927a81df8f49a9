import { Button, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatDay, spellTimeZone } from '../../lib/format/format.ts';
import { addDays, dayKey } from '../../lib/format/zoned.ts';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { providersQuery } from '../schedule/api/providers.ts';
import { servicesQuery } from '../schedule/api/services.ts';
import { availabilityQuery } from './api/availability.ts';
import classes from './slot-picker.module.css';
import { SlotTimes } from './slot-times.tsx';
import { partsOfDay, slotsByStart } from './slots.ts';

/** As many days as the server looks at in one go. */
const AHEAD_DAYS = 30;

/** Where the drawer was opened: the day and the provider that the calendar shows. */
export interface ShownPlace {
  day?: string | undefined;
  providerId?: string | undefined;
}

interface Props {
  serviceType: string;
  timeZone: string;
  shown: ShownPlace;
  value: string;
  onChange: (slotId: string) => void;
}

/** Any day within the horizon, any provider or one of them, and the free times of that day by its parts. */
export function SlotPicker({ serviceType, timeZone, shown, value, onChange }: Props) {
  const today = dayKey(Date.now(), timeZone);
  const asked = shown.day !== undefined && shown.day > today ? shown.day : undefined;
  const [chosenDay, setDay] = useState(asked);
  const [providerId, setProviderId] = useState(shown.providerId ?? '');
  const people = useProviders(serviceType);
  const who = people.some((one) => one.value === providerId) ? providerId : '';
  const first = chosenDay ?? today;
  const ofDay = useQuery(availabilityQuery(serviceType, { from: first, to: first, providerId: who }));
  const isFull = ofDay.data?.slots.length === 0;
  const later = useQuery({
    ...availabilityQuery(serviceType, {
      from: addDays(first, 1),
      to: addDays(first, AHEAD_DAYS),
      providerId: who,
    }),
    enabled: isFull,
  });
  const next = later.data?.slots[0];
  const nextDay = next === undefined ? undefined : dayKey(next.start, timeZone);
  // Who asked for no day gets the first that has a time.
  const jumps = isFull && chosenDay === undefined;
  const day = jumps && nextDay !== undefined ? nextDay : first;
  const slots = (jumps ? later.data?.slots : ofDay.data?.slots) ?? [];

  function change(set: () => void) {
    set();
    onChange('');
  }
  return (
    <div className={classes.days}>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        <TextInput
          type="date"
          label="Day"
          min={today}
          value={day}
          onChange={({ currentTarget: { value: to } }) => to !== '' && change(() => setDay(to))}
        />
        <Select
          label="Provider"
          data={[{ value: '', label: 'Any provider' }, ...people]}
          value={who}
          allowDeselect={false}
          onChange={(to) => change(() => setProviderId(to ?? ''))}
        />
      </SimpleGrid>
      {ofDay.error !== null && ofDay.data === undefined ? (
        <ErrorState
          title="We couldn’t load the free times"
          error={ofDay.error}
          onRetry={() => void ofDay.refetch()}
        />
      ) : ofDay.data === undefined || (jumps && later.isLoading) ? (
        <LoadingRows rows={3} height={44} label="Loading free times" />
      ) : (
        <Times
          slots={slots.filter((slot) => dayKey(slot.start, timeZone) === day)}
          {...{ timeZone, value, onChange }}
        />
      )}
      {isFull && !jumps ? (
        <div role="status">
          <p>{ofDay.data?.reasons[0]?.detail ?? 'No free times on this day.'}</p>
          {nextDay === undefined || next === undefined ? null : (
            <Button variant="default" size="sm" onClick={() => change(() => setDay(nextDay))}>
              Next free: {formatDay(next.start, timeZone)}
            </Button>
          )}
        </div>
      ) : null}
      {jumps && later.data?.slots.length === 0 ? (
        <p role="status">
          {later.data.reasons[0]?.detail ?? `No free times in the next ${AHEAD_DAYS} days.`}
        </p>
      ) : null}
    </div>
  );
}

/** Those who take appointments and offer the service. */
function useProviders(serviceType: string) {
  const service = useQuery(servicesQuery).data?.find(({ slug }) => slug === serviceType);
  const offering = service?.provider_ids ?? [];
  return (useQuery(providersQuery).data ?? [])
    .filter(({ id, active }) => active && (offering.length === 0 || offering.includes(id)))
    .map(({ id, name }) => ({ value: id, label: name }));
}

type TimesProps = Pick<Props, 'timeZone' | 'value' | 'onChange'> & {
  slots: Parameters<typeof slotsByStart>[0];
};

function Times({ slots, timeZone, value, onChange }: TimesProps) {
  const chosen = slots.find(({ slot_id }) => slot_id === value);
  return (
    <>
      {partsOfDay(slotsByStart(slots, value), timeZone).map(([part, times]) => (
        <SlotTimes
          key={part}
          legend={part}
          slots={times}
          timeZone={timeZone}
          isChosen={(slot) => slot.slot_id === value}
          onChoose={(slot) => onChange(slot.slot_id)}
        />
      ))}
      <p className={classes.hint} role="status">
        {chosen === undefined ? spellTimeZone(timeZone) : `With ${chosen.provider_name}`}
      </p>
    </>
  );
}
