import { Alert, Anchor, Button, Stack } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { asApiError } from '../../lib/api/api-error.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { verifyEmail } from './api/verify-email.ts';
import { AuthCard } from './auth-card.tsx';

/** A button, because mail programs open links by themselves to look at them. */
export function VerifyEmailPage() {
  const token = useLocation({ select: ({ hash }) => hash });
  const confirm = useMutation({ mutationFn: verifyEmail });
  const asksToSignIn = confirm.error !== null && asApiError(confirm.error).status === 401;
  return (
    <AuthCard
      title="Confirm your email address"
      hint="One click, and we know that the address is yours."
      foot={
        <Anchor component={Link} to="/" underline="always">
          Go to Voxanne
        </Anchor>
      }
    >
      <Stack gap="md">
        {confirm.isSuccess ? (
          <Alert color="green" title="Confirmed" icon={<IconCheck aria-hidden />} role="status">
            {confirm.data.email} is yours. You can close this page.
          </Alert>
        ) : token === '' ? (
          <p role="alert">
            This page needs the link from the email. Open it from there, or get a new one under Settings {'>'}{' '}
            Security.
          </p>
        ) : (
          <>
            {asksToSignIn ? (
              <p role="alert">
                This link changes the address of your account. Sign in first, then open the link from the
                email again.
              </p>
            ) : (
              <FormError error={confirm.error} />
            )}
            {asksToSignIn ? (
              <Button component={Link} to="/sign-in" fullWidth>
                Sign in
              </Button>
            ) : (
              <Button loading={confirm.isPending} onClick={() => confirm.mutate(token)} fullWidth>
                Confirm
              </Button>
            )}
          </>
        )}
      </Stack>
    </AuthCard>
  );
}
