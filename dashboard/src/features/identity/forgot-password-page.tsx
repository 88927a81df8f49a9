import { Anchor, Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { PasswordResetRequest } from '@voxanne/contract';
import { useState } from 'react';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { requestPasswordReset } from './api/request-password-reset.ts';
import { AuthCard } from './auth-card.tsx';
import { MailSent } from './mail-sent.tsx';

export function ForgotPasswordPage() {
  const [sentTo, setSentTo] = useState<string | null>(null);
  const form = useForm<PasswordResetRequest>({
    initialValues: { email: '' },
    validate: {
      email: (email) =>
        PasswordResetRequest.safeParse({ email: email.trim() }).success ? null : 'Enter your email address.',
    },
  });
  const submit = useMutation({ mutationFn: requestPasswordReset });
  const save = useSaveForm(form, submit, {
    toRequest: ({ email }) => ({ email: email.trim() }),
    onSaved: (_answer, { email }) => setSentTo(email),
  });
  return (
    <AuthCard
      title="Forgot your password?"
      hint="We’ll email you a link to choose a new one."
      foot={
        <Anchor component={Link} to="/sign-in" underline="always">
          Back to sign-in
        </Anchor>
      }
    >
      <Stack gap="md">
        {sentTo === null ? null : (
          <MailSent title="Check your email">
            If {sentTo} has an account, a link is on its way. It works once, for an hour. Nothing there? Look
            in the spam folder, then check the address.
          </MailSent>
        )}
        <form noValidate onSubmit={save.onSubmit}>
          <Stack gap="md">
            <TextInput
              label="Email"
              type="email"
              autoComplete="username"
              required
              {...form.getInputProps('email')}
            />
            <FormError error={save.error} />
            <Button type="submit" loading={save.isSaving} fullWidth>
              {sentTo === null ? 'Email me a link' : 'Send another link'}
            </Button>
          </Stack>
        </form>
      </Stack>
    </AuthCard>
  );
}
