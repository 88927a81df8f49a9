import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { HealthAction } from '@voxanne/contract';
import { notifyDone, notifyFailed } from '../../lib/ui/notify.ts';
import { LinkGoogleButton } from '../connections/link-google.tsx';
import { useRight } from '../identity/use-right.ts';
import { useResetBreaker } from './api/reset-breaker.ts';
import { breakerName, breakerOf, givenUpSearch } from './health-view.ts';

/** The button for what is advised; nothing where only the person who runs the server can help. */
export function ActionButton({ action }: { action: HealthAction }) {
  switch (action.id) {
    case 'google.connect':
      return <LinkGoogleButton prominent={false} />;
    case 'google.reconnect':
      return <LinkGoogleButton label="Link again" />;
    case 'deliveries.replay':
      return (
        <Button
          variant="default"
          renderRoot={(props) => <Link {...props} to="/deliveries" search={givenUpSearch(action)} />}
        >
          See what failed
        </Button>
      );
    case 'breaker.reset':
      return <ResetButton name={breakerOf(action)} />;
    default:
      return null;
  }
}

function ResetButton({ name }: { name: string }) {
  const mayReset = useRight('breakers.reset');
  const reset = useResetBreaker({
    onSuccess: () => notifyDone(`Trying ${breakerName(name)} again now.`),
    onError: (error) => notifyFailed('We couldn’t try it again', error),
  });
  return mayReset ? (
    <Button variant="default" loading={reset.isPending} onClick={() => reset.mutate(name)}>
      Try {breakerName(name)} now
    </Button>
  ) : null;
}
