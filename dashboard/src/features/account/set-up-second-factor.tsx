import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { type SecondFactorSetup, TotpCode } from '@voxanne/contract';
import { useState } from 'react';
import { CopyField } from '../../lib/ui/copy-field.tsx';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import classes from './account.module.css';
import { useConfirmSecondFactor } from './api/confirm-second-factor.ts';
import { useSetUpSecondFactor } from './api/set-up-second-factor.ts';
import { PasswordForm } from './password-form.tsx';
import { QrCode } from './qr-code.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';

interface Props {
  onDone: () => void;
  onCancel?: () => void;
}

/** The password, the app, one code, and the codes for a day without the phone. */
export function SetUpSecondFactor({ onDone, onCancel }: Props) {
  const [setup, begin] = useState<SecondFactorSetup | null>(null);
  const [isOn, turnOn] = useState(false);
  const start = useSetUpSecondFactor();
  if (setup === null) {
    return (
      <PasswordForm
        mutation={start}
        button="Continue"
        onSaved={begin}
        {...(onCancel === undefined ? {} : { onCancel })}
      />
    );
  }
  if (isOn) return <RecoveryCodes codes={setup.recovery_codes} onDone={onDone} />;
  return <Enroll setup={setup} onConfirmed={() => turnOn(true)} {...(onCancel ? { onCancel } : {})} />;
}

function Enroll({
  setup,
  onConfirmed,
  onCancel,
}: {
  setup: SecondFactorSetup;
  onConfirmed: () => void;
  onCancel?: () => void;
}) {
  const form = useForm<TotpCode>({
    initialValues: { code: '' },
    validate: {
      code: (code) =>
        TotpCode.safeParse({ code: digits(code) }).success ? null : 'Enter the six digits from the app.',
    },
  });
  const save = useSaveForm(form, useConfirmSecondFactor(), {
    toRequest: ({ code }) => ({ code: digits(code) }),
    onSaved: onConfirmed,
  });
  return (
    <form noValidate onSubmit={save.onSubmit}>
      <Stack gap="md">
        <ol className={classes.steps}>
          <li>
            <Stack gap="sm">
              <div>
                Scan this with an authenticator app on your phone, such as Google Authenticator or your
                password manager.
              </div>
              <QrCode value={setup.totp_uri} label="QR code for your authenticator app" />
              <CopyField label="Or enter this key" value={setup.secret} />
            </Stack>
          </li>
          <li>
            <TextInput
              label="Code from the app"
              description="Six digits; they change every 30 seconds"
              inputMode="numeric"
              autoComplete="one-time-code"
              required
              {...form.getInputProps('code')}
            />
          </li>
        </ol>
        <FormError error={save.error} />
        <Group gap="sm">
          <Button type="submit" loading={save.isSaving}>
            Turn on
          </Button>
          {onCancel === undefined ? null : (
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

/** Apps show them in two groups. */
const digits = (code: string): string => code.replaceAll(/\s/g, '');
