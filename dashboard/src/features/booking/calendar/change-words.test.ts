import type { Appointment } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { movedWords, undoneWords } from './change-words.ts';

const maria = (change: Partial<Appointment> = {}): Appointment => ({
  id: '1',
  status: 'confirmed',
  scheduled_at: '2030-01-07T14:00:00Z',
  duration_minutes: 30,
  service_type: 'consultation',
  service_name: 'Consultation',
  provider_id: 'ada',
  provider_name: 'Dr. Ada',
  contact: { id: 'c', name: 'Maria Lopez', phone: '+14155550132', email: null },
  notes: null,
  source: 'dashboard',
  calendar_event_id: null,
  sync_state: 'synced',
  version: 2,
  overbooked: false,
  calendar_unverified: false,
  undo_until: null,
  created_at: '2030-01-01T14:00:00Z',
  ...change,
});
const nobody = { id: 'c', name: 'Maria Lopez', phone: null, email: null };

test('after a move it is said whether the patient gets a text', () => {
  expect(movedWords(maria(), true, 'UTC')).toMatch(
    /^Maria Lopez is moved to .*, Dr\. Ada\. The patient gets a text/,
  );
  expect(movedWords(maria(), false, 'UTC')).toContain('gets no text');
  expect(movedWords(maria({ status: 'pending' }), true, 'UTC')).toContain('told nothing');
  expect(movedWords(maria({ contact: nobody }), true, 'UTC')).toContain('no phone number');
});

test('what is undone is texted only to somebody who was told, and can be', () => {
  expect(undoneWords(maria(), 'UTC')).toContain('If the patient had been told, a text says so.');
  expect(undoneWords(maria({ contact: nobody }), 'UTC')).not.toContain('text');
  expect(undoneWords(maria({ status: 'pending' }), 'UTC')).not.toContain('text');
});
