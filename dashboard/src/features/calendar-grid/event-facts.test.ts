import type { Appointment } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { UNREAD } from '../appointments/event-view.ts';
import { moreFacts } from './event-facts.ts';

const booked = (change: Partial<Appointment> = {}) =>
  ({
    status: 'confirmed',
    allowed_actions: ['move', 'edit', 'cancel'],
    provider_name: 'Dr. Ada',
    sync_state: 'synced',
    overbooked: false,
    calendar_unverified: true,
    ...change,
  }) as Appointment;

test('a card says that Google Calendar could not be checked', () => {
  expect(moreFacts(booked(), { from: 540, to: 570 })).toContain(UNREAD);
});
