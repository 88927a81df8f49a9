import type { BookRequest, NoTexts } from '@voxanne/contract';
import { TEXT_AFTER_S } from '../messaging/text-delay.ts';

export interface BookValues {
  name: string;
  phone: string;
  email: string;
  notes: string;
  service_type: string;
  slot_id: string;
  /** Empty: as long as the service takes. */
  duration_minutes: number | string;
  pending: boolean;
}

export const EMPTY: BookValues = {
  name: '',
  phone: '',
  email: '',
  notes: '',
  service_type: '',
  slot_id: '',
  duration_minutes: '',
  pending: false,
};

export interface BookingPlace {
  at: string;
  providerId?: string | undefined;
  providerName?: string | undefined;
}

/** What is asked for besides the patient: a time that was chosen in the calendar, or one of the free times. */
export interface BookInput {
  values: BookValues;
  place?: BookingPlace | undefined;
  overbook?: string;
  /** Although the provider does not work then. */
  outsideHours?: boolean;
  /** The patient sits in the waiting room: the time may have passed. */
  alreadyHere?: boolean;
}

/** What is under "More" and has to be seen when it is refused. */
export const MORE: (keyof BookValues)[] = ['email', 'duration_minutes', 'notes'];

export const lengthProblem = (length: number | string): string | null =>
  length === '' || (Number.isInteger(length) && Number(length) >= 5 && Number(length) <= 480)
    ? null
    : 'Enter 5 to 480 minutes, or leave it blank.';

/** What was not filled in is left out: an empty email address is not an address. */
export function bodyOf({ values, place, overbook, outsideHours, alreadyHere }: BookInput): BookRequest {
  const { name, phone, service_type, slot_id, duration_minutes, pending } = values;
  const [email, notes] = [values.email.trim(), values.notes.trim()];
  return {
    name,
    phone,
    service_type,
    ...(email === '' ? {} : { email }),
    ...(notes === '' ? {} : { notes }),
    ...(duration_minutes === '' ? {} : { duration_minutes: Number(duration_minutes) }),
    ...(pending ? { status: 'pending' as const } : { notify_after_s: TEXT_AFTER_S }),
    ...(place === undefined ? { slot_id } : { scheduled_at: place.at, provider_id: place.providerId }),
    ...(overbook === undefined ? {} : { overbook: true, reason: overbook }),
    ...(outsideHours ? { outside_hours: true } : {}),
    ...(alreadyHere ? { already_here: true } : {}),
  };
}

export function bookedWords(
  { name, pending }: Pick<BookValues, 'name' | 'pending'>,
  when: string,
  noTexts?: NoTexts,
): string {
  if (pending)
    return `Held ${when} for ${name.trim()}. We haven’t texted them: confirm it in the calendar first.`;
  const booked = `${name.trim()} is booked for ${when}.`;
  return noTexts === undefined ? booked : `${booked} ${noTexts.reason}`;
}
