import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { SignUpRequest } from '@voxanne/contract';
import { useState } from 'react';
import { ApiError, asApiError } from '../../lib/api/api-error.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { signIn } from '../identity/api/sign-in.ts';
import { signUp } from '../identity/api/sign-up.ts';
import { enter } from '../identity/enter.ts';
import { acceptInvitation } from './api/accept-invitation.ts';

interface Values {
  name: string;
  password: string;
}

/** The link is behind the "#" of this page, which a sign-in elsewhere leaves alone. */
const secondStep = () =>
  new ApiError({
    status: 0,
    code: 'SECOND_STEP',
    message:
      'Your account uses two-step sign-in. Sign in on the sign-in page first, then open the link of the invitation again.',
  });

/** For a person who is not signed in: a new account, or the one they have with that address. */
export function JoinForm({ token, email }: { token: string; email: string }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [hasAccount, setHasAccount] = useState(false);
  const form = useForm<Values>({
    initialValues: { name: '', password: '' },
    validate: {
      name: (name) =>
        hasAccount || SignUpRequest.shape.name.safeParse(name).success ? null : 'Enter your name.',
      password: (password) =>
        hasAccount
          ? password === ''
            ? 'Enter your password.'
            : null
          : SignUpRequest.shape.password.safeParse(password).success
            ? null
            : 'Use at least 8 characters.',
    },
  });
  const join = useMutation({
    async mutationFn({ name, password }: Values) {
      if (hasAccount) {
        const { needsCode } = await signIn({ email, password });
        if (needsCode) throw secondStep();
        await acceptInvitation(token);
      } else await signUp({ email, name, password, invitation: token });
      await enter(queryClient);
    },
    onError(error) {
      if (/exist/i.test(asApiError(error).code)) setHasAccount(true);
    },
  });
  const save = useSaveForm(form, join, {
    toRequest: (values) => values,
    onSaved: () => void navigate({ to: '/' }),
  });
  const change = () => {
    join.reset();
    form.clearErrors();
    setHasAccount(!hasAccount);
  };
  return (
    <form noValidate onSubmit={save.onSubmit}>
      <Stack gap="md">
        <TextInput label="Email" type="email" autoComplete="username" value={email} readOnly />
        {hasAccount ? null : (
          <TextInput label="Your name" autoComplete="name" required {...form.getInputProps('name')} />
        )}
        <PasswordInput
          label="Password"
          autoComplete={hasAccount ? 'current-password' : 'new-password'}
          description={hasAccount ? 'Your Voxanne password' : 'At least 8 characters'}
          required
          {...form.getInputProps('password')}
        />
        <FormError error={save.error} />
        <Button type="submit" loading={save.isSaving} fullWidth>
          {hasAccount ? 'Sign in and join' : 'Create account and join'}
        </Button>
        <Button variant="subtle" onClick={change} fullWidth>
          {hasAccount ? 'I don’t have an account yet' : 'I already have an account'}
        </Button>
      </Stack>
    </form>
  );
}
