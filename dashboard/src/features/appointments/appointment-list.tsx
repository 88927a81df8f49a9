import { IconCloudQuestion } from '@tabler/icons-react';
import type { Appointment } from '@voxanne/contract';
import { formatMoment, formatPhone, formatTime } from '../../lib/format/format.ts';
import { isSameZone, ownTimeZone } from '../../lib/format/time-zones.ts';
import { appointmentWord } from '../../lib/ui/appointment-status.ts';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { noTextsWord } from '../messaging/text-word.ts';
import classes from './appointment-list.module.css';
import { sourceView, textView } from './appointment-view.ts';
import { mustLook } from './event-view.ts';
import { SyncTag } from './sync-tag.tsx';

interface Props {
  appointments: Appointment[];
  timeZone: string;
  now: number;
  nextId: string | undefined;
}

export function AppointmentList({ appointments, timeZone, now, nextId }: Props) {
  return (
    <ul className={classes.list}>
      {appointments.map((item) => (
        <Row key={item.id} item={item} {...{ timeZone, now }} next={item.id === nextId} />
      ))}
    </ul>
  );
}

/** For people who look from another time zone. */
function whereYouAre(instant: string, timeZone: string): string | undefined {
  const here = ownTimeZone();
  return isSameZone(here, timeZone) ? undefined : `${formatMoment(instant, here)}, where you are`;
}

interface RowProps {
  item: Appointment;
  timeZone: string;
  now: number;
  next: boolean;
}

function Row({ item, timeZone, now, next }: RowProps) {
  const end = Date.parse(item.scheduled_at) + item.duration_minutes * 60_000;
  const status = appointmentWord(item.status);
  const source = sourceView(item.source);
  const confirmation = textView(item);
  return (
    <li className={classes.row} data-past={end < now ? '' : undefined}>
      <div className={classes.time}>
        <time dateTime={item.scheduled_at} title={whereYouAre(item.scheduled_at, timeZone)}>
          {formatTime(item.scheduled_at, timeZone)}
        </time>
        <span className={classes.minutes}>{item.duration_minutes} min</span>
      </div>
      <div>
        <span className={classes.name}>{item.contact.name}</span>
        {next ? <span className={classes.next}>Next</span> : null}
        <span className={classes.dim}>
          {item.contact.phone === null ? 'No phone number' : formatPhone(item.contact.phone)}
        </span>
      </div>
      <div>
        {item.service_name}
        <span className={classes.dim}>{item.provider_name}</span>
      </div>
      <div className={classes.tags}>
        {status === null ? null : <StatusTag tone={status.tone}>{status.word}</StatusTag>}
        <StatusTag tone="idle" icon={source.icon} plain>
          {source.word}
        </StatusTag>
        {item.sync_state === 'not_linked' ? null : <SyncTag state={item.sync_state} />}
        {mustLook(item) ? (
          <StatusTag tone="warn" icon={IconCloudQuestion} plain>
            Check Google Calendar
          </StatusTag>
        ) : null}
        <StatusTag tone={confirmation.tone} plain>
          {confirmation.word}
        </StatusTag>
        {item.contact.no_texts?.code === 'STOPPED' && item.texts.length > 0 ? (
          <StatusTag tone="warn" plain>
            {noTextsWord(item.contact.no_texts)}
          </StatusTag>
        ) : null}
      </div>
    </li>
  );
}
