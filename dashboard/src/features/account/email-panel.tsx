import { Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { type Account, EmailChange } from '@voxanne/contract';
import { useState } from 'react';
import { FormError } from '../../lib/ui/form-error.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { MailSent } from '../identity/mail-sent.tsx';
import { useChangeEmail } from './api/change-email.ts';
import { useSendVerification } from './api/send-verification.ts';

export function EmailPanel({ account, sendsEmail }: { account: Account; sendsEmail: boolean }) {
  const [isChanging, change] = useState(false);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const verify = useSendVerification({ onSuccess: () => setSentTo(account.email) });
  return (
    <Panel
      title="Email address"
      aside={
        <StatusTag tone={account.email_verified ? 'ok' : 'warn'}>
          {account.email_verified ? 'Confirmed' : 'Not confirmed'}
        </StatusTag>
      }
    >
      <Stack gap="md">
        <div>
          You sign in as <strong style={{ overflowWrap: 'anywhere' }}>{account.email}</strong>.
        </div>
        {sendsEmail ? null : (
          <div>
            This Voxanne can’t send email yet. The person who runs it sets SMTP_URL and MAIL_FROM; then you
            can confirm or change your address here.
          </div>
        )}
        {sentTo === null ? null : (
          <MailSent title={`We sent a link to ${sentTo}`}>Open it within an hour.</MailSent>
        )}
        <FormError error={verify.error} />
        {isChanging ? (
          <ChangeForm
            onSent={(email) => {
              setSentTo(email);
              change(false);
            }}
            onCancel={() => change(false)}
          />
        ) : sendsEmail ? (
          <Group gap="sm">
            {account.email_verified ? null : (
              <Button loading={verify.isPending} onClick={() => verify.mutate()}>
                Confirm by email
              </Button>
            )}
            <Button variant="default" onClick={() => change(true)}>
              Change address
            </Button>
          </Group>
        ) : null}
      </Stack>
    </Panel>
  );
}

function ChangeForm({ onSent, onCancel }: { onSent: (email: string) => void; onCancel: () => void }) {
  const form = useForm<EmailChange>({
    initialValues: { email: '', password: '' },
    validate: {
      email: (value) =>
        EmailChange.shape.email.safeParse(value.trim()).success
          ? null
          : 'Enter an email address, such as bob@clinic.com.',
      password: (value) => (value === '' ? 'Enter your password.' : null),
    },
  });
  const save = useSaveForm(form, useChangeEmail(), {
    toRequest: ({ email, password }) => ({ email: email.trim(), password }),
    onSaved: (_answer, { email }) => onSent(email),
  });
  return (
    <form noValidate onSubmit={save.onSubmit}>
      <Stack gap="md">
        <TextInput
          label="New email address"
          description="It changes when you open the link we send there. The old address is notified."
          type="email"
          autoComplete="off"
          required
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          required
          {...form.getInputProps('password')}
        />
        <FormError error={save.error} />
        <Group gap="sm">
          <Button type="submit" loading={save.isSaving}>
            Send the link
          </Button>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
