import { Anchor, Button, Group } from '@mantine/core';
import { IconCloudOff, IconMapQuestion } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { signOut } from '../features/identity/api/sign-out.ts';
import { checkReachable, useReachable } from '../lib/api/reachability.ts';
import { PageNotLoaded } from '../lib/ui/lazy-page.tsx';
import { Page } from '../lib/ui/page.tsx';
import { EmptyState, ErrorState } from '../lib/ui/states.tsx';

export function NotFound() {
  return (
    <main id="main">
      <Page title="Not found">
        <EmptyState icon={IconMapQuestion} title="We couldn’t find that page.">
          <Anchor component={Link} to="/" underline="always">
            Go to Today
          </Anchor>
        </EmptyState>
      </Page>
    </main>
  );
}

/** The one thing that stops every page: we don't know who you are, or which clinic this is. */
export function Unavailable({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const queryClient = useQueryClient();

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
      <Page title="Can’t reach Voxanne">
        <ErrorState
          title="We couldn’t open this page."
          error={error}
          stillWorks="Calls aren’t affected."
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
  if (error instanceof PageNotLoaded) return <NotLoaded />;
  return (
    <Page title="Something went wrong">
      <ErrorState
        title="We couldn’t show this page."
        error={error}
        stillWorks="Other pages, calls and texts aren’t affected."
        onRetry={reset}
      />
    </Page>
  );
}

/** The code of a page did not come: there is no network, or Voxanne was updated and the old code is gone. */
function NotLoaded() {
  const reachable = useReachable();
  const wasAway = useRef(false);
  useEffect(() => void checkReachable(), []);
  useEffect(() => {
    if (reachable && wasAway.current) window.location.reload();
    wasAway.current = !reachable;
  }, [reachable]);
  return (
    <Page title="This page hasn’t loaded">
      <EmptyState
        icon={IconCloudOff}
        title={reachable ? 'Voxanne may have been updated.' : 'You’re offline.'}
      >
        <p>
          {reachable
            ? 'Reload to get the latest version of this page.'
            : 'This page will open once you’re back online. Pages you’ve already opened still show what they last loaded.'}
        </p>
        {reachable ? <Button onClick={() => window.location.reload()}>Reload</Button> : null}
      </EmptyState>
    </Page>
  );
}
