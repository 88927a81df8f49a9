import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import classes from './calendar.module.css';

const LONG_ENOUGH_MS = 15_000;

/** Says what happened and keeps the way back at hand; the drawer has it for the whole ten minutes. */
export function noticeChange(id: string, message: string, onUndo: () => void) {
  const notice = `change-${id}`;
  // Shown anew, so that a second change of the same appointment is announced as well.
  notifications.hide(notice);
  notifications.show({
    id: notice,
    color: 'brand',
    withBorder: true,
    autoClose: LONG_ENOUGH_MS,
    // Where it hides neither the toolbar of a desk nor the tabs of a phone.
    position: window.matchMedia('(min-width: 48em)').matches ? 'bottom-right' : 'top-center',
    closeButtonProps: { 'aria-label': 'Dismiss' },
    message: (
      <span className={classes.notice}>
        {message}
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            notifications.hide(notice);
            onUndo();
          }}
        >
          Undo
        </Button>
      </span>
    ),
  });
}

export const dropNotice = (id: string) => notifications.hide(`change-${id}`);
