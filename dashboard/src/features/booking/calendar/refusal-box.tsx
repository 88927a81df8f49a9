import { Button, Stack } from '@mantine/core';
import { formatMoment } from '../../../lib/format/format.ts';
import { Overbook } from '../overbook.tsx';
import type { Alternative, Refusal } from './refusal.ts';

interface Props {
  refusal: Refusal;
  isOwner: boolean;
  timeZone: string;
  busy: boolean;
  onTake: (slot: Alternative) => void;
  onOverbook: (reason: string) => void;
}

/** Nothing was changed; this is what can be done instead. */
export function RefusalBox({ refusal, isOwner, timeZone, busy, onTake, onOverbook }: Props) {
  const { message, alternatives, mayOverbook, isCertain } = refusal;
  return (
    <Stack gap="md">
      <div role="alert">
        {message}{' '}
        {isCertain
          ? 'Nothing was changed.'
          : 'It is not known whether the change was made: the calendar shows what is saved as soon as it can be read.'}
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
              styles={{ root: { height: 'auto', paddingBlock: 8 }, label: { whiteSpace: 'normal' } }}
              onClick={() => onTake(slot)}
            >
              Move to {formatMoment(slot.start, timeZone)}, {slot.provider_name}
            </Button>
          ))}
        </Stack>
      )}
      {mayOverbook && isOwner ? <Overbook busy={busy} onOverbook={onOverbook} /> : null}
    </Stack>
  );
}
