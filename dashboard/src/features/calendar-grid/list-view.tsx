import { IconCloudQuestion } from '@tabler/icons-react';
import type { Appointment } from '@voxanne/contract';
import { formatTime, groupByDay, plural, relativeDay } from '../../lib/format/format.ts';
import { statusWord } from '../../lib/ui/appointment-status.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { lookOf, mustLook } from '../appointments/event-view.ts';
import { SyncTag } from '../appointments/sync-tag.tsx';
import classes from './list-view.module.css';

interface Props {
  appointments: Appointment[];
  timeZone: string;
  now: number;
  onOpen: (id: string) => void;
}

export function ListView({ appointments, timeZone, now, onOpen }: Props) {
  const days = groupByDay(appointments, (item) => item.scheduled_at, timeZone);
  return (
    <div className={classes.days}>
      {days.map(([day, items]) => (
        <Panel
          key={day}
          title={relativeDay(items[0]?.scheduled_at ?? '', now, timeZone)}
          hint={plural(items.length, 'appointment')}
        >
          <ul className={classes.list}>
            {items.map((item) => (
              <li key={item.id} className={classes.listItem}>
                <Row item={item} timeZone={timeZone} onOpen={onOpen} />
              </li>
            ))}
          </ul>
        </Panel>
      ))}
    </div>
  );
}

function Row({ item, timeZone, onOpen }: { item: Appointment } & Pick<Props, 'timeZone' | 'onOpen'>) {
  const { icon, tone } = lookOf(item.status);
  return (
    <button
      type="button"
      className={classes.row}
      data-event={item.id}
      aria-haspopup="dialog"
      onClick={() => onOpen(item.id)}
    >
      <span className={classes.rowTime}>
        <time dateTime={item.scheduled_at}>{formatTime(item.scheduled_at, timeZone)}</time>
        <span className={classes.dim}>{item.duration_minutes} min</span>
      </span>
      <span className={classes.rowWho}>
        <strong>{item.contact.name}</strong>
        <span className={classes.dim}>
          {item.service_name}, {item.provider_name}
        </span>
      </span>
      <span className={classes.rowTags}>
        <StatusTag tone={tone === 'brand' ? 'ok' : tone} icon={icon} plain>
          {statusWord(item.status)}
        </StatusTag>
        {mustLook(item) ? (
          <StatusTag tone="warn" icon={IconCloudQuestion} plain>
            Check Google Calendar
          </StatusTag>
        ) : null}
        {item.sync_state === 'error' || item.sync_state === 'pending' ? (
          <SyncTag state={item.sync_state} />
        ) : null}
      </span>
    </button>
  );
}
