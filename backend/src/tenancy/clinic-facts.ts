import { AppError } from '../platform/errors.ts';
import { toE164 } from '../platform/phone.ts';

/** @throws {AppError} INVALID_PHONE (400), which names the field. */
export function checkedPhone(name: 'phone' | 'public_phone', text: string, country: string): string {
  const phone = toE164(text, country);
  if (phone === null) {
    throw new AppError({
      code: 'INVALID_PHONE',
      status: 400,
      detail:
        'That isn’t a phone number we can text. Write it with its country code, such as +1 415 555 0100.',
      extra: { errors: [{ path: name, message: 'is not a phone number' }] },
    });
  }
  return phone;
}

/** @throws {AppError} INVALID_TIME_ZONE (400). */
export function checkedTimeZone(zone: string): string {
  try {
    // An offset isn't a zone: it has no daylight saving time, and PostgreSQL reads "+02:00" as two hours west.
    if (!/^[A-Za-z]/.test(zone)) throw new RangeError(zone);
    const canonical = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
    // "Asia/Kolkata" stays what it is called today: Node would make it "Asia/Calcutta".
    const isOtherName = zone.includes('/') && zone.toLowerCase() !== canonical.toLowerCase();
    return isOtherName ? zone : canonical;
  } catch {
    throw new AppError({
      code: 'INVALID_TIME_ZONE',
      status: 400,
      detail: `"${zone}" is not a time zone. Use a name such as America/New_York or Europe/Berlin.`,
      extra: { errors: [{ path: 'time_zone', message: 'is not a time zone' }] },
    });
  }
}
