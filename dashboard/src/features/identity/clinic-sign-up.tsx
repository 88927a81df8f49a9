import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { SignUpRequest } from '@voxanne/contract';
import { ownTimeZone } from '../../lib/format/time-zones.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { TimeZoneSelect } from '../../lib/ui/time-zone-select.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { signUp } from './api/sign-up.ts';
import { enter } from './enter.ts';
import { fieldErrors, type SignUpValues, toSignUpRequest, validateSignUp } from './sign-up.form.ts';

/** @param link - What the operator's link ends with, and the only address it works for, where there is one. */
export function ClinicSignUp({ link }: { link?: { token: string; email: string | null } }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const form = useForm<SignUpValues>({
    initialValues: {
      name: '',
      organization_name: '',
      email: link?.email ?? '',
      password: '',
      phone: '',
      public_phone: '',
      time_zone: ownTimeZone(),
    },
    validate: validateSignUp,
  });
  const submit = useMutation({
    async mutationFn(wanted: SignUpRequest) {
      await signUp(link === undefined ? wanted : { ...wanted, invitation: link.token });
      await enter(queryClient);
    },
  });
  const save = useSaveForm(form, submit, {
    toRequest: toSignUpRequest,
    messagesOf: fieldErrors,
    onSaved: () => void navigate({ to: '/setup' }),
  });

  return (
    <form noValidate onSubmit={save.onSubmit}>
      <Stack gap="md">
        <TextInput label="Your name" autoComplete="name" required {...form.getInputProps('name')} />
        <TextInput
          label="Clinic name"
          autoComplete="organization"
          required
          {...form.getInputProps('organization_name')}
        />
        <TextInput
          label="Email"
          type="email"
          autoComplete="username"
          required
          readOnly={link?.email != null}
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          autoComplete="new-password"
          description="At least 8 characters"
          required
          {...form.getInputProps('password')}
        />
        <TextInput
          label="Your phone"
          type="tel"
          autoComplete="tel"
          description="Optional. We text you here about the system. Patients never see it."
          placeholder="+1 415 555 0100"
          {...form.getInputProps('phone')}
        />
        <TextInput
          label="Clinic’s public phone"
          type="tel"
          autoComplete="off"
          description="Optional. Patients see it on their pages and in texts. Leave blank to show the number your receptionist answers."
          placeholder="+1 415 555 0100"
          {...form.getInputProps('public_phone')}
        />
        <TimeZoneSelect
          label="Time zone"
          description="We detected it. All appointments are shown in this time zone."
          {...form.getInputProps('time_zone')}
        />
        <FormError error={save.error} />
        <Button type="submit" loading={save.isSaving} fullWidth mt={4}>
          Create clinic
        </Button>
      </Stack>
    </form>
  );
}
