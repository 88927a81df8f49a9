import { useQuery } from '@tanstack/react-query';
import type { Appointment } from '@voxanne/contract';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { integrationsQuery } from '../connections/api/integrations.ts';
import { needsLinking } from '../connections/connection-view.ts';
import { syncView } from './appointment-view.ts';

/** Whether an appointment is in the linked calendar. */
export function SyncTag({ state }: { state: Appointment['sync_state'] }) {
  const google = useQuery(integrationsQuery).data?.data.find(({ provider }) => provider === 'google');
  const { word, tone, busy } = syncView(state, google !== undefined && needsLinking(google.status));
  return (
    <StatusTag tone={tone} busy={busy ?? false} plain>
      {word}
    </StatusTag>
  );
}
