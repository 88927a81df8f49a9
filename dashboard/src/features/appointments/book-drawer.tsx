import { Drawer } from '@mantine/core';
import { useAskToLeave } from '../../lib/ui/unsaved.tsx';
import type { ShownPlace } from '../availability/slot-picker.tsx';
import { BookForm } from './book-form.tsx';
import type { BookingPlace } from './booking-values.ts';

interface Props {
  opened: boolean;
  onClose: () => void;
  /** It has left the screen. */
  onClosed?: () => void;
  timeZone: string;
  /** A time that was chosen before, in the calendar. */
  place?: BookingPlace;
  /** What the page shows: the day and the provider to begin with. */
  shown?: ShownPlace;
  /** Owners may overbook. */
  isOwner?: boolean;
}

export function BookDrawer(props: Props) {
  const { opened, onClose, onClosed, timeZone, place, shown = {}, isOwner = false } = props;
  const close = useAskToLeave(onClose);
  return (
    <Drawer
      opened={opened}
      onClose={close}
      {...(onClosed === undefined ? {} : { onExitTransitionEnd: onClosed })}
      size="30rem"
      title="New appointment"
    >
      <BookForm
        key={place === undefined ? '' : `${place.at} ${place.providerId}`}
        timeZone={timeZone}
        place={place}
        shown={shown}
        isOwner={isOwner}
        onBooked={onClose}
      />
    </Drawer>
  );
}
