import { useQuery } from '@tanstack/react-query';
import type { Task } from '@voxanne/contract';
import { useState } from 'react';
import { plural } from '../../lib/format/format.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState } from '../../lib/ui/states.tsx';
import classes from './needs-you.module.css';
import { TaskRow } from './task-row.tsx';
import { tasksQuery } from './tasks.api.ts';

/** What waits for a person, urgent first. Where nothing waits, nothing is shown. */
export function NeedsYou({ timeZone, now }: { timeZone: string; now: number }) {
  const { data, error, refetch } = useQuery(tasksQuery);
  // Closed here and a moment ago: they stay in sight, so that a slip can be taken back.
  const [closed, setClosed] = useState<Task[]>([]);
  if (data === undefined) {
    return error === null ? null : (
      <ErrorState
        title="The messages for you could not be read"
        error={error}
        stillWorks="The receptionist still takes messages; this page only shows them."
        onRetry={() => void refetch()}
      />
    );
  }
  const open = data.data;
  const done = closed.filter(({ id }) => open.every((task) => task.id !== id));
  if (open.length + done.length === 0) return null;
  return (
    <Panel title="Needs you" hint={open.length === 0 ? 'All done' : plural(open.length, 'message')}>
      <ul className={classes.list}>
        {[...open, ...done].map((task) => (
          <TaskRow
            key={task.id}
            {...{ task, timeZone, now }}
            onChanged={(changed: Task) =>
              setClosed((before) => [
                ...before.filter(({ id }) => id !== changed.id),
                ...(changed.status === 'closed' ? [changed] : []),
              ])
            }
          />
        ))}
      </ul>
    </Panel>
  );
}
