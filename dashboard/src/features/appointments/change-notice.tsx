import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Countdown } from '../messaging/countdown.tsx';
import classes from './change-notice.module.css';

const LONG_ENOUGH_MS = 15_000;

interface Choices {
  /** When the text about the change leaves, while it waits. */
  sendsAt?: string | null | undefined;
  onDontText?: () => void;
  onUndo?: () => void;
}

/** Says what happened and keeps the way back at hand; the drawer has it for the whole ten minutes. */
export function noticeChange(id: string, message: string, { sendsAt, onDontText, onUndo }: Choices) {
  const notice = `change-${id}`;
  const choose = (choice: () => void) => () => {
    notifications.hide(notice);
    choice();
  };
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
        <span>
          {message} {sendsAt ? <Countdown sendsAt={sendsAt} /> : null}
        </span>
        {sendsAt && onDontText ? (
          <Button size="xs" variant="default" onClick={choose(onDontText)}>
            Don’t text
          </Button>
        ) : null}
        {onUndo ? (
          <Button size="xs" variant="default" onClick={choose(onUndo)}>
            Undo
          </Button>
        ) : null}
      </span>
    ),
  });
}

export const dropNotice = (id: string) => notifications.hide(`change-${id}`);
