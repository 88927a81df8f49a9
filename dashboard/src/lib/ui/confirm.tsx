import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  opened: boolean;
  title: string;
  children: ReactNode;
  confirm: string;
  /** Red, unless nothing is lost. */
  tone?: 'red' | 'brand';
  cancel: string;
  busy: boolean;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Asks before something that the same button cannot undo. */
export function Confirm(props: Props) {
  const { opened, title, children, confirm, tone = 'red', cancel, busy, onConfirm, onCancel } = props;
  return (
    <Modal
      opened={opened}
      onClose={onCancel}
      title={title}
      // Above a drawer that was opened later, and above the dialog at the end of a session.
      zIndex={550}
    >
      {children}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onCancel}>
          {cancel}
        </Button>
        <Button color={tone} loading={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </Group>
    </Modal>
  );
}
