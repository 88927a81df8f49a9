import type { ContactDetail, ContactPatch, ContactStatus } from '@voxanne/contract';
import { formatPhone } from '../../lib/format/format.ts';
import type { Word } from '../../lib/ui/status-tag.tsx';

const statuses: Record<ContactStatus, Word> = {
  pending: { word: 'New', tone: 'info' },
  active: { word: 'Active', tone: 'ok' },
  archived: { word: 'Archived', tone: 'idle' },
};
export const contactWord = (status: ContactStatus): Word => statuses[status];
export const statusOptions = (Object.keys(statuses) as ContactStatus[]).map((value) => ({
  value,
  label: statuses[value].word,
}));

export const fullName = ({ title, name }: { title: string | null; name: string }) =>
  title === null ? name : `${title} ${name}`;

export function phoneWords({ phone, phone_extension }: Pick<ContactDetail, 'phone' | 'phone_extension'>) {
  if (phone === null) return 'No phone number';
  return phone_extension === null ? formatPhone(phone) : `${formatPhone(phone)} ext. ${phone_extension}`;
}

export interface ContactValues {
  title: string;
  name: string;
  phone: string;
  email: string;
  status: ContactStatus;
  notes: string;
}

export const toValues = (contact: ContactDetail): ContactValues => ({
  title: contact.title ?? '',
  name: contact.name,
  phone: contact.phone === null ? '' : phoneWords(contact),
  email: contact.email ?? '',
  status: contact.status,
  notes: contact.notes ?? '',
});

/** Only what was changed: another colleague may be changing the rest. */
export function changes(before: ContactValues, now: ContactValues): ContactPatch {
  const patch: ContactPatch = {};
  if (now.title !== before.title) patch.title = now.title.trim() === '' ? null : now.title;
  if (now.name !== before.name) patch.name = now.name;
  if (now.phone !== before.phone) patch.phone = now.phone;
  if (now.email !== before.email) patch.email = now.email.trim() === '' ? null : now.email;
  if (now.status !== before.status) patch.status = now.status;
  if (now.notes !== before.notes) patch.notes = now.notes.trim() === '' ? null : now.notes;
  return patch;
}

/** Up to two letters for the circle next to a name; for scripts without separate letters, the first sign. */
export function initials(name: string): string {
  const words = name.split(' ').filter((word) => /^\p{Lu}|^\p{Lo}/u.test(word));
  const [first = name, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return [first, last].map((word) => (word === undefined ? '' : [...word][0])).join('');
}
