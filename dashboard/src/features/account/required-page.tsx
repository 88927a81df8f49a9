import { Alert, Anchor, Stack } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Navigate, useNavigate } from '@tanstack/react-router';
import { asApiError } from '../../lib/api/api-error.ts';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { modeQuery } from '../identity/api/mode.ts';
import { signOut } from '../identity/api/sign-out.ts';
import { AuthCard } from '../identity/auth-card.tsx';
import { enter } from '../identity/enter.ts';
import { accountQuery } from './api/account.ts';
import { SetUpSecondFactor } from './set-up-second-factor.tsx';

/** All that people of a clinic get which requires two steps, until their own sign-in takes them. */
export function RequiredPage() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { data: account, error, refetch } = useQuery(accountQuery);
  const mode = useQuery(modeQuery).data;
  const leave = useMutation({
    mutationFn: () => signOut(),
    onSettled() {
      queryClient.clear();
      return navigate({ to: '/sign-in' });
    },
  });
  if (error !== null && asApiError(error).status === 401) return <Navigate to="/sign-in" />;
  return (
    <AuthCard
      title="Set up two-step sign-in"
      hint="Your clinic requires it: your password, then a code from your phone."
      foot={
        <Anchor component="button" type="button" underline="always" onClick={() => leave.mutate()}>
          Sign out
        </Anchor>
      }
    >
      <Stack gap="md">
        {mode?.accounts.kept_by === 'supabase' ? (
          <Alert color="brand" title="Supabase keeps your account">
            Turn on multi-factor sign-in there, then sign in again.
          </Alert>
        ) : error !== null ? (
          <ErrorState title="We couldn’t load your account" error={error} onRetry={() => void refetch()} />
        ) : account === undefined ? (
          <LoadingRows rows={2} height={56} label="Loading your account" />
        ) : (
          <SetUpSecondFactor onDone={() => void enter(queryClient).then(() => navigate({ to: '/' }))} />
        )}
      </Stack>
    </AuthCard>
  );
}
