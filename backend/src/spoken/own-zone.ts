import { Temporal } from 'temporal-polyfill';

/**
 * Whether a zone that was named has the same time as the clinic's then.
 * @param zone an IANA name, an offset, `standard` or `daylight` (the clinic's own), `own` or `other`.
 */
export function isOwnZone(zone: string, at: Date, timeZone: string): boolean {
  if (zone === 'own') return true;
  if (zone === 'other') return false;
  const instant = Temporal.Instant.fromEpochMilliseconds(at.getTime());
  const local = instant.toZonedDateTimeISO(timeZone);
  if (zone === 'standard' || zone === 'daylight') return isDaylight(local) === (zone === 'daylight');
  return instant.toZonedDateTimeISO(zone).offsetNanoseconds === local.offsetNanoseconds;
}

/** Whether the clocks are ahead of the lower of the year's two offsets. */
const isDaylight = (local: Temporal.ZonedDateTime): boolean =>
  [1, 7].some((month) => local.with({ month, day: 1 }).offsetNanoseconds < local.offsetNanoseconds);
