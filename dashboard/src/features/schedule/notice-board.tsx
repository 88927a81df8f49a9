import { Alert, Anchor } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { AffectedAppointment } from '@voxanne/contract';
import { formatMoment } from '../../lib/format/format.ts';
import { dayKey } from '../../lib/format/zoned.ts';
import { toneInk, toneWash } from '../../lib/theme/theme.ts';
import classes from './schedule.module.css';

interface Props {
  notices: string[];
  /** Whose appointments the change does not cover: each opens in the calendar. */
  affected: AffectedAppointment[];
  timeZone: string;
  onClose: () => void;
}

/** Stays until it is dismissed: what it says is work for a person. */
export function NoticeBoard({ notices, affected, timeZone, onClose }: Props) {
  return (
    <div role="status">
      {notices.length === 0 ? null : (
        <Alert
          mb="md"
          icon={<IconAlertTriangle size={20} aria-hidden />}
          title="Saved. Please note"
          withCloseButton
          closeButtonLabel="Dismiss"
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
          {affected.length === 0 ? null : (
            <ul>
              {affected.map(({ appointment_id: id, name, scheduled_at }) => (
                <li key={id}>
                  <Anchor
                    renderRoot={(props) => (
                      <Link
                        {...props}
                        to="/calendar"
                        search={{ appointment: id, date: dayKey(scheduled_at, timeZone) }}
                      />
                    )}
                  >
                    {name}, {formatMoment(scheduled_at, timeZone)}
                  </Anchor>
                </li>
              ))}
            </ul>
          )}
        </Alert>
      )}
    </div>
  );
}
