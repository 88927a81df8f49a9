import type { Appointment } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { changedDetails, detailsOf } from './details.ts';

const item = {
  contact: { id: 'maria' },
  service_type: 'consultation',
  duration_minutes: 30,
  notes: 'First visit',
} as Appointment;
const before = detailsOf(item);

test('only what was changed in an appointment is sent', () => {
  expect(changedDetails(item, before)).toEqual({});
  expect(changedDetails(item, { ...before, notes: ' Brings a dog ' })).toEqual({ notes: 'Brings a dog' });
  expect(changedDetails(item, { ...before, notes: ' ' })).toEqual({ notes: null });
  expect(changedDetails(item, { ...before, contact_id: 'ana' })).toEqual({ contact_id: 'ana' });
  expect(changedDetails(item, { ...before, duration_minutes: 45 })).toEqual({ duration_minutes: 45 });
});

test('another service is sent with the length next to it, and without one takes its own', () => {
  const other = { ...before, service_type: 'root-canal' };
  expect(changedDetails(item, other)).toEqual({ service_type: 'root-canal', duration_minutes: 30 });
  expect(changedDetails(item, { ...other, duration_minutes: '' })).toEqual({ service_type: 'root-canal' });
});
