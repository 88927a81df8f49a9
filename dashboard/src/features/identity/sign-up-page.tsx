import { Anchor, Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { modeQuery } from './api/mode.ts';
import { ownerLinkQuery } from './api/owner-link.ts';
import { sessionQuery } from './api/session.ts';
import { AuthCard } from './auth-card.tsx';
import { ClinicSignUp } from './clinic-sign-up.tsx';

/** Open to anyone, for the person with a link of the operator (behind the "#"), or a sentence with the next step. */
export function SignUpPage() {
  const token = useLocation({ select: ({ hash }) => hash });
  const { data, error, refetch } = useQuery(modeQuery);
  if (data?.sign_up === 'closed') {
    return (
      <Card title="Sign-up is closed" hint="No new accounts can be made here right now.">
        <Closed>If you need one, ask the people who run this service.</Closed>
      </Card>
    );
  }
  if (data?.sign_up === 'invited' && token === '') {
    return (
      <Card title="By invitation only" hint="You need a link to sign up here.">
        <Closed>
          To join a clinic, ask its owner to invite you and open the link in the invitation. To start a clinic
          of your own, ask the people who run this service for a link.
        </Closed>
      </Card>
    );
  }
  return (
    <Card
      title="Create your clinic"
      hint="Just one form. The clock to your first booked appointment starts when you submit it."
    >
      {data === undefined ? (
        error === null ? (
          <LoadingRows rows={4} height={56} label="Loading the form" />
        ) : (
          <ErrorState title="We couldn’t load the form" error={error} onRetry={() => void refetch()} />
        )
      ) : token === '' ? (
        <ClinicSignUp />
      ) : (
        <WithLink token={token} />
      )}
    </Card>
  );
}

const Card = (props: { title: string; hint: string; children: ReactNode }) => (
  <AuthCard
    {...props}
    foot={
      <>
        Already have an account?{' '}
        <Anchor component={Link} to="/sign-in" underline="always">
          Sign in
        </Anchor>
      </>
    }
  />
);

const Closed = ({ children }: { children: ReactNode }) => (
  <Stack gap="md">
    <span>{children}</span>
    <Button renderRoot={(props) => <Link {...props} to="/sign-in" />} fullWidth>
      Go to sign-in
    </Button>
  </Stack>
);

function WithLink({ token }: { token: string }) {
  const { data, error } = useQuery(ownerLinkQuery(token));
  const { data: session } = useQuery(sessionQuery);
  if (data !== undefined && session != null) {
    return (
      <Stack gap="md">
        <span>
          You’re signed in as {session.user.email}. Use this link to create a clinic with that account, or
          sign out to use another one.
        </span>
        <Button renderRoot={(props) => <Link {...props} to="/create-clinic" hash={token} />} fullWidth>
          Create a clinic with this account
        </Button>
      </Stack>
    );
  }
  if (data !== undefined) return <ClinicSignUp link={{ token, email: data.email }} />;
  return error === null ? (
    <LoadingRows rows={4} height={56} label="Loading the form" />
  ) : (
    <ErrorState title="This link doesn’t work" error={error} />
  );
}
