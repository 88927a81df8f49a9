import { Alert, Button, Group, Stack } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatMoment } from '../../lib/format/format.ts';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { CopyField } from '../../lib/ui/copy-field.tsx';
import { FormError } from '../../lib/ui/form-error.tsx';
import { meQuery } from '../identity/api/me.ts';
import { useRotateSecret } from './api/rotate-secret.ts';

type Way = 'rotate' | 'revoke';

const WAYS: Record<Way, { title: string; confirm: string; words: string }> = {
  rotate: {
    title: 'Rotate the secret?',
    confirm: 'Rotate',
    words:
      'The assistant in Vapi gets a new secret right away, and the current one stops working once Vapi has it. If Vapi doesn’t answer, calls keep using the current one for up to 24 hours.',
  },
  revoke: {
    title: 'End the old secret now?',
    confirm: 'End it now',
    words:
      'Do this if a secret has leaked. We make a new secret and refuse every older one right away. If Vapi doesn’t answer, the receptionist can’t use its tools until Vapi has the new secret.',
  },
};

/** The secret that proves a request is from Vapi: how it ends, until when the previous one works, two ways to replace it. */
export function VapiSecret({ hint, previousUntil }: { hint: string | null; previousUntil: string | null }) {
  const timeZone = useQuery(meQuery).data?.organization.time_zone ?? 'UTC';
  const [way, ask] = useState<Way>('rotate');
  const [asking, setAsking] = useState(false);
  const rotate = useRotateSecret({ onSuccess: () => setAsking(false) });
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
        <Alert color="brand" title="We only show the new secret once" icon={<IconKey aria-hidden />}>
          <Stack gap="sm">
            {rotate.data.previous_secret_until === null
              ? 'The previous secret no longer works. You only need a copy if another app calls the tools.'
              : 'Vapi doesn’t have it yet; we’ll keep trying. You only need a copy if another app calls the tools.'}
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
          sooner. Until then, don’t rotate again unless you have to: Vapi still uses the previous secret, and
          it would stop working right away.
        </Alert>
      )}
      <Confirm
        opened={asking}
        title={WAYS[way].title}
        confirm={WAYS[way].confirm}
        cancel="Keep the secret"
        busy={rotate.isPending}
        onConfirm={() => rotate.mutate({ revoke_now: way === 'revoke' })}
        onCancel={() => setAsking(false)}
      >
        {WAYS[way].words}
        <FormError error={rotate.error} />
      </Confirm>
    </Stack>
  );
}
