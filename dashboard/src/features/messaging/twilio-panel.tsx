import { useQuery } from '@tanstack/react-query';
import { formatPhone } from '../../lib/format/format.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { integrationsQuery } from '../connections/api/integrations.ts';
import { connectionView } from '../connections/connection-view.ts';

/** Read-only: the sender belongs to the deployment. */
export function TwilioPanel() {
  const twilio = useQuery(integrationsQuery).data?.data.find((item) => item.provider === 'twilio');
  if (twilio === undefined) return null;
  const { word, tone, busy } = connectionView(twilio.status);
  return (
    <Panel
      title="Text messages"
      hint={twilio.account === null ? twilio.message : `${formatPhone(twilio.account)}. ${twilio.message}`}
      aside={
        <StatusTag tone={tone} busy={busy ?? false}>
          {word}
        </StatusTag>
      }
    >
      {null}
    </Panel>
  );
}
