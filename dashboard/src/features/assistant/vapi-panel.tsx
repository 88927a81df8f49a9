import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CopyField } from '../../lib/ui/copy-field.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { useRight } from '../identity/use-right.ts';
import { vapiQuery } from './api/vapi.ts';
import { ReceptionistFacts } from './receptionist-facts.tsx';
import { VapiSecret } from './vapi-secret.tsx';

export function VapiPanel() {
  const maySee = useRight('receptionist.manage');
  const { data, error, refetch } = useQuery({ ...vapiQuery, enabled: maySee });
  return (
    <Panel title="Phone receptionist" hint="How Vapi reaches this server, and how we know it’s Vapi.">
      {!maySee ? (
        <p>Only an owner of the clinic sees its address and its secret.</p>
      ) : error !== null ? (
        <ErrorState title="We couldn’t load the receptionist" error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <LoadingRows rows={2} height={56} label="Loading the receptionist" />
      ) : (
        <Stack gap="md">
          <ReceptionistFacts />
          <CopyField label="Server URL" value={data.server_url} />
          <VapiSecret hint={data.secret_hint} previousUntil={data.previous_secret_until} />
        </Stack>
      )}
    </Panel>
  );
}
