import { Button, PinInput, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { asApiError } from '../../lib/api/api-error.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { verifyCode } from './api/verify-code.ts';

interface Props {
  /** What comes after the code was right. */
  onPassed: () => Promise<void>;
  /** Back to the password: the sign-in took too long, or was tried too often. */
  onStartOver: () => void;
}

const CODE_LENGTH = 6;

/** The second step of a sign-in. */
export function CodeForm({ onPassed, onStartOver }: Props) {
  const [kind, choose] = useState<'app' | 'recovery'>('app');
  const [code, setCode] = useState('');
  const label = useId();
  const submit = useMutation({
    async mutationFn(typed: string) {
      await verifyCode({ code: typed, kind });
      await onPassed();
    },
    onError: () => setCode(''),
  });
  const isOver = submit.error !== null && asApiError(submit.error).code === 'SIGN_IN_AGAIN';
  function send(event: FormEvent) {
    event.preventDefault();
    submit.mutate(code.trim());
  }
  function switchTo(other: typeof kind) {
    choose(other);
    setCode('');
    submit.reset();
  }
  return (
    <form noValidate onSubmit={send}>
      <Stack gap="md">
        {kind === 'app' ? (
          <div>
            <p id={label} style={{ margin: '0 0 0.5rem' }}>
              Enter the six digits your authenticator app shows for Voxanne.
            </p>
            <PinInput
              type="number"
              length={CODE_LENGTH}
              oneTimeCode
              autoFocus
              aria-label="Digit of the code"
              rootRef={(node) => node?.setAttribute('aria-labelledby', label)}
              value={code}
              onChange={setCode}
              onComplete={(typed) => submit.mutate(typed)}
              disabled={submit.isPending || isOver}
              error={submit.error !== null}
            />
          </div>
        ) : (
          <TextInput
            label="Recovery code"
            description="One of the codes you saved when you turned on two-step sign-in. Each works once."
            autoComplete="off"
            autoFocus
            spellCheck={false}
            value={code}
            onChange={({ currentTarget }) => setCode(currentTarget.value)}
            disabled={isOver}
          />
        )}
        <FormError error={submit.error} />
        {isOver ? (
          <Button onClick={onStartOver} fullWidth>
            Enter the password again
          </Button>
        ) : (
          <Button
            type="submit"
            loading={submit.isPending}
            disabled={code.trim().length < CODE_LENGTH}
            fullWidth
          >
            Continue
          </Button>
        )}
        <Button variant="subtle" onClick={() => switchTo(kind === 'app' ? 'recovery' : 'app')} fullWidth>
          {kind === 'app' ? 'Use a recovery code' : 'Use the app instead'}
        </Button>
      </Stack>
    </form>
  );
}
