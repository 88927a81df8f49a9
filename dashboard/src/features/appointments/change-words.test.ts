import type { Appointment, NoTexts, TextState } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { canceledWords, movedWords, passedOnWords, undoneWords, waitingText } from './change-words.ts';

const maria = (change: Partial<Appointment> = {}): Appointment => ({
  id: '1',
  status: 'confirmed',
  scheduled_at: '2030-01-07T14:00:00Z',
  duration_minutes: 30,
  service_type: 'consultation',
  service_name: 'Consultation',
  provider_id: 'ada',
  provider_name: 'Dr. Ada',
  contact: { id: 'c', name: 'Maria Lopez', phone: '+14155550132', email: null, no_texts: null },
  notes: null,
  source: 'dashboard',
  calendar_event_id: null,
  sync_state: 'synced',
  texts: [],
  version: 2,
  overbooked: false,
  calendar_unverified: false,
  undo_until: null,
  allowed_changes: [],
  allowed_actions: [],
  takes_time: true,
  created_at: '2030-01-01T14:00:00Z',
  ...change,
});
const because = (code: NoTexts['code'], reason: string) => ({
  id: 'c',
  name: 'Maria Lopez',
  phone: null,
  email: null,
  no_texts: { code, reason },
});
const phoneless = because('NO_PHONE', 'There’s no phone number on file.');
const waiting = (kind: string): TextState => ({
  kind,
  status: 'waiting',
  reason: null,
  error_code: null,
  message_id: null,
  at: '2030-01-01T14:00:00Z',
  sends_at: '2030-01-01T14:00:10Z',
  resendable: false,
  informed_at: null,
});

test('after a move the notice says whether the patient gets a text', () => {
  const moved = maria({ texts: [waiting('confirmation')] });
  expect(movedWords(moved, 'UTC')).toMatch(/^Moved Maria Lopez to .*, Dr\. Ada\.$/);
  expect(movedWords(maria(), 'UTC')).toContain('No text will be sent.');
  expect(movedWords(maria({ status: 'pending' }), 'UTC')).toContain('Not confirmed yet');
  expect(movedWords(maria({ contact: phoneless }), 'UTC')).toContain('no phone number');
});

test('a patient who sent STOP is to be called', () => {
  const stopped = maria({ contact: because('STOPPED', 'The patient sent STOP, so we can’t text them.') });
  for (const words of [
    movedWords(stopped, 'UTC'),
    canceledWords(stopped, 'UTC'),
    undoneWords(stopped, 'UTC'),
  ]) {
    expect(words).toContain('The patient sent STOP, so we can’t text them.');
  }
});

test('what is undone before its text left is undone without one', () => {
  expect(undoneWords(maria(), 'UTC')).toContain('No text will be sent.');
  expect(undoneWords(maria({ texts: [waiting('confirmation')] }), 'UTC')).not.toContain('text');
});

test('a text that waits is the one that can be taken back', () => {
  expect(waitingText(maria({ texts: [waiting('confirmation')] }))?.sends_at).toBe('2030-01-01T14:00:10Z');
  expect(waitingText(maria())).toBeUndefined();
});

test('before an appointment goes to another patient the form says who gets a text', () => {
  const { contact: one } = maria();
  const ana = { ...one, name: 'Ana Ruiz' };
  const stopped = { ...ana, no_texts: because('STOPPED', 'The patient sent STOP.').no_texts };
  const both = passedOnWords('confirmed', one, ana);
  expect(both).toContain('we text both patients');
  expect(both).toContain('Maria Lopez that this appointment is canceled');
  expect(both).toContain('Ana Ruiz that it’s booked');
  const onlyBefore = passedOnWords('confirmed', one, stopped);
  expect(onlyBefore).toContain('we text Maria Lopez that');
  expect(onlyBefore).toContain('We can’t text Ana Ruiz. The patient sent STOP.');
  expect(passedOnWords('confirmed', stopped, one)).toContain('we text Maria Lopez that it’s booked');
  expect(passedOnWords('pending', one, ana)).toContain('no text will be sent');
  for (const status of ['arrived', 'completed', 'no_show'] as const) {
    expect(passedOnWords(status, one, ana)).toBe('No text will be sent.');
  }
});
