import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';

const Time = z.string().regex(/^([01]\d|2[0-4]):[0-5]\d$/);
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
  const at = (time: string): number =>
    time === '24:00'
      ? date.add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds
      : date.toZonedDateTime({ timeZone, plainTime: time }).epochMilliseconds;
  return windows.map(([from, to]) => ({ from: at(from), to: at(to) })).filter(({ from, to }) => from < to);
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
