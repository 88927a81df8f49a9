import { Button, Checkbox, NumberInput, Stack, Textarea } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useId } from 'react';
import { PatientEmail } from '../../lib/ui/patient-fields.tsx';
import type { BookValues } from './booking-values.ts';

interface Props {
  form: UseFormReturnType<BookValues>;
  opened: boolean;
  onToggle: () => void;
  /** How long the service takes, when it is known. */
  minutes: number | undefined;
}

/** What most bookings do without. */
export function MoreFields({ form, opened, onToggle, minutes }: Props) {
  const fields = useId();
  const Chevron = opened ? IconChevronUp : IconChevronDown;
  return (
    <div>
      <Button
        variant="subtle"
        size="compact-md"
        px={4}
        aria-expanded={opened}
        aria-controls={fields}
        leftSection={<Chevron size={18} aria-hidden />}
        onClick={onToggle}
      >
        More
      </Button>
      <Stack id={fields} gap="md" mt={opened ? 'sm' : 0}>
        {opened ? (
          <>
            <PatientEmail form={form} />
            <NumberInput
              label="Length in minutes"
              description={minutes === undefined ? undefined : `Default: ${minutes} minutes`}
              size="md"
              min={5}
              max={480}
              step={5}
              clampBehavior="none"
              allowDecimal={false}
              allowNegative={false}
              {...form.getInputProps('duration_minutes')}
            />
            <Textarea
              label="Notes"
              size="md"
              autosize
              minRows={2}
              maxRows={6}
              maxLength={2000}
              {...form.getInputProps('notes')}
            />
            <Checkbox
              label="Tentative: hold the time"
              description="We won’t text the patient until you confirm it in the calendar."
              {...form.getInputProps('pending', { type: 'checkbox' })}
            />
          </>
        ) : null}
      </Stack>
    </div>
  );
}
