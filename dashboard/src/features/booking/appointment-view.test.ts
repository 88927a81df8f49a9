import { AppointmentStatus, SyncState } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { appointmentWord, sourceView, syncView, textView } from './appointment-view.ts';

test('every state of the calendar has a word', () => {
  for (const state of SyncState.options) expect(syncView(state).word).not.toBe('');
});

test('every status but confirmed has a word', () => {
  const silent = AppointmentStatus.options.filter((status) => appointmentWord(status) === null);
  expect(silent).toEqual(['confirmed']);
});

test('what the receptionist booked is told apart from what a person booked', () => {
  expect(sourceView('voice').word).toBe('AI call');
  expect(sourceView('dashboard').word).toBe('Staff');
  expect(sourceView('api').word).toBe('Program');
  expect(sourceView('patient').word).toBe('Patient, by link');
  expect(sourceView('system').word).toBe('Waitlist');
  expect(sourceView('import').word).toBe('import');
});

test('an appointment without a text says so', () => {
  expect(textView(undefined).word).toBe('No text yet');
});
