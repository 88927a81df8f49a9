import { Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { SignUpRequest } from '@voxanne/contract';
import { ownTimeZone } from '../../lib/format/time-zones.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { TimeZoneSelect } from '../../lib/ui/time-zone-select.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { signUp } from './api/sign-up.ts';
import { AuthCard } from './auth-card.tsx';
import { enter } from './enter.ts';
import { fieldErrors, type SignUpValues, toSignUpRequest, validateSignUp } from './sign-up.form.ts';

export function SignUpPage() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const form = useForm<SignUpValues>({
    initialValues: {
      name: '',
      organization_name: '',
      email: '',
      password: '',
      phone: '',
      public_phone: '',
      time_zone: ownTimeZone(),
    },
    validate: validateSignUp,
  });
  const submit = useMutation({
    async mutationFn(wanted: SignUpRequest) {
      await signUp(wanted);
      await enter(queryClient);
    },
  });
  const save = useSaveForm(form, submit, {
    toRequest: toSignUpRequest,
    messagesOf: fieldErrors,
    onSaved: () => void navigate({ to: '/setup' }),
  });

  return (
    <AuthCard
      title="Create your clinic"
      hint="Just one form. The clock to your first booked appointment starts when you submit it."
      foot={
        <>
          Already have an account?{' '}
          <Anchor component={Link} to="/sign-in" underline="always">
            Sign in
          </Anchor>
        </>
      }
    >
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
    </AuthCard>
  );
}
