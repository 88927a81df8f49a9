import { Button } from '@mantine/core';
import { IconCheck, IconMessage, IconPhone } from '@tabler/icons-react';
import type { Task } from '@voxanne/contract';
import { formatPhone, formatTime, relativeDay } from '../../lib/format/format.ts';
import { notifyFailed } from '../../lib/ui/notify.ts';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { WithRight } from '../identity/with-right.tsx';
import { useCloseTask } from './api/close-task.ts';
import { useReopenTask } from './api/reopen-task.ts';
import classes from './needs-you.module.css';

interface Props {
  task: Task;
  timeZone: string;
  now: number;
  onChanged: (task: Task) => void;
}

/** A message that a caller left with the receptionist. */
export function TaskRow({ task, timeZone, now, onChanged }: Props) {
  const isOpen = task.status === 'open';
  const close = useCloseTask({
    onSuccess: onChanged,
    onError: (cause) => notifyFailed('We couldn’t close the message', cause),
  });
  const reopen = useReopenTask({
    onSuccess: onChanged,
    onError: (cause) => notifyFailed('We couldn’t reopen the message', cause),
  });
  const change = isOpen ? close : reopen;
  const phone = formatPhone(task.phone);
  return (
    <li className={classes.row} data-done={isOpen ? undefined : ''}>
      <div>
        <span className={classes.name}>{task.name}</span>
        <span className={classes.dim}>
          {phone} · {relativeDay(task.created_at, now, timeZone)} at {formatTime(task.created_at, timeZone)}
        </span>
        <p className={classes.words}>{task.message}</p>
      </div>
      <div className={classes.tags}>
        {!isOpen ? (
          <StatusTag tone="ok">Closed</StatusTag>
        ) : task.urgent ? (
          <StatusTag tone="bad">Urgent</StatusTag>
        ) : (
          <StatusTag tone="info" icon={IconMessage}>
            Message
          </StatusTag>
        )}
      </div>
      <div className={classes.actions}>
        {isOpen ? (
          <Button
            component="a"
            href={`tel:${task.phone}`}
            variant="default"
            size="xs"
            leftSection={<IconPhone size={14} aria-hidden />}
            aria-label={`Call ${task.name} at ${phone}`}
          >
            Call
          </Button>
        ) : null}
        <WithRight right="tasks.edit">
          <Button
            variant={isOpen ? 'light' : 'default'}
            size="xs"
            leftSection={isOpen ? <IconCheck size={14} aria-hidden /> : undefined}
            loading={change.isPending}
            aria-label={`${isOpen ? 'Close' : 'Reopen'} the message from ${task.name}`}
            onClick={() => change.mutate(task.id)}
          >
            {isOpen ? 'Close' : 'Reopen'}
          </Button>
        </WithRight>
      </div>
    </li>
  );
}
