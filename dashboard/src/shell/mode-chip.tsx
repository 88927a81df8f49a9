import { IconBroadcast, IconFlask2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { modeQuery } from '../features/identity/api/mode.ts';
import { StatusTag } from '../lib/ui/status-tag.tsx';

/** Always on screen: no one should wonder whether a text reaches a real patient. */
export function ModeChip() {
  const { data } = useQuery(modeQuery);
  if (data === undefined) return null;
  return data.mode === 'sandbox' ? (
    <StatusTag tone="warn" icon={IconFlask2}>
      Sandbox
    </StatusTag>
  ) : (
    <StatusTag tone="ok" icon={IconBroadcast}>
      Live
    </StatusTag>
  );
}
