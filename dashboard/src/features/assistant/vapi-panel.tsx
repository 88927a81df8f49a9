import { Alert, Button, Group, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { CopyField } from '../../lib/ui/copy-field.tsx';
import { FormError } from '../../lib/ui/form-error.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { rotateSecret, vapiQuery } from './assistant.api.ts';
import { ReceptionistFacts } from './receptionist-facts.tsx';

export function VapiPanel() {
  const { data, error, refetch } = useQuery(vapiQuery);
  return (
    <Panel title="Phone receptionist" hint="How Vapi reaches this server, and how we know that it is Vapi.">
      {error !== null ? (
        <ErrorState title="The receptionist could not be read" error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <LoadingRows rows={2} height={56} label="Loading the receptionist" />
      ) : (
        <Stack gap="md">
          <ReceptionistFacts />
          <CopyField label="Server URL" value={data.server_url} />
          <Secret hint={data.secret_hint} />
        </Stack>
      )}
    </Panel>
  );
}

function Secret({ hint }: { hint: string | null }) {
  const queryClient = useQueryClient();
  const [asking, ask] = useDisclosure(false);
  const rotate = useMutation({
    mutationFn: rotateSecret,
    onSuccess: ask.close,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['vapi'] }),
  });
  return (
    <>
      {rotate.data === undefined ? (
        <Group justify="space-between">
          <span>
            {hint === null ? 'No secret yet.' : `The secret ends in ${hint.replace(/^[^\w]+/, '')}.`}
          </span>
          <Button variant="default" leftSection={<IconKey size={16} aria-hidden />} onClick={ask.open}>
            Rotate secret
          </Button>
        </Group>
      ) : (
        <Alert color="brand" title="The new secret is shown once" icon={<IconKey aria-hidden />}>
          <Stack gap="sm">
            The assistant in Vapi already has it. Keep a copy only if another program calls the tools.
            <CopyField label="New secret" value={rotate.data.secret} />
            <div>
              <Button size="sm" variant="default" onClick={() => rotate.reset()}>
                Hide secret
              </Button>
            </div>
          </Stack>
        </Alert>
      )}
      <Confirm
        opened={asking}
        title="Rotate the secret?"
        confirm="Rotate"
        cancel="Keep the secret"
        busy={rotate.isPending}
        onConfirm={() => rotate.mutate()}
        onCancel={ask.close}
      >
        Calls signed with the present secret are refused from that moment. The assistant in Vapi is given the
        new one at once.
        <FormError error={rotate.error} />
      </Confirm>
    </>
  );
}
