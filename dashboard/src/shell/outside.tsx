import { Anchor, Button, Group } from '@mantine/core';
import { IconMapQuestion } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { signOut } from '../features/identity/identity.api.ts';
import { asApiError } from '../lib/api/api-error.ts';
import { Page } from '../lib/ui/page.tsx';
import { EmptyState, ErrorState } from '../lib/ui/states.tsx';

export function NotFound() {
  return (
    <main id="main">
      <Page title="Not found">
        <EmptyState icon={IconMapQuestion} title="There is no page at this address.">
          <Anchor component={Link} to="/" underline="always">
            Go to Today
          </Anchor>
        </EmptyState>
      </Page>
    </main>
  );
}

/** The one thing that stops every page: who you are, or whose clinic this is, could not be found out. */
export function Unavailable({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const queryClient = useQueryClient();
  const noClinic = asApiError(error).code === 'NO_ORGANIZATION';

  async function retry() {
    reset();
    await router.invalidate();
  }
  async function leave() {
    await signOut().catch(() => undefined);
    queryClient.clear();
    await router.navigate({ to: '/sign-in' });
  }

  return (
    <main id="main">
      <Page title={noClinic ? 'No clinic yet' : 'Voxanne is not reachable'}>
        <ErrorState
          title={noClinic ? 'Your account belongs to no clinic.' : 'This page could not be opened.'}
          error={error}
          stillWorks={
            noClinic
              ? 'Ask the owner of the clinic to add you, or create a clinic of your own.'
              : 'Calls that are running are not affected by this page.'
          }
          onRetry={() => void retry()}
        />
        <Group mt="md">
          <Button variant="default" onClick={() => void leave()}>
            Sign out
          </Button>
        </Group>
      </Page>
    </main>
  );
}

/** One page failed to draw itself; the rail stays, so that the others can be reached. */
export function PageBroken({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="This page broke">
      <ErrorState
        title="The page could not be shown."
        error={error}
        stillWorks="The other pages, calls and texts are not affected."
        onRetry={reset}
      />
    </Page>
  );
}
