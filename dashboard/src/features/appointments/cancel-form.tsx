import { Button, Checkbox, Group, Stack, TextInput } from '@mantine/core';
import type { Appointment } from '@voxanne/contract';
import { useEffect, useRef, useState } from 'react';
import { idempotencyKey } from '../../lib/api/request.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useAskToLeave, useUnsaved } from '../../lib/ui/unsaved.tsx';
import { useCancel } from './use-changes.ts';

interface Props {
  appointment: Appointment;
  timeZone: string;
  onDone: () => void;
}

export function CancelForm({ appointment, timeZone, onDone }: Props) {
  const [reason, setReason] = useState('');
  const [notify, setNotify] = useState(true);
  const first = useRef<HTMLInputElement>(null);
  const cancel = useCancel(timeZone);
  useUnsaved(reason !== '');
  const keep = useAskToLeave(onDone);
  useEffect(() => first.current?.focus(), []);
  return (
    <form
      aria-label="Cancel the appointment"
      onSubmit={(event) => {
        event.preventDefault();
        const why = reason.trim();
        const body = { notify, ...(why === '' ? {} : { reason: why }) };
        cancel.mutate({ id: appointment.id, body, key: idempotencyKey() }, { onSuccess: onDone });
      }}
    >
      <Stack gap="md">
        <TextInput
          ref={first}
          label="Reason"
          description="We keep it with the appointment. The patient doesn’t see it."
          maxLength={500}
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
        />
        <Checkbox
          label="Text the patient about the cancellation"
          checked={notify}
          onChange={({ currentTarget }) => setNotify(currentTarget.checked)}
        />
        <FormError error={cancel.error} />
        <Group>
          <Button type="submit" color="red" loading={cancel.isPending}>
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
