import { Button, Checkbox, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useUnsaved } from '../../lib/ui/unsaved.tsx';

interface Props {
  busy: boolean;
  onOverbook: (reason: string) => void;
}

/** Two at one time on purpose: an owner's decision, made twice and with a reason. */
export function Overbook({ busy, onOverbook }: Props) {
  const [meant, setMeant] = useState(false);
  const [reason, setReason] = useState('');
  useUnsaved(reason !== '');
  return (
    <Stack gap="sm">
      <Checkbox
        label="Double-book this time anyway"
        checked={meant}
        onChange={({ currentTarget }) => setMeant(currentTarget.checked)}
      />
      {meant ? (
        <>
          <TextInput
            label="Reason"
            description="We keep it with the appointment. The audit log only says that you gave one."
            required
            maxLength={500}
            value={reason}
            onChange={({ currentTarget }) => setReason(currentTarget.value)}
          />
          <Button
            variant="light"
            color="red"
            loading={busy}
            disabled={reason.trim() === ''}
            onClick={() => onOverbook(reason.trim())}
          >
            Double-book
          </Button>
        </>
      ) : null}
    </Stack>
  );
}
