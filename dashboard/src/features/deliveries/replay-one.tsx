import { Button } from '@mantine/core';
import { IconPlayerPlay, IconTestPipe } from '@tabler/icons-react';
import type { Delivery, ReplayResult } from '@voxanne/contract';
import { useState } from 'react';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { notifyFailed } from '../../lib/ui/notify.ts';
import { useReplayDelivery } from './api/replay-delivery.ts';
import classes from './delivery-drawer.module.css';
import { effectWords } from './delivery-view.ts';

export function ReplayOne({ delivery: { id, replayable } }: { delivery: Delivery }) {
  const [asking, setAsking] = useState(false);
  const run = useReplayDelivery({
    onError: (error, { dryRun }) => notifyFailed(dryRun ? 'The dry run failed' : 'The replay failed', error),
    onSettled: () => setAsking(false),
  });
  return (
    <div className={classes.replay}>
      {replayable ? (
        <div className={classes.buttons}>
          <Button
            size="sm"
            variant="default"
            leftSection={<IconTestPipe size={16} aria-hidden />}
            loading={run.isPending && run.variables.dryRun}
            disabled={run.isPending}
            onClick={() => run.mutate({ id, dryRun: true })}
          >
            Dry run
          </Button>
          <Button
            size="sm"
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
            disabled={run.isPending}
            onClick={() => setAsking(true)}
          >
            Replay
          </Button>
        </div>
      ) : null}
      <div aria-live="polite">{run.data === undefined ? null : <Result result={run.data} />}</div>
      <Confirm
        opened={asking}
        title="Replay this webhook?"
        confirm="Replay"
        tone="brand"
        cancel="Not now"
        busy={run.isPending}
        onConfirm={() => run.mutate({ id, dryRun: false })}
        onCancel={() => setAsking(false)}
      >
        <p>Anything it already did won’t be done twice. The audit log will show that you replayed it.</p>
      </Confirm>
    </div>
  );
}

function Result({ result }: { result: ReplayResult }) {
  return (
    <div className={classes.result}>
      <p>{result.summary}</p>
      {result.effects.length === 0 ? null : (
        <ul>
          {result.effects.map((effect) => (
            <li key={effect.table}>{effectWords(effect)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
