import { Drawer } from '@mantine/core';
import { BookForm } from './book-form.tsx';
import type { BookingPlace } from './book-wish.ts';

interface Props {
  opened: boolean;
  onClose: () => void;
  /** It has left the screen. */
  onClosed?: () => void;
  timeZone: string;
  /** A time that was chosen before, in the calendar. */
  place?: BookingPlace;
  /** Owners may overbook. */
  isOwner?: boolean;
}

export function BookDrawer({ opened, onClose, onClosed, timeZone, place, isOwner = false }: Props) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      {...(onClosed === undefined ? {} : { onExitTransitionEnd: onClosed })}
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
