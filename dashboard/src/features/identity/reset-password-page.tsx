import { Alert, Anchor, Button, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { PasswordReset } from '@voxanne/contract';
import { asApiError } from '../../lib/api/api-error.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { resetPassword } from './api/reset-password.ts';
import { AuthCard } from './auth-card.tsx';

export function ResetPasswordPage() {
  const token = useLocation({ select: ({ hash }) => hash });
  const form = useForm({
    initialValues: { password: '' },
    validate: {
      password: (password) =>
        PasswordReset.shape.password.safeParse(password).success
          ? null
          : 'Use at least 8 characters, and at most 128.',
    },
  });
  const submit = useMutation({ mutationFn: resetPassword });
  const save = useSaveForm(form, submit, { toRequest: ({ password }) => ({ token, password }) });
  const isOver = submit.error !== null && asApiError(submit.error).code === 'LINK_NOT_VALID';
  return (
    <AuthCard
      title="Choose a new password"
      hint="Your sessions on other devices end when you save it."
      foot={
        <Anchor component={Link} to={isOver ? '/forgot-password' : '/sign-in'} underline="always">
          {isOver ? 'Get a new link' : 'Back to sign-in'}
        </Anchor>
      }
    >
      {submit.isSuccess ? (
        <Stack gap="md">
          <Alert
            color="green"
            title="Your password is changed"
            icon={<IconCheck aria-hidden />}
            role="status"
          >
            Sign in with it now.
          </Alert>
          <Button component={Link} to="/sign-in" fullWidth>
            Sign in
          </Button>
        </Stack>
      ) : token === '' ? (
        <p role="alert">
          This page needs the link from the email. Open it from there, or get a new one from the sign-in page.
        </p>
      ) : (
        <form noValidate onSubmit={save.onSubmit}>
          <Stack gap="md">
            <PasswordInput
              label="New password"
              description="At least 8 characters. Three or four unrelated words are easy to remember."
              autoComplete="new-password"
              required
              {...form.getInputProps('password')}
            />
            <FormError error={save.error} />
            <Button type="submit" loading={save.isSaving} fullWidth>
              Save password
            </Button>
          </Stack>
        </form>
      )}
    </AuthCard>
  );
}
