import { Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { SignInRequest } from '@voxanne/contract';
import { useState } from 'react';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { modeQuery } from './api/mode.ts';
import { signIn } from './api/sign-in.ts';
import { AuthCard } from './auth-card.tsx';
import { CodeForm } from './code-form.tsx';
import { enter } from './enter.ts';

const route = getRouteApi('/sign-in');

function validate(values: SignInRequest) {
  const broken = new Set(SignInRequest.safeParse(values).error?.issues.map((issue) => issue.path[0]));
  return {
    ...(broken.has('email') ? { email: 'Enter your email address.' } : {}),
    ...(broken.has('password') ? { password: 'Enter your password.' } : {}),
  };
}

export function SignInPage() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { to } = route.useSearch();
  const signUp = useQuery(modeQuery).data?.sign_up;
  const form = useForm<SignInRequest>({ initialValues: { email: '', password: '' }, validate });
  const submit = useMutation({
    async mutationFn(values: SignInRequest) {
      const { needsCode } = await signIn(values);
      if (!needsCode) await enter(queryClient);
      return needsCode;
    },
  });
  const [isHalfWay, setHalfWay] = useState(false);
  const go = () => navigate({ to: to ?? '/' });
  const save = useSaveForm(form, submit, {
    toRequest: (values) => values,
    onSaved: (needsCode) => (needsCode ? setHalfWay(true) : void go()),
  });

  if (isHalfWay) {
    return (
      <AuthCard
        title="One more step"
        hint={`Signing in as ${form.values.email}.`}
        foot={
          <Anchor component="button" type="button" underline="always" onClick={() => setHalfWay(false)}>
            Use another account
          </Anchor>
        }
      >
        <CodeForm
          onPassed={async () => {
            await enter(queryClient);
            await go();
          }}
          onStartOver={() => setHalfWay(false)}
        />
      </AuthCard>
    );
  }
  return (
    <AuthCard
      title="Sign in"
      hint="Welcome back."
      foot={
        signUp === 'open' ? (
          <>
            New here?{' '}
            <Anchor component={Link} to="/sign-up" underline="always">
              Create a clinic
            </Anchor>
          </>
        ) : signUp === 'invited' ? (
          'New here? Ask your clinic to invite you.'
        ) : null
      }
    >
      <form noValidate onSubmit={save.onSubmit}>
        <Stack gap="md">
          <TextInput
            label="Email"
            type="email"
            autoComplete="username"
            required
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            {...form.getInputProps('password')}
          />
          <Anchor component={Link} to="/forgot-password" underline="always" size="sm">
            Forgot password?
          </Anchor>
          <FormError error={save.error} />
          <Button type="submit" loading={save.isSaving} fullWidth mt={4}>
            Sign in
          </Button>
        </Stack>
      </form>
    </AuthCard>
  );
}
