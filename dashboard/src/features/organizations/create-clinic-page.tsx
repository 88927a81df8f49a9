import { Anchor, Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { modeQuery } from '../identity/api/mode.ts';
import { sessionQuery } from '../identity/api/session.ts';
import { AuthCard } from '../identity/auth-card.tsx';
import { useSignOut } from '../identity/use-sign-out.ts';
import { myOrganizationsQuery } from './api/my-organizations.ts';
import { CreateClinicForm } from './create-clinic-form.tsx';

/** For someone who is signed in: without a clinic, with the operator's link (behind the "#"), or for one more. */
export function CreateClinicPage() {
  const token = useLocation({ select: ({ hash }) => hash });
  const session = useQuery(sessionQuery);
  const mode = useQuery(modeQuery);
  const mine = useQuery({ ...myOrganizationsQuery, enabled: session.data != null });
  const email = session.data?.user.email;
  const error = session.error ?? mode.error ?? mine.error;
  const clinics = mine.data?.data ?? [];
  return (
    <AuthCard
      title={clinics.length > 0 ? 'Create another clinic' : 'Create your clinic'}
      hint={
        clinics.length > 0
          ? 'It has its own calendar, patients and receptionist. You can switch between your clinics at any time.'
          : 'Your account doesn’t belong to a clinic yet. If a clinic has invited you, open the link in the invitation instead.'
      }
      foot={<Foot email={email} hasClinic={clinics.length > 0} />}
    >
      {session.data === null ? (
        <SignInFirst />
      ) : error !== null ? (
        <ErrorState
          title="We couldn’t load the form"
          error={error}
          onRetry={() => window.location.reload()}
        />
      ) : mode.data === undefined || mine.data === undefined ? (
        <LoadingRows rows={3} height={56} label="Loading the form" />
      ) : mode.data.sign_up === 'open' || token !== '' || clinics.some(({ role }) => role === 'owner') ? (
        <CreateClinicForm {...(token === '' ? {} : { invitation: token })} />
      ) : (
        <span>
          To create a clinic here, you need a link from the people who run this service. Ask them for one, or
          ask a clinic to invite you.
        </span>
      )}
    </AuthCard>
  );
}

const SignInFirst = () => (
  <Stack gap="md">
    <span>You’re not signed in. Sign in first, then open this page again.</span>
    <Button
      renderRoot={(props) => <Link {...props} to="/sign-in" search={{ to: '/create-clinic' }} />}
      fullWidth
    >
      Go to sign-in
    </Button>
  </Stack>
);

function Foot({ email, hasClinic }: { email: string | undefined; hasClinic: boolean }) {
  const leave = useSignOut();
  if (email === undefined) return null;
  if (hasClinic) {
    return (
      <Anchor component={Link} to="/" underline="always">
        Go back to your clinic
      </Anchor>
    );
  }
  return (
    <>
      Signed in as {email}.{' '}
      <Anchor component="button" type="button" underline="always" onClick={() => leave.mutate()}>
        Sign out
      </Anchor>
    </>
  );
}
