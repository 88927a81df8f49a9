import { IconPlayerPause } from '@tabler/icons-react';
import { useLiveStatus } from '../lib/live/live-provider.tsx';
import { StatusTag } from '../lib/ui/status-tag.tsx';

export function LivePill() {
  const status = useLiveStatus();
  return (
    <div role="status">
      {status === 'paused' ? (
        <StatusTag tone="warn" icon={IconPlayerPause}>
          Live updates paused
        </StatusTag>
      ) : null}
    </div>
  );
}
