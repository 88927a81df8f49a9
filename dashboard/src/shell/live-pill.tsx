import { IconPlayerPause } from '@tabler/icons-react';
import { useLiveStatus } from '../lib/live/live-provider.tsx';
import { StatusTag } from '../lib/ui/status-tag.tsx';
import classes from './shell.module.css';

export function LivePill() {
  const status = useLiveStatus();
  return (
    <div role="status" className={classes.pill}>
      {status === 'paused' ? (
        <StatusTag tone="warn" icon={IconPlayerPause}>
          Live updates paused
        </StatusTag>
      ) : null}
    </div>
  );
}
