import { Temporal } from 'temporal-polyfill';

const FROM_HOUR = 21;
const TO_HOUR = 8;

/** How long until a clinic may send someone a text they aren't waiting for: 0 by day, otherwise until 08:00 there. */
export function quietForMs(now: Date, timeZone: string): number {
  const local = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone);
  if (local.hour >= TO_HOUR && local.hour < FROM_HOUR) return 0;
  const day = local.hour >= FROM_HOUR ? local.toPlainDate().add({ days: 1 }) : local.toPlainDate();
  const morning = day.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from({ hour: TO_HOUR }) });
  return morning.epochMilliseconds - now.getTime();
}
