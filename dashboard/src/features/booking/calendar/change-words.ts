import type { Appointment } from '@voxanne/contract';
import { formatMoment } from '../../../lib/format/format.ts';

type Told = Pick<Appointment, 'status' | 'contact'>;

/** Why nobody is texted about a change; null when the patient is. */
export const whyUntold = ({ status, contact }: Told): string | null =>
  status === 'pending'
    ? 'Not confirmed yet, so the patient is told nothing.'
    : contact.phone === null
      ? 'There is no phone number, so the patient gets no text.'
      : null;

/** What the notice after a move says: a drag texts the patient, and that must not stay unseen. */
export function movedWords(moved: Appointment, notify: boolean, timeZone: string): string {
  const place = `${moved.contact.name} is moved to ${formatMoment(moved.scheduled_at, timeZone)}, ${moved.provider_name}.`;
  const text = notify ? 'The patient gets a text with the new time.' : 'The patient gets no text.';
  return `${place} ${whyUntold(moved) ?? text}`;
}

/** Of a change that went without a text nobody is told that it is undone; what it was, is the server's to know. */
export function undoneWords(undone: Appointment, timeZone: string): string {
  const place = `${undone.contact.name} is on ${formatMoment(undone.scheduled_at, timeZone)} again.`;
  return undone.status === 'confirmed' && undone.contact.phone !== null
    ? `${place} If the patient had been told, a text says so.`
    : place;
}
