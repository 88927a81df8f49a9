import { Button } from '@mantine/core';
import { IconRepeat } from '@tabler/icons-react';
import { plural } from '../../lib/format/format.ts';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { notifyDone, notifyFailed } from '../../lib/ui/notify.ts';
import { useCountDeadLetters, useReplayDeadLetters } from './api/replay-dead-letters.ts';
import { whatFailed } from './delivery-view.ts';

/**
 * Both lists at once, because health counts them together. Counted first, because no one should replay a thousand of
 * them without seeing the number.
 */
export function ReplayDeadLetters() {
  const preview = useCountDeadLetters({
    onSuccess(counts) {
      if (counts.every(({ matched }) => matched === 0))
        notifyDone('Nothing failed, so there’s nothing to replay.');
    },
    onError: (error) => notifyFailed('We couldn’t count what failed', error),
  });
  const [webhooks = 0, outgoing = 0] = preview.data?.map(({ matched }) => matched) ?? [];
  const run = useReplayDeadLetters({
    onSuccess: (done) => notifyDone(done.map(({ summary }) => summary).join(' ')),
    onError: (error) => notifyFailed('The replay failed', error),
    onSettled: () => preview.reset(),
  });
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconRepeat size={18} aria-hidden />}
        loading={preview.isPending}
        onClick={() => preview.mutate()}
      >
        Replay failed
      </Button>
      <Confirm
        opened={webhooks + outgoing > 0}
        title={`Replay ${plural(webhooks + outgoing, 'failed item')}?`}
        confirm="Replay all"
        tone="brand"
        cancel="Not now"
        busy={run.isPending}
        onConfirm={() => run.mutate({ incoming: webhooks > 0, outgoing: outgoing > 0 })}
        onCancel={() => preview.reset()}
      >
        <p>
          {[
            ...(webhooks > 0 ? [plural(webhooks, 'incoming webhook')] : []),
            ...(outgoing > 0
              ? [plural(outgoing, 'outgoing text or calendar entry', 'outgoing texts and calendar entries')]
              : []),
          ].join(' and ')}
          :
        </p>
        <ul>
          {preview.data
            ?.flatMap(({ by_topic }) => by_topic)
            .map(({ topic, count }) => (
              <li key={topic}>
                {whatFailed(topic)}: {count}
              </li>
            ))}
        </ul>
        {preview.data?.some(({ more }) => more) ? <p>These are the oldest; there are more.</p> : null}
        <p>Anything that already worked won’t be done twice.</p>
      </Confirm>
    </>
  );
}
