import type { Appointment } from '@voxanne/contract';
import { formatDay, formatPhone, formatTime, groupByDay } from '../../lib/format/format.ts';
import { dayKey } from '../../lib/format/zoned.ts';
import { statusWord } from '../../lib/ui/appointment-status.ts';
import classes from './day-sheet.module.css';

interface Props {
  clinic: string;
  appointments: Appointment[];
  timeZone: string;
}

/** What the printer gets instead of the page: a table a day, by provider and time, with room for a mark. */
export function DaySheet({ clinic, appointments, timeZone }: Props) {
  const sorted = appointments
    .filter(({ status }) => status !== 'cancelled')
    .toSorted(
      (a, b) =>
        dayAndProvider(a, timeZone).localeCompare(dayAndProvider(b, timeZone)) ||
        Date.parse(a.scheduled_at) - Date.parse(b.scheduled_at),
    );
  const days = groupByDay(sorted, ({ scheduled_at }) => scheduled_at, timeZone);
  return (
    <section className={classes.sheet} data-print-only aria-label="Day sheet">
      {days.length === 0 ? <p>{clinic}: no appointments.</p> : null}
      {days.map(([day, items]) => (
        <table key={day} className={classes.day}>
          <caption>
            {clinic}, {formatDay(items[0]?.scheduled_at ?? day, timeZone)}
          </caption>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Patient</th>
              <th scope="col">Phone</th>
              <th scope="col">Service</th>
              <th scope="col">Provider</th>
              <th scope="col">Status</th>
              <th scope="col">Here</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={item.id}>
                <td className={classes.time}>
                  {formatTime(item.scheduled_at, timeZone)}, {item.duration_minutes} min
                </td>
                <td>
                  <strong>{item.contact.name}</strong>
                  {item.notes === null ? null : <div>{item.notes}</div>}
                </td>
                <td className={classes.time}>
                  {item.contact.phone === null ? '' : formatPhone(item.contact.phone)}
                </td>
                <td>{item.service_name}</td>
                <td>{item.provider_name}</td>
                <td>{statusWord(item.status)}</td>
                <td className={classes.box} />
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </section>
  );
}

const dayAndProvider = (item: Appointment, timeZone: string) =>
  `${dayKey(item.scheduled_at, timeZone)} ${item.provider_name}`;
