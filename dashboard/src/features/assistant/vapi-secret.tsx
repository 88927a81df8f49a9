import { Alert, Button, Group, Stack } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { formatMoment } from '../../lib/format/format.ts';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { CopyField } from '../../lib/ui/copy-field.tsx';
import { FormError } from '../../lib/ui/form-error.tsx';
import { meQuery } from '../identity/identity.api.ts';
import { rotateSecret } from './assistant.api.ts';

type Way = 'rotate' | 'revoke';

const WAYS: Record<Way, { title: string; confirm: string; words: string }> = {
  rotate: {
    title: 'Rotate the secret?',
    confirm: 'Rotate',
    words:
      'The assistant in Vapi gets a new secret at once, and the current one ends when Vapi has it. If Vapi does not answer, calls continue with the current one for up to 24 hours.',
  },
  revoke: {
    title: 'End the old secret now?',
    confirm: 'End it now',
    words:
      'Do this if a secret has leaked. A new secret is made, and every older one is refused from this moment on. If Vapi does not answer right away, the receptionist cannot use its tools until Vapi has the new secret.',
  },
};

/** The secret by which we know Vapi: how it ends, until when the one before it works, and two ways to replace it. */
export function VapiSecret({ hint, previousUntil }: { hint: string | null; previousUntil: string | null }) {
  const queryClient = useQueryClient();
  const timeZone = useQuery(meQuery).data?.organization.time_zone ?? 'UTC';
  const [way, ask] = useState<Way>('rotate');
  const [asking, setAsking] = useState(false);
  const rotate = useMutation({
    mutationFn: (chosen: Way) => rotateSecret({ revoke_now: chosen === 'revoke' }),
    onSuccess: () => setAsking(false),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['vapi'] }),
  });
  const open = (chosen: Way) => {
    ask(chosen);
    setAsking(true);
  };
  return (
    <Stack gap="sm">
      {rotate.data === undefined ? (
        <Group justify="space-between">
          <span>
            {hint === null ? 'No secret yet.' : `The secret ends in ${hint.replace(/^[^\w]+/, '')}.`}
          </span>
          <Group gap="sm">
            <Button
              variant="default"
              leftSection={<IconKey size={16} aria-hidden />}
              onClick={() => open('rotate')}
            >
              Rotate secret
            </Button>
            <Button variant="default" onClick={() => open('revoke')}>
              End the old secret now
            </Button>
          </Group>
        </Group>
      ) : (
        <Alert color="brand" title="The new secret is shown once" icon={<IconKey aria-hidden />}>
          <Stack gap="sm">
            {rotate.data.previous_secret_until === null
              ? 'The previous secret no longer works. Keep a copy only if another program calls the tools.'
              : 'Vapi does not have it yet; Voxanne keeps trying. Keep a copy only if another program calls the tools.'}
            <CopyField label="New secret" value={rotate.data.secret} />
            <div>
              <Button size="sm" variant="default" onClick={() => rotate.reset()}>
                Hide secret
              </Button>
            </div>
          </Stack>
        </Alert>
      )}
      {previousUntil === null ? null : (
        <Alert color="yellow" title="The previous secret still works">
          It works until {formatMoment(previousUntil, timeZone)}, or until Vapi has the new one if that is
          sooner. Until then, do not rotate again unless you must: the older secret is the one that Vapi uses,
          and it would end at once.
        </Alert>
      )}
      <Confirm
        opened={asking}
        title={WAYS[way].title}
        confirm={WAYS[way].confirm}
        cancel="Keep the secret"
        busy={rotate.isPending}
        onConfirm={() => rotate.mutate(way)}
        onCancel={() => setAsking(false)}
      >
        {WAYS[way].words}
        <FormError error={rotate.error} />
      </Confirm>
    </Stack>
  );
}
