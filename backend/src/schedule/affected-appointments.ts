import type { AffectedAppointment } from '@voxanne/contract';
import { spokenTime } from '../platform/local-time/wording.ts';

/** An appointment that a changed rule no longer covers. It stays booked. */
export interface Affected {
  id: string;
  contact_name: string;
  scheduled_at: Date;
}

const NAMED = 5;
/** More than a person works through by a list of links. */
const LISTED = 50;

/** "Grace Crawford, Wednesday, December 2 at 9:00 AM; and 3 more" */
export function namesOf(affected: Affected[], timeZone: string, now: Date): string {
  const named = affected
    .slice(0, NAMED)
    .map((one) => `${one.contact_name}, ${spokenTime(one.scheduled_at, timeZone, now)}`);
  const more = affected.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

export const presentAffected = (affected: Affected[]): AffectedAppointment[] =>
  affected.slice(0, LISTED).map(({ id, contact_name, scheduled_at }) => ({
    appointment_id: id,
    name: contact_name,
    scheduled_at: scheduled_at.toISOString(),
  }));
