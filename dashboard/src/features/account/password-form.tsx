import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';

interface Props<Saved> {
  mutation: {
    mutateAsync: (request: { password: string }) => Promise<Saved>;
    isPending: boolean;
    error: Error | null;
  };
  button: string;
  tone?: 'red' | 'brand';
  onSaved: (saved: Saved) => void;
  onCancel?: () => void;
}

/** For what a person confirms with their password, so that an unattended screen is not enough. */
export function PasswordForm<Saved>({ mutation, button, tone = 'brand', onSaved, onCancel }: Props<Saved>) {
  const form = useForm({
    initialValues: { password: '' },
    validate: { password: (value) => (value === '' ? 'Enter your password.' : null) },
  });
  const save = useSaveForm(form, mutation, { toRequest: (values) => values, onSaved });
  return (
    <form noValidate onSubmit={save.onSubmit}>
      <Stack gap="md">
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          required
          {...form.getInputProps('password')}
        />
        <FormError error={save.error} />
        <Group gap="sm">
          <Button type="submit" color={tone} loading={save.isSaving}>
            {button}
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
