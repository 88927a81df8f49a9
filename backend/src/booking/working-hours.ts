import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';

const Time = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/);
/** ISO weekday to the wall-clock windows of that day. */
export const WorkingHours = z.partialRecord(
  z.enum(['1', '2', '3', '4', '5', '6', '7']),
  z.array(z.tuple([Time, Time])),
);
export type WorkingHours = z.infer<typeof WorkingHours>;

export interface Interval {
  /** Epoch milliseconds; `to` is not included. */
  from: number;
  to: number;
}

/** The working windows of one local day as instants. On a day when the clocks change they are as long as they are. */
export function windowsOf(hours: WorkingHours, date: Temporal.PlainDate, timeZone: string): Interval[] {
  const windows = hours[String(date.dayOfWeek) as keyof WorkingHours] ?? [];
  return windows
    .map(([from, to]) => ({ from: instantOf(date, from, timeZone), to: instantOf(date, to, timeZone) }))
    .filter(({ from, to }) => from < to);
}

function instantOf(date: Temporal.PlainDate, time: string, timeZone: string): number {
  if (time === '24:00') return date.add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds;
  const local = date.toPlainDateTime(Temporal.PlainTime.from(time));
  const zoned = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  if (zoned.toPlainDateTime().equals(local)) return zoned.epochMilliseconds;
  // The clocks skip it: what begins or ends then does so when they change.
  return zoned.getTimeZoneTransition('next')?.epochMilliseconds ?? zoned.epochMilliseconds;
}

export const localDate = (at: number | Date, timeZone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(Number(at)).toZonedDateTimeISO(timeZone).toPlainDate();

/** Whether one window holds all of an appointment. */
export function isOpen(hours: WorkingHours, appointment: Interval, timeZone: string): boolean {
  const day = localDate(appointment.from, timeZone);
  return [day, day.subtract({ days: 1 })].some((date) =>
    windowsOf(hours, date, timeZone).some(({ from, to }) => from <= appointment.from && appointment.to <= to),
  );
}
