import { Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { OrganizationCreate } from '@voxanne/contract';
import { continueAt } from '../../lib/api/shown-clinic.ts';
import { ownTimeZone } from '../../lib/format/time-zones.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { TimeZoneSelect } from '../../lib/ui/time-zone-select.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { useCreateOrganization } from './api/create-organization.ts';

interface Values {
  name: string;
  phone: string;
  public_phone: string;
  time_zone: string;
}

export function CreateClinicForm({ invitation }: { invitation?: string }) {
  const form = useForm<Values>({
    initialValues: { name: '', phone: '', public_phone: '', time_zone: ownTimeZone() },
    validate: {
      name: (name) =>
        OrganizationCreate.shape.name.safeParse(name).success ? null : 'Enter your clinic’s name.',
      time_zone: (zone) => (zone === '' ? 'Choose your clinic’s time zone.' : null),
    },
  });
  const save = useSaveForm(form, useCreateOrganization(), {
    toRequest: ({ name, phone, public_phone, time_zone }): OrganizationCreate => ({
      name,
      time_zone,
      ...(phone.trim() === '' ? {} : { phone: phone.trim() }),
      ...(public_phone.trim() === '' ? {} : { public_phone: public_phone.trim() }),
      ...(invitation === undefined ? {} : { invitation }),
    }),
    onSaved: ({ id }) => continueAt('/setup', id),
  });
  return (
    <form noValidate onSubmit={save.onSubmit}>
      <Stack gap="md">
        <TextInput label="Clinic name" autoComplete="organization" required {...form.getInputProps('name')} />
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
