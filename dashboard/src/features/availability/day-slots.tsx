import { useQuery } from '@tanstack/react-query';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { availabilityQuery } from './api/availability.ts';
import { SlotTimes } from './slot-times.tsx';

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
  const { data, error, refetch } = useQuery(
    availabilityQuery(serviceType, { from: day, to: day, providerId }),
  );
  if (data === undefined && error !== null) {
    return (
      <ErrorState
        title="We couldn’t load the free times"
        error={error}
        stillWorks="You can still type a time below."
        onRetry={() => void refetch()}
      />
    );
  }
  if (data === undefined) return <LoadingRows rows={2} height={36} label="Loading free times" />;
  const slots = data.slots.filter((slot) => slot.provider_id === providerId);
  if (slots.length === 0) {
    return <p role="status">{data.reasons[0]?.detail ?? 'No free times on this day.'}</p>;
  }
  return (
    <SlotTimes
      legend="Free times"
      slots={slots}
      timeZone={timeZone}
      isChosen={({ start }) => Date.parse(start) === Date.parse(value)}
      onChoose={({ start }) => onChange(start)}
    />
  );
}
