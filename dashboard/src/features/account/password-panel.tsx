import { Button, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { PasswordChange } from '@voxanne/contract';
import { FormError } from '../../lib/ui/form-error.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { useChangePassword } from './api/change-password.ts';

export function PasswordPanel() {
  const form = useForm<PasswordChange>({
    initialValues: { current_password: '', password: '' },
    validate: {
      current_password: (value) => (value === '' ? 'Enter your current password.' : null),
      password: (value) =>
        PasswordChange.shape.password.safeParse(value).success
          ? null
          : 'Use at least 8 characters, and at most 128.',
    },
  });
  const save = useSaveForm(form, useChangePassword(), {
    toRequest: (values) => values,
    saved: () => 'Your password is changed. Your other sessions have ended.',
    onSaved: () => form.reset(),
  });
  return (
    <Panel title="Password" hint="Changing it ends your sessions everywhere else.">
      <form noValidate onSubmit={save.onSubmit}>
        <Stack gap="md">
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            {...form.getInputProps('current_password')}
          />
          <PasswordInput
            label="New password"
            description="At least 8 characters. Three or four unrelated words are easy to remember."
            autoComplete="new-password"
            required
            {...form.getInputProps('password')}
          />
          <FormError error={save.error} />
          <div>
            <Button type="submit" loading={save.isSaving}>
              Change password
            </Button>
          </div>
        </Stack>
      </form>
    </Panel>
  );
}
