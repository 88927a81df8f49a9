import { Button, Drawer, Stack } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import type { HeldTime } from '@voxanne/contract';
import { formatDay, formatTime } from '../../lib/format/format.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { WithRight } from '../identity/with-right.tsx';
import { useReleaseHold } from './api/release-hold.ts';
import classes from './appointment-drawer.module.css';
import { endWords, keeperWord } from './held.ts';

interface Props {
  /** Also after it is over, while the drawer leaves. */
  hold: HeldTime | null;
  opened: boolean;
  /** The time is not held anymore. */
  isOver: boolean;
  timeZone: string;
  onClose: () => void;
  onClosed: () => void;
}

export const HoldDrawer = ({ hold, opened, isOver, timeZone, onClose, onClosed }: Props) => (
  <Drawer opened={opened} onClose={onClose} onExitTransitionEnd={onClosed} size="26rem" title="Held time">
    {hold === null ? null : <Detail key={hold.hold_id} {...{ hold, isOver, timeZone, onClose }} />}
  </Drawer>
);

type DetailProps = Omit<Props, 'hold' | 'opened' | 'onClosed'> & { hold: HeldTime };

function Detail({ hold, isOver, timeZone, onClose }: DetailProps) {
  const end = Date.parse(hold.scheduled_at) + hold.duration_minutes * 60_000;
  const release = useReleaseHold({
    onSuccess: () =>
      notifyDone(`${formatTime(hold.scheduled_at, timeZone)}, ${hold.provider_name}, is free again.`),
  });
  return (
    <Stack gap="lg">
      <dl className={classes.facts}>
        <dt>When</dt>
        <dd>
          <strong>{formatDay(hold.scheduled_at, timeZone)}</strong>
          <br />
          {formatTime(hold.scheduled_at, timeZone)} to {formatTime(end, timeZone)}
        </dd>
        <dt>Service</dt>
        <dd>
          {hold.service_name}, {hold.duration_minutes} min
        </dd>
        <dt>Provider</dt>
        <dd>{hold.provider_name}</dd>
        <dt>Held until</dt>
        <dd>{endWords(hold, timeZone)}</dd>
        <dt>Held by</dt>
        <dd>{keeperWord(hold.source)}</dd>
      </dl>
      {isOver && !release.isPending ? (
        <div role="status">This time is no longer held: it was booked, released, or the hold ran out.</div>
      ) : (
        <Stack gap="sm">
          <div>
            No one else can book this time until then. If it isn’t booked, it opens up again on its own.
          </div>
          <FormError error={release.error} />
          <WithRight right="appointments.book">
            <div>
              <Button
                variant="default"
                leftSection={<IconArrowBackUp size={18} aria-hidden />}
                loading={release.isPending}
                onClick={() => release.mutate(hold.hold_id, { onSuccess: onClose })}
              >
                Release this time
              </Button>
            </div>
          </WithRight>
        </Stack>
      )}
    </Stack>
  );
}
