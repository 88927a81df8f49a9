import { Temporal } from 'temporal-polyfill';

/** The date on the wall of a zone. */
export const localDate = (at: number | Date, timeZone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(Number(at)).toZonedDateTimeISO(timeZone).toPlainDate();
