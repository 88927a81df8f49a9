import { Button, Checkbox, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Appointment } from '@voxanne/contract';
import { useEffect, useRef } from 'react';
import { idempotencyKey } from '../../lib/api/request.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useAskToLeave } from '../../lib/ui/unsaved.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { FormTitle } from './form-title.tsx';
import { useCancel } from './use-changes.ts';

interface Props {
  appointment: Appointment;
  timeZone: string;
  onDone: () => void;
}

export function CancelForm({ appointment, timeZone, onDone }: Props) {
  const form = useForm({ initialValues: { reason: '', notify: true } });
  const save = useSaveForm(form, useCancel(timeZone), {
    toRequest({ reason, notify }) {
      const why = reason.trim();
      const body = { notify, ...(why === '' ? {} : { reason: why }) };
      return { id: appointment.id, body, key: idempotencyKey() };
    },
    onSaved: onDone,
    unsaved: form.values.reason !== '',
  });
  const keep = useAskToLeave(onDone);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <form noValidate aria-label="Cancel the appointment" onSubmit={save.onSubmit}>
      <Stack gap="md">
        <FormTitle>Cancel the appointment</FormTitle>
        <TextInput
          ref={first}
          label="Reason"
          description="We keep it with the appointment. The patient doesn’t see it."
          maxLength={500}
          {...form.getInputProps('reason')}
        />
        <Checkbox
          label="Text the patient about the cancellation"
          {...form.getInputProps('notify', { type: 'checkbox' })}
        />
        <FormError error={save.error} />
        <Group>
          <Button type="submit" color="red" loading={save.isSaving}>
            Cancel the appointment
          </Button>
          <Button variant="default" onClick={keep}>
            Keep it
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
