import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { FormError } from '../../lib/ui/form-error.tsx';

interface Props {
  save: string;
  saving: boolean;
  mayChange: boolean;
  /** Nothing to save. */
  unchanged: boolean;
  remove?: {
    /** On the button that asks, and on the one that answers. */
    label: string;
    confirm?: string;
    question: string;
    explanation: ReactNode;
    busy: boolean;
    error: unknown;
    onConfirm: () => void;
    /** The question was closed. */
    onCancel: () => void;
  };
}

/** The foot of a drawer's form. */
export function FormActions({ save, saving, mayChange, unchanged, remove }: Props) {
  const [asking, ask] = useDisclosure(false);
  if (!mayChange) return <p>Only an owner or admin of the clinic can change this.</p>;
  return (
    <Group justify="space-between">
      <Button type="submit" loading={saving} disabled={unchanged}>
        {save}
      </Button>
      {remove === undefined ? null : (
        <>
          <Button variant="light" color="red" onClick={ask.open}>
            {remove.label}
          </Button>
          <Confirm
            opened={asking}
            title={remove.question}
            confirm={remove.confirm ?? remove.label}
            cancel="Keep"
            busy={remove.busy}
            onConfirm={remove.onConfirm}
            onCancel={() => {
              ask.close();
              remove.onCancel();
            }}
          >
            {remove.explanation}
            <FormError error={remove.error} />
          </Confirm>
        </>
      )}
    </Group>
  );
}
