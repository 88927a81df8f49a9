import { Anchor, Button, Stack } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import type { InvitationFacts } from '@voxanne/contract';
import { FormError } from '../../lib/ui/form-error.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { sessionQuery } from '../identity/api/session.ts';
import { signOut } from '../identity/api/sign-out.ts';
import { AuthCard } from '../identity/auth-card.tsx';
import { enter } from '../identity/enter.ts';
import { acceptInvitation } from './api/accept-invitation.ts';
import { invitationQuery } from './api/invitation.ts';
import { JoinForm } from './join-form.tsx';
import { asOne } from './team-view.ts';

/** Where the link of an invitation leads: with an account or without, to the clinic that invites. */
export function JoinPage() {
  const token = useLocation({ select: ({ hash }) => hash });
  const { data, error } = useQuery(invitationQuery(token));
  const clinic = data?.organization_name;
  return (
    <AuthCard
      title={clinic === undefined ? 'Join a clinic' : `Join ${clinic}`}
      hint={
        data === undefined
          ? 'With an invitation, you can join a clinic’s team.'
          : `You’re invited as ${asOne[data.role]}.`
      }
      foot={
        <>
          Not invited?{' '}
          <Anchor component={Link} to="/sign-in" underline="always">
            Sign in
          </Anchor>
        </>
      }
    >
      {data !== undefined ? (
        <Invited token={token} invitation={data} />
      ) : error === null ? (
        <LoadingRows rows={2} height={56} label="Loading the invitation" />
      ) : (
        <ErrorState title="This link doesn’t work" error={error} />
      )}
    </AuthCard>
  );
}

function Invited({ token, invitation }: { token: string; invitation: InvitationFacts }) {
  const { data: session, error, refetch } = useQuery(sessionQuery);
  if (error !== null)
    return <ErrorState title="We couldn’t check your account" error={error} onRetry={() => void refetch()} />;
  if (session === undefined) return <LoadingRows rows={2} height={56} label="Loading your account" />;
  if (session === null) return <JoinForm token={token} email={invitation.email} />;
  return session.user.email.toLowerCase() === invitation.email ? (
    <Accept token={token} invitation={invitation} />
  ) : (
    <AnotherAccount mine={session.user.email} invited={invitation.email} />
  );
}

function Accept({ token, invitation }: { token: string; invitation: InvitationFacts }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const join = useMutation({
    async mutationFn() {
      await acceptInvitation(token);
      await enter(queryClient);
    },
    onSuccess: () => navigate({ to: '/' }),
  });
  return (
    <Stack gap="md">
      <span>You’re signed in as {invitation.email}.</span>
      <FormError error={join.error} />
      <Button loading={join.isPending} onClick={() => join.mutate()} fullWidth>
        Join {invitation.organization_name}
      </Button>
    </Stack>
  );
}

/** An invitation is for one address, so that a link that went astray lets no one else in. */
function AnotherAccount({ mine, invited }: { mine: string; invited: string }) {
  const queryClient = useQueryClient();
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: () => queryClient.resetQueries({ queryKey: sessionQuery.queryKey }),
  });
  return (
    <Stack gap="md">
      <span>
        You’re signed in as {mine}, but this invitation is for {invited}. Sign out to join with that address,
        or ask the clinic to invite {mine}.
      </span>
      <FormError error={leave.error} />
      <Button loading={leave.isPending} onClick={() => leave.mutate()} fullWidth>
        Sign out and continue
      </Button>
    </Stack>
  );
}
