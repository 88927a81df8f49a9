import { Button, Group, Title } from '@mantine/core';
import type { Appointment, StatusRequest } from '@voxanne/contract';
import { useState } from 'react';
import { formatMoment } from '../../lib/format/format.ts';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useNow } from '../../lib/ui/use-now.ts';
import { changeWord, isEarly } from './abilities.ts';
import classes from './appointment-drawer.module.css';
import { lookOf } from './event-view.ts';
import { useSetStatus } from './use-changes.ts';

type Status = StatusRequest['status'];

const SURE: Record<Status, string> = {
  confirmed: 'Confirm anyway',
  arrived: 'Check in anyway',
  completed: 'Mark as done anyway',
  no_show: 'Mark as no-show anyway',
};

/** Records the outcome of a visit. Before a visit that has not happened yet, it asks first. */
export function StatusButtons({ item, timeZone }: { item: Appointment; timeZone: string }) {
  const [asking, setAsking] = useState<Status | null>(null);
  const set = useSetStatus();
  const now = useNow(30_000);
  const choices = item.allowed_changes;
  if (choices.length === 0) return null;
  const record = (status: Status, early = false) =>
    set.mutate({ id: item.id, status, early }, { onSettled: () => setAsking(null) });
  return (
    <section aria-labelledby="appointment-status">
      <Title order={3} id="appointment-status" className={classes.section}>
        {item.status === 'pending' ? 'Not confirmed yet' : 'At the front desk'}
      </Title>
      <Group gap="xs">
        {choices.map((status) => {
          const { icon: Glyph } = lookOf(status);
          return (
            <Button
              key={status}
              size="sm"
              variant={status === 'no_show' ? 'light' : 'default'}
              {...(status === 'no_show' ? { color: 'red' } : {})}
              leftSection={<Glyph size={16} aria-hidden />}
              disabled={set.isPending}
              onClick={() => (isEarly(item, status, now) ? setAsking(status) : record(status))}
            >
              {changeWord(item.status, status)}
            </Button>
          );
        })}
      </Group>
      <FormError error={set.error} />
      <Confirm
        opened={asking !== null}
        title="It’s not time yet"
        confirm={asking === null ? '' : SURE[asking]}
        tone="brand"
        cancel="Not yet"
        busy={set.isPending}
        onConfirm={() => asking !== null && record(asking, true)}
        onCancel={() => setAsking(null)}
      >
        {item.contact.name}’s appointment is on {formatMoment(item.scheduled_at, timeZone)}. Do you want to
        record this now anyway?
      </Confirm>
    </section>
  );
}
