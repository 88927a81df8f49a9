import { Button, Fieldset, Group, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Link } from '@tanstack/react-router';
import { type ContactDetail, Id } from '@voxanne/contract';
import { z } from 'zod';
import { asApiError } from '../../lib/api/api-error.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { PatientEmail, PatientFields, patientRules } from '../../lib/ui/patient-fields.tsx';
import { useFollowed } from '../../lib/ui/use-followed.ts';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { useRight } from '../identity/use-right.ts';
import { useChangeContact } from './api/change-contact.ts';
import { type ContactValues, changes, fullName, statusOptions, toValues } from './contact-view.ts';

export function ContactForm({ contact }: { contact: ContactDetail }) {
  const readOnly = !useRight('patients.edit');
  const form = useForm<ContactValues>({ initialValues: toValues(contact), validate: patientRules });
  const known = useFollowed(toValues(contact), form);
  const change = useChangeContact();
  const save = useSaveForm(form, change, {
    toRequest: (values) => ({ id: contact.id, patch: changes(known.current, values) }),
    saved: (saved) => `Saved ${fullName(saved)}.`,
    toValues,
  });

  return (
    <form noValidate onSubmit={save.onSubmit}>
      <Fieldset variant="unstyled" disabled={readOnly}>
        <Stack gap="md">
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
            <TextInput
              label="Title"
              autoComplete="off"
              placeholder="Dr."
              maxLength={40}
              {...form.getInputProps('title')}
            />
            <PatientFields form={form} />
            <PatientEmail form={form} />
          </SimpleGrid>
          <Select
            label="Status"
            data={statusOptions}
            allowDeselect={false}
            {...form.getInputProps('status')}
          />
          <Textarea
            label="Notes"
            size="md"
            autosize
            minRows={2}
            maxRows={8}
            maxLength={2000}
            {...form.getInputProps('notes')}
          />
          <FormError error={save.error} />
          <OtherPatient error={change.error} onOpen={save.settled} />
          {readOnly ? null : (
            <Group>
              <Button type="submit" loading={save.isSaving} disabled={!form.isDirty()}>
                Save changes
              </Button>
            </Group>
          )}
        </Stack>
      </Fieldset>
    </form>
  );
}

const Twin = z.object({ code: z.literal('CONTACT_EXISTS'), contact_id: Id });

/** The way to the patient who already has that name and number. */
function OtherPatient({ error, onOpen }: { error: unknown; onOpen: () => void }) {
  const twin = Twin.safeParse(error === null ? null : asApiError(error).body);
  return twin.success ? (
    <Button
      variant="default"
      renderRoot={(props) => (
        <Link
          {...props}
          from="/patients"
          to="/patients"
          search={(before) => ({ ...before, patient: twin.data.contact_id })}
          onClick={onOpen}
        />
      )}
    >
      Open the other patient
    </Button>
  ) : null;
}
