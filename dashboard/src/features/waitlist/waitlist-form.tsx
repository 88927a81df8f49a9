import { Button, Group, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { FormError } from '../../lib/ui/form-error.tsx';
import { PatientFields, patientRules } from '../../lib/ui/patient-fields.tsx';
import { useAskToLeave } from '../../lib/ui/unsaved.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { servicesQuery } from '../schedule/api/services.ts';
import { useJoinWaitlist } from './api/join-waitlist.ts';
import { partsOfDay, toRequest, type WaitlistValues } from './waitlist-view.ts';

export function WaitlistForm({ onDone }: { onDone: () => void }) {
  const services = useQuery(servicesQuery).data ?? [];
  const form = useForm<WaitlistValues>({
    initialValues: { name: '', phone: '', service_type: '', part: '', latest_date: '' },
    validate: {
      ...patientRules,
      service_type: (value) => (value === '' ? 'Choose a service.' : null),
    },
  });
  const join = useJoinWaitlist();
  const save = useSaveForm(form, join, {
    toRequest,
    saved: ({ contact }) => `${contact.name} is on the waitlist.`,
    onSaved: onDone,
  });
  const close = useAskToLeave(onDone);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <form noValidate aria-label="Add to waitlist" onSubmit={save.onSubmit}>
      <Stack gap="md" mb="lg">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
          <PatientFields form={form} nameRef={first} />
          <Select
            label="Service"
            required
            data={services.map(({ slug, name }) => ({ value: slug, label: name }))}
            allowDeselect={false}
            {...form.getInputProps('service_type')}
          />
          <Select
            label="Time of day"
            data={partsOfDay}
            allowDeselect={false}
            {...form.getInputProps('part')}
          />
          <TextInput
            label="Until"
            type="date"
            description="The last day that works. Leave blank for any day."
            {...form.getInputProps('latest_date')}
          />
        </SimpleGrid>
        <FormError error={save.error} />
        <Group>
          <Button type="submit" loading={save.isSaving}>
            Add to waitlist
          </Button>
          <Button variant="default" onClick={close}>
            Close
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
