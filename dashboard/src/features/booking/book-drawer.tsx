import { Drawer } from '@mantine/core';
import { BookForm } from './book-form.tsx';

interface Props {
  opened: boolean;
  onClose: () => void;
  timeZone: string;
}

export function BookDrawer({ opened, onClose, timeZone }: Props) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="30rem"
      title="Book by hand"
      closeButtonProps={{ 'aria-label': 'Close' }}
      styles={{ title: { fontSize: '1.25rem', fontWeight: 650 } }}
    >
      <BookForm timeZone={timeZone} onBooked={onClose} />
    </Drawer>
  );
}
