import { Alert, Button, Group, Stack, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCalendarShare } from '@tabler/icons-react';
import type { Provider } from '@voxanne/contract';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { CopyField } from '../../lib/ui/copy-field.tsx';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { useMakeFeed } from './api/make-feed.ts';
import { useRevokeFeed } from './api/revoke-feed.ts';
import classes from './schedule.module.css';

/** A private address with which any calendar program shows a provider's appointments. It cannot be read again later. */
export function ProviderFeed({ provider }: { provider: Provider }) {
  const [making, askToMake] = useDisclosure(false);
  const [revoking, askToRevoke] = useDisclosure(false);
  const make = useMakeFeed({ onSuccess: askToMake.close });
  const revoke = useRevokeFeed({
    onSuccess() {
      make.reset();
      askToRevoke.close();
      notifyDone(`The calendar address for ${provider.name} no longer works.`);
    },
  });
  return (
    <section aria-labelledby="provider-feed">
      <Title order={3} size="1rem" mb="xs" id="provider-feed">
        Calendar address
      </Title>
      <Stack gap="sm">
        <p className={classes.dim}>
          Subscribe to it in a phone or calendar app to see appointments with {provider.name}: the patient’s
          name and the service, but no phone number or notes. Anyone who has the address can see them without
          a password.
        </p>
        {make.data === undefined ? null : (
          <Alert
            color="brand"
            title="We only show this address once"
            icon={<IconCalendarShare aria-hidden />}
          >
            <Stack gap="sm">
              Copy it now: we can’t show it again. You can create a new one at any time.
              <CopyField label="Calendar address" value={make.data.url} />
              <div>
                <Button size="sm" variant="default" onClick={() => make.reset()}>
                  Hide address
                </Button>
              </div>
            </Stack>
          </Alert>
        )}
        <Group gap="sm">
          <Button variant="default" onClick={askToMake.open}>
            {make.data === undefined ? 'Create an address' : 'Replace the address'}
          </Button>
          <Button variant="subtle" color="red" onClick={askToRevoke.open}>
            Revoke the address
          </Button>
        </Group>
      </Stack>
      <Confirm
        opened={making}
        title="Create a calendar address?"
        confirm="Create an address"
        tone="brand"
        cancel="Not now"
        busy={make.isPending}
        onConfirm={() => make.mutate(provider.id)}
        onCancel={askToMake.close}
      >
        If there’s an older address, it stops working right away, and anyone who uses it needs the new one.
        <FormError error={make.error} />
      </Confirm>
      <Confirm
        opened={revoking}
        title="Revoke the calendar address?"
        confirm="Revoke the address"
        cancel="Keep it"
        busy={revoke.isPending}
        onConfirm={() => revoke.mutate(provider.id)}
        onCancel={askToRevoke.close}
      >
        Anyone subscribed to it stops getting updates. Your calendar in Voxanne stays as it is.
        <FormError error={revoke.error} />
      </Confirm>
    </section>
  );
}
