import { Button, Group, Modal, PasswordInput, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useUnsavedGuard } from '../../lib/ui/unsaved.tsx';
import { signIn } from './api/sign-in.ts';
import { CodeForm } from './code-form.tsx';
import { sessionResumed, useSessionEnded } from './session-end.ts';

/** Esc belongs to this dialog alone: it would close the drawer below, and with it what was typed. */
const keepsEsc = { 'data-mantine-stop-propagation': 'true' };

/** Over everything that is open, so that nothing typed is lost; blurred, so that no one reads on without a session. */
export function SignInAgain({ email }: { email: string }) {
  const ended = useSessionEnded();
  return (
    <Modal
      opened={ended}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      zIndex={500}
      title="Your session has ended"
      overlayProps={{ blur: 10, backgroundOpacity: 0.6 }}
    >
      <PasswordForm email={email} />
    </Modal>
  );
}

function PasswordForm({ email }: { email: string }) {
  const [password, setPassword] = useState('');
  const [isHalfWay, setHalfWay] = useState(false);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { mayLeave } = useUnsavedGuard();
  const here = useLocation({ select: ({ href }) => href });
  const submit = useMutation({
    mutationFn: () => signIn({ email, password }),
    onSuccess: ({ needsCode }) => (needsCode ? setHalfWay(true) : resume()),
  });
  async function resume() {
    sessionResumed();
    await queryClient.invalidateQueries();
  }

  function send(event: FormEvent) {
    event.preventDefault();
    submit.mutate();
  }
  async function leave() {
    if (!(await mayLeave())) return;
    sessionResumed();
    queryClient.removeQueries({ queryKey: ['me'] });
    await navigate({ to: '/sign-in', search: { to: here } });
  }
  if (isHalfWay) return <CodeForm onPassed={resume} onStartOver={() => setHalfWay(false)} />;
  return (
    <form onSubmit={send}>
      <Stack gap="md">
        <div>
          Enter the password for <strong>{email}</strong> to continue. What you typed on this page is still
          here; you can save it afterward.
        </div>
        {/* Password managers look for the account's name beside the password. */}
        <input type="email" name="email" value={email} autoComplete="username" readOnly hidden />
        <PasswordInput
          {...keepsEsc}
          label="Password"
          autoComplete="current-password"
          required
          data-autofocus
          value={password}
          onChange={({ currentTarget }) => setPassword(currentTarget.value)}
        />
        <FormError error={submit.error} />
        <Group justify="space-between">
          <Button {...keepsEsc} variant="default" onClick={() => void leave()}>
            Use another account
          </Button>
          <Button {...keepsEsc} type="submit" loading={submit.isPending} disabled={password === ''}>
            Sign in
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
