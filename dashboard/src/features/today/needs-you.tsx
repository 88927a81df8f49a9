import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Task } from '@voxanne/contract';
import { useState } from 'react';
import { plural } from '../../lib/format/format.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState } from '../../lib/ui/states.tsx';
import { messagesQuery } from '../messaging/api/messages.ts';
import { tasksQuery } from '../tasks/api/tasks.ts';
import classes from '../tasks/needs-you.module.css';
import { TaskRow } from '../tasks/task-row.tsx';
import { RefusedTextRow } from './refused-text-row.tsx';

/** What waits for a person, urgent first. Where nothing waits, nothing is shown. */
export function NeedsYou({ timeZone, now }: { timeZone: string; now: number }) {
  const { data, error, refetch } = useQuery(tasksQuery);
  // A list that did not load is left out here; the texts are under Messages.
  const refused = useInfiniteQuery(messagesQuery({ needsAttention: true })).data?.messages ?? [];
  // Closed here and a moment ago: they stay in sight, so that a slip can be taken back.
  const [closed, setClosed] = useState<Task[]>([]);
  if (data === undefined) {
    return error === null ? null : (
      <ErrorState
        title="We couldn’t load your messages"
        error={error}
        stillWorks="The receptionist still takes messages; this page only shows them."
        onRetry={() => void refetch()}
      />
    );
  }
  const open = data.data;
  const done = closed.filter(({ id }) => open.every((task) => task.id !== id));
  if (open.length + done.length + refused.length === 0) return null;
  const counts = [
    ...(open.length === 0 ? [] : [plural(open.length, 'message')]),
    ...(refused.length === 0
      ? []
      : [plural(refused.length, 'text that didn’t arrive', 'texts that didn’t arrive')]),
  ];
  return (
    <Panel title="Needs you" hint={counts.length === 0 ? 'All done' : counts.join(', ')}>
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
        {refused.map((text) => (
          <RefusedTextRow key={text.id} {...{ text, timeZone, now }} />
        ))}
      </ul>
    </Panel>
  );
}
