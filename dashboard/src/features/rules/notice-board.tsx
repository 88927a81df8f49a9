import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { toneInk, toneWash } from '../../lib/theme/theme.ts';
import classes from './rules.module.css';

interface Props {
  notices: string[];
  onClose: () => void;
}

/** Stays until it is put away: what it tells is work for somebody. */
export function NoticeBoard({ notices, onClose }: Props) {
  return (
    <div role="status">
      {notices.length === 0 ? null : (
        <Alert
          mb="md"
          icon={<IconAlertTriangle size={20} aria-hidden />}
          title="Saved. Please note"
          withCloseButton
          closeButtonLabel="Put away"
          onClose={onClose}
          styles={{
            root: { background: toneWash('warn') },
            title: { color: toneInk('warn') },
            icon: { color: toneInk('warn') },
            closeButton: { color: toneInk('warn') },
          }}
        >
          {notices.map((notice) => (
            <p key={notice} className={classes.notice}>
              {notice}
            </p>
          ))}
        </Alert>
      )}
    </div>
  );
}
