import { Button, Group, Stack } from '@mantine/core';
import { IconArrowBackUp, IconCalendarCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Appointment } from '@voxanne/contract';
import { formatTime } from '../../lib/format/format.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { waitlistQuery } from '../waitlist/api/waitlist.ts';
import { useAnswerOffer } from '../waitlist/use-answer-offer.ts';

/** A time that is held for a patient on the waitlist: the patient may say yes on the phone as well. */
export function OfferButtons({ item, timeZone }: { item: Appointment; timeZone: string }) {
  const entry = useQuery(waitlistQuery).data?.data.find(({ offer }) => offer?.hold_id === item.id);
  const { accept, withdraw } = useAnswerOffer(timeZone);
  const busy = accept.isPending || withdraw.isPending;
  return (
    <Stack gap="sm">
      <div>
        We offered this time by text
        {entry?.offer ? `. We’re holding it until ${formatTime(entry.offer.expires_at, timeZone)}.` : '.'}
      </div>
      {entry === undefined ? null : (
        <Group>
          <Button
            leftSection={<IconCalendarCheck size={18} aria-hidden />}
            loading={accept.isPending}
            disabled={busy}
            onClick={() => accept.mutate(entry)}
          >
            Book it for {item.contact.name}
          </Button>
          <Button
            variant="default"
            leftSection={<IconArrowBackUp size={18} aria-hidden />}
            loading={withdraw.isPending}
            disabled={busy}
            onClick={() => withdraw.mutate(entry)}
          >
            Withdraw the offer
          </Button>
        </Group>
      )}
      <FormError error={accept.error ?? withdraw.error} />
    </Stack>
  );
}
