import { Button, Group, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ContactDetail, Id } from '@voxanne/contract';
import { useEffect, useRef } from 'react';
import { z } from 'zod';
import { asApiError, fieldMessages, isInline } from '../../lib/api/api-error.ts';
import { focusFirst } from '../../lib/ui/focus-first.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { useUnsaved } from '../../lib/ui/unsaved.tsx';
import { type ContactValues, changes, fullName, statusOptions, toValues } from './contact-view.ts';
import { changeContact, contactQuery } from './contacts.api.ts';

export function ContactForm({ contact }: { contact: ContactDetail }) {
  const queryClient = useQueryClient();
  const form = useForm<ContactValues>({
    initialValues: toValues(contact),
    validate: {
      name: (value) => (value.trim() === '' ? 'Enter the patient’s name.' : null),
      phone: (value) => (value.trim() === '' ? 'Enter a phone number for texts.' : null),
    },
  });
  const known = useFollowed(contact, form);
  const settled = useUnsaved(form.isDirty());
  const save = useMutation({
    mutationFn: (values: ContactValues) => changeContact(contact.id, changes(known.current, values)),
    async onSuccess(saved) {
      known.current = toValues(saved);
      form.setInitialValues(known.current);
      form.setValues(known.current);
      queryClient.setQueryData(contactQuery(contact.id).queryKey, saved);
      notifyDone(`Saved ${fullName(saved)}.`);
      await queryClient.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] === 'contacts' || queryKey[0] === 'appointments',
      });
    },
    onError(error) {
      const messages = fieldMessages(asApiError(error));
      form.setErrors(messages);
      focusFirst(form)(messages);
    },
  });

  return (
    <form noValidate onSubmit={form.onSubmit((values) => save.mutate(values), focusFirst(form))}>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
          <TextInput
            label="Name"
            autoComplete="off"
            required
            maxLength={120}
            {...form.getInputProps('name')}
          />
          <TextInput
            label="Title"
            autoComplete="off"
            placeholder="Dr."
            maxLength={40}
            {...form.getInputProps('title')}
          />
          <TextInput
            label="Phone"
            type="tel"
            autoComplete="off"
            required
            maxLength={60}
            {...form.getInputProps('phone')}
          />
          <TextInput
            label="Email"
            type="email"
            autoComplete="off"
            maxLength={254}
            {...form.getInputProps('email')}
          />
        </SimpleGrid>
        <Select label="Status" data={statusOptions} allowDeselect={false} {...form.getInputProps('status')} />
        <Textarea
          label="Notes"
          size="md"
          autosize
          minRows={2}
          maxRows={8}
          maxLength={2000}
          {...form.getInputProps('notes')}
        />
        {isInline(save.error) ? null : <FormError error={save.error} />}
        <OtherPatient error={save.error} onOpen={settled} />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
            Save changes
          </Button>
        </Group>
      </Stack>
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

type Fields = Pick<UseFormReturnType<ContactValues>, 'values' | 'setInitialValues' | 'setValues'>;

/** Fields that were not touched follow what another window saved; touched ones are left to the person who types. */
function useFollowed(contact: ContactDetail, form: Fields) {
  const known = useRef(toValues(contact));
  const follow = useRef(form);
  follow.current = form;
  useEffect(() => {
    const fresh = toValues(contact);
    const before = known.current;
    const { values, setInitialValues, setValues } = follow.current;
    const names = Object.keys(fresh) as (keyof ContactValues)[];
    const untouched = names.filter((name) => values[name] === before[name]);
    known.current = fresh;
    setInitialValues(fresh);
    setValues(Object.fromEntries(untouched.map((name) => [name, fresh[name]])));
  }, [contact]);
  return known;
}
