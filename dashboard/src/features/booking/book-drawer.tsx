import { Drawer } from '@mantine/core';
import { BookForm, type BookingPlace } from './book-form.tsx';

export type { BookingPlace };

interface Props {
  opened: boolean;
  onClose: () => void;
  timeZone: string;
  /** A time that was chosen before, in the calendar. */
  place?: BookingPlace;
  /** Owners may overbook. */
  isOwner?: boolean;
}

export function BookDrawer({ opened, onClose, timeZone, place, isOwner = false }: Props) {
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
      <BookForm
        key={place === undefined ? '' : `${place.at} ${place.providerId}`}
        timeZone={timeZone}
        place={place}
        isOwner={isOwner}
        onBooked={onClose}
      />
    </Drawer>
  );
}
