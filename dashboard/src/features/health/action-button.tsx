import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { HealthAction } from '@voxanne/contract';
import { notifyDone, notifyFailed } from '../../lib/ui/notify.ts';
import { LinkGoogleButton } from '../connections/link-google.tsx';
import { useRight } from '../identity/use-right.ts';
import { resetBreaker } from './health.api.ts';
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
  const queryClient = useQueryClient();
  const reset = useMutation({
    mutationFn: () => resetBreaker(name),
    onSuccess: () => notifyDone(`Trying ${breakerName(name)} again now.`),
    onError: (error) => notifyFailed('We couldn’t try it again', error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['health'] }),
  });
  return mayReset ? (
    <Button variant="default" loading={reset.isPending} onClick={() => reset.mutate()}>
      Try {breakerName(name)} now
    </Button>
  ) : null;
}
