import { Button } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { plural } from '../../lib/format/format.ts';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { notifyDone, notifyFailed } from '../../lib/ui/notify.ts';
import { replayMany, sendManyAgain } from './deliveries.api.ts';

const filter = { status: 'dead_letter' } as const;

const kinds = {
  webhooks: { again: replayMany, one: 'webhook' },
  outgoing: { again: sendManyAgain, one: 'outgoing one' },
};

/** Counts them first: nobody should replay a thousand of them without having read the number. */
export function ReplayDeadLetters({ list }: { list: keyof typeof kinds }) {
  const { again, one } = kinds[list];
  const queryClient = useQueryClient();
  const preview = useMutation({
    mutationFn: () => again({ filter, dry_run: true }),
    onSuccess: ({ matched }) => {
      if (matched === 0) notifyDone('Nothing was given up: there is nothing to replay.');
    },
    onError: (error) => notifyFailed('Those that were given up could not be counted', error),
  });
  const run = useMutation({
    mutationFn: () => again({ filter }),
    async onSuccess({ summary }) {
      notifyDone(summary);
      await queryClient.invalidateQueries({ queryKey: ['deliveries'] });
    },
    onError: (error) => notifyFailed('The replay failed', error),
    onSettled: () => preview.reset(),
  });
  const matched = preview.data?.matched ?? 0;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconRepeat size={18} aria-hidden />}
        loading={preview.isPending}
        onClick={() => preview.mutate()}
      >
        Replay given-up ones
      </Button>
      <Confirm
        opened={matched > 0}
        title={`Replay ${plural(matched, one)}?`}
        confirm="Replay all"
        cancel="Leave them"
        busy={run.isPending}
        onConfirm={() => run.mutate()}
        onCancel={() => preview.reset()}
      >
        <ul>
          {preview.data?.by_topic.map(({ topic, count }) => (
            <li key={topic}>
              {topic}: {count}
            </li>
          ))}
        </ul>
        {preview.data?.more ? <p>These are the oldest; there are more.</p> : null}
        <p>What was done already is not done twice.</p>
      </Confirm>
    </>
  );
}
