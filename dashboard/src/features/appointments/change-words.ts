import type { Appointment, TextState } from '@voxanne/contract';
import { formatMoment } from '../../lib/format/format.ts';

/** Why no text is sent about a change; null when the patient is. */
export const whyNoText = ({ status, contact }: Pick<Appointment, 'status' | 'contact'>): string | null => {
  if (status === 'pending') return 'Not confirmed yet, so no text will be sent.';
  return contact.no_texts === null ? null : `${contact.no_texts.reason} Please call ${contact.name}.`;
};

type Texted = Pick<Appointment['contact'], 'name' | 'no_texts'>;

/** What each patient is texted when an appointment goes from one to the other. */
export function passedOnWords(status: Appointment['status'], before: Texted, after: Texted): string {
  if (status === 'pending') return 'Not confirmed yet, so no text will be sent.';
  if (status !== 'confirmed') return 'No text will be sent.';
  if (before.no_texts === null && after.no_texts === null) {
    return `When you save, we text both patients: ${before.name} that this appointment is canceled, ${after.name} that it’s booked.`;
  }
  const say = ({ name, no_texts }: Texted, what: string) =>
    no_texts === null
      ? `When you save, we text ${name} that ${what}.`
      : `We can’t text ${name}. ${no_texts.reason} Please call them.`;
  return `${say(before, 'this appointment is canceled')} ${say(after, 'it’s booked')}`;
}

/** The text about the last change, as long as it can be taken back. */
export const waitingText = ({ texts }: Pick<Appointment, 'texts'>): TextState | undefined =>
  texts.find(({ status }) => status === 'waiting');

/** A waiting text has its own countdown next to these words. */
function withText(place: string, changed: Appointment): string {
  const why = whyNoText(changed);
  if (why !== null) return `${place} ${why}`;
  return waitingText(changed) === undefined ? `${place} No text will be sent.` : place;
}

/** What the notice after a move says. */
export const movedWords = (moved: Appointment, timeZone: string): string =>
  withText(
    `Moved ${moved.contact.name} to ${formatMoment(moved.scheduled_at, timeZone)}, ${moved.provider_name}.`,
    moved,
  );

export const canceledWords = (canceled: Appointment, timeZone: string): string =>
  withText(`Canceled ${canceled.contact.name}, ${formatMoment(canceled.scheduled_at, timeZone)}.`, canceled);

export const undoneWords = (undone: Appointment, timeZone: string): string =>
  withText(`${undone.contact.name} is back on ${formatMoment(undone.scheduled_at, timeZone)}.`, undone);
