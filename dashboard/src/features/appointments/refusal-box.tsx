import { Button, Stack } from '@mantine/core';
import { formatMoment } from '../../lib/format/format.ts';
import { Overbook } from './overbook.tsx';
import type { Alternative, Refusal } from './refusal.ts';

interface Props {
  refusal: Refusal;
  isOwner: boolean;
  timeZone: string;
  busy: boolean;
  onTake: (slot: Alternative) => void;
  onOverbook: (reason: string) => void;
  /** Outside working hours, on purpose. */
  onAnyway: () => void;
}

/** Nothing was changed; this is what can be done instead. */
export function RefusalBox({ refusal, isOwner, timeZone, busy, onTake, onOverbook, onAnyway }: Props) {
  const { message, alternatives, mayOverbook, mayIgnoreHours, isCertain } = refusal;
  return (
    <Stack gap="md">
      <div role="alert">
        {message}{' '}
        {isCertain
          ? 'Nothing changed.'
          : 'We couldn’t confirm the change. Check the calendar before trying again.'}
        {alternatives.length === 0 ? '' : ' These times are free:'}
      </div>
      {alternatives.length === 0 ? null : (
        <Stack gap="xs">
          {alternatives.map((slot) => (
            <Button
              key={slot.slot_id}
              variant="default"
              size="sm"
              disabled={busy}
              mod="wraps"
              onClick={() => onTake(slot)}
            >
              Move to {formatMoment(slot.start, timeZone)}, {slot.provider_name}
            </Button>
          ))}
        </Stack>
      )}
      {mayIgnoreHours ? (
        <Button variant="light" color="red" disabled={busy} onClick={onAnyway}>
          Book it anyway
        </Button>
      ) : null}
      {mayOverbook && isOwner ? <Overbook busy={busy} onOverbook={onOverbook} /> : null}
    </Stack>
  );
}
