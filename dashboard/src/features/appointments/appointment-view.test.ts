import { AppointmentStatus, SyncState, type TextState } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { appointmentWord } from '../../lib/ui/appointment-status.ts';
import { sourceView, syncView, textView } from './appointment-view.ts';

test('every state of the calendar has a word', () => {
  for (const state of SyncState.options) expect(syncView(state).word).not.toBe('');
});

test('a calendar that has to be linked again shows no spinner', () => {
  expect(syncView('pending').busy).toBe(true);
  expect(syncView('pending', true)).toEqual({
    word: 'Not in Google Calendar yet',
    tone: 'warn',
  });
  expect(syncView('synced', true).word).toBe('In calendar');
});

test('every status but confirmed has a word', () => {
  const silent = AppointmentStatus.options.filter((status) => appointmentWord(status) === null);
  expect(silent).toEqual(['confirmed']);
});

test('bookings by the receptionist and by staff look different', () => {
  expect(sourceView('voice').word).toBe('AI call');
  expect(sourceView('dashboard').word).toBe('Staff');
  expect(sourceView('api').word).toBe('API');
  expect(sourceView('patient').word).toBe('Patient online');
  expect(sourceView('system').word).toBe('Waitlist');
  expect(sourceView('import').word).toBe('import');
});

const contact = { id: 'c', name: 'Ann', phone: '+14155550132', email: null, no_texts: null };
const text = (change: Partial<TextState> = {}): TextState => ({
  kind: 'confirmation',
  status: 'delivered',
  reason: null,
  error_code: null,
  message_id: 'm',
  at: '2030-01-07T14:00:00Z',
  sends_at: null,
  resendable: false,
  informed_at: null,
  ...change,
});

test('an appointment without a text says so, and why where none can come', () => {
  expect(textView({ texts: [], contact }).word).toBe('Not texted');
  for (const [code, words] of [
    ['STOPPED', 'No texts: the patient sent STOP'],
    ['NO_PHONE', 'No texts: no phone number'],
    ['CANNOT_RECEIVE', 'No texts: this number can’t receive them'],
  ] as const) {
    const refused = { ...contact, no_texts: { code, reason: '' } };
    expect(textView({ texts: [], contact: refused }).word).toBe(words);
  }
});

test('the newest text of an appointment is the one that is shown', () => {
  expect(textView({ texts: [text(), text({ status: 'failed' })], contact }).word).toBe('Text delivered');
  expect(textView({ texts: [text({ status: 'waiting' }), text()], contact }).word).toBe('Texting soon');
  expect(textView({ texts: [text({ status: 'unknown' })], contact }).word).toBe('Delivery not confirmed yet');
  const informed = text({ status: 'failed', informed_at: '2030-01-07T15:00:00Z' });
  expect(textView({ texts: [informed], contact })).toEqual({ word: 'Reached by phone', tone: 'ok' });
});
