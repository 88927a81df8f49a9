import { Button, Group, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { asApiError, fieldMessages, isInline } from '../../lib/api/api-error.ts';
import { focusFirst } from '../../lib/ui/focus-first.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { useAskToLeave, useUnsaved } from '../../lib/ui/unsaved.tsx';
import { servicesQuery } from '../schedule/schedule.api.ts';
import { joinWaitlist, waitlistQuery } from './waitlist.api.ts';
import { partsOfDay, toRequest, type WaitlistValues } from './waitlist-view.ts';

export function WaitlistForm({ onDone }: { onDone: () => void }) {
  const queryClient = useQueryClient();
  const services = useQuery(servicesQuery).data ?? [];
  const form = useForm<WaitlistValues>({
    initialValues: { name: '', phone: '', service_type: '', part: '', latest_date: '' },
    validate: {
      name: (value) => (value.trim() === '' ? 'Enter the patient’s name.' : null),
      phone: (value) => (value.trim() === '' ? 'Enter a phone number for the offers.' : null),
      service_type: (value) => (value === '' ? 'Choose a service.' : null),
    },
  });
  const settled = useUnsaved(form.isDirty());
  const close = useAskToLeave(onDone);
  const join = useMutation({
    mutationFn: (values: WaitlistValues) => joinWaitlist(toRequest(values)),
    async onSuccess(entry) {
      notifyDone(`${entry.contact.name} is on the waitlist.`);
      await queryClient.invalidateQueries({ queryKey: waitlistQuery.queryKey });
      settled();
      onDone();
    },
    onError(error) {
      const messages = fieldMessages(asApiError(error));
      form.setErrors(messages);
      focusFirst(form)(messages);
    },
  });
  return (
    <form noValidate onSubmit={form.onSubmit((values) => join.mutate(values), focusFirst(form))}>
      <Stack gap="md" mb="lg">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
          <TextInput
            label="Name"
            autoComplete="off"
            required
            maxLength={120}
            data-autofocus
            {...form.getInputProps('name')}
          />
          <TextInput
            label="Phone"
            type="tel"
            autoComplete="off"
            required
            maxLength={40}
            {...form.getInputProps('phone')}
          />
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
        {isInline(join.error) ? null : <FormError error={join.error} />}
        <Group>
          <Button type="submit" loading={join.isPending}>
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
