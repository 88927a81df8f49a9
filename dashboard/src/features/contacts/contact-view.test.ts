import type { ContactDetail } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { changes, fullName, initials, phoneWords, toValues } from './contact-view.ts';

const contact: ContactDetail = {
  id: '5f0c5c1e-8f5e-4c53-9a53-0d6a1f6f2b10',
  name: 'Maria de la Cruz',
  title: 'Dr.',
  phone: '+14155550132',
  phone_extension: '12',
  phone_flag: null,
  email: null,
  status: 'pending',
  next_appointment_at: null,
  no_texts: null,
  texts: [],
  created_at: '2026-11-18T15:00:00Z',
  updated_at: '2026-11-18T15:00:00Z',
  notes: null,
  name_raw: null,
  phone_raw: null,
  proposed_email: null,
  email_suggestion: null,
  appointments: [],
};

test('a patient is addressed with their title, and called with the extension', () => {
  expect(fullName(contact)).toBe('Dr. Maria de la Cruz');
  expect(fullName({ ...contact, title: null })).toBe('Maria de la Cruz');
  expect(phoneWords(contact)).toBe('+1 (415) 555-0132 ext. 12');
  expect(phoneWords({ phone: null, phone_extension: null })).toBe('No phone number');
});

test('only what was changed is sent, and an emptied field is sent as nothing', () => {
  const before = toValues(contact);
  expect(changes(before, before)).toEqual({});
  expect(changes(before, { ...before, email: 'maria@example.com', title: ' ' })).toEqual({
    email: 'maria@example.com',
    title: null,
  });
  expect(changes({ ...before, notes: 'old' }, { ...before, notes: '' })).toEqual({ notes: null });
});

test('the circle beside a name has its first and last letter, whatever the script', () => {
  expect(initials('Maria de la Cruz')).toBe('MC');
  expect(initials('Cher')).toBe('C');
  expect(initials('李明')).toBe('李');
  expect(initials('bell hooks')).toBe('b');
});
