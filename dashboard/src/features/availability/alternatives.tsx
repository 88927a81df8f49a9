import { Alert, Button, Stack } from '@mantine/core';
import { IconCalendarClock } from '@tabler/icons-react';
import { formatMoment } from '../../lib/format/format.ts';
import type { OpenSlot } from './slots.ts';

interface Props {
  slots: OpenSlot[];
  timeZone: string;
  busy: boolean;
  onTake: (slotId: string) => void;
}

/** Someone else just took the time. The next free times are one click each. */
export function Alternatives({ slots, timeZone, busy, onTake }: Props) {
  const severalProviders = new Set(slots.map((slot) => slot.provider_name)).size > 1;
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      title="That time was just taken"
      icon={<IconCalendarClock aria-hidden />}
    >
      {slots.length === 0 ? 'Choose another time above.' : 'Nothing was booked. These times are free:'}
      <Stack gap="xs" mt={slots.length === 0 ? 0 : 'sm'}>
        {slots.map((slot) => (
          <Button
            key={slot.slot_id}
            variant="default"
            size="sm"
            disabled={busy}
            mod="wraps"
            onClick={() => onTake(slot.slot_id)}
          >
            Book {formatMoment(slot.start, timeZone)}
            {severalProviders ? ` with ${slot.provider_name}` : ''}
          </Button>
        ))}
      </Stack>
    </Alert>
  );
}
