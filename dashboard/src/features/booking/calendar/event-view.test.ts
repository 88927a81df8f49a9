import type { Appointment } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { moreFacts, mustLook, UNREAD } from './event-view.ts';

const booked = (change: Partial<Appointment> = {}) =>
  ({
    status: 'confirmed',
    provider_name: 'Dr. Ada',
    sync_state: 'synced',
    overbooked: false,
    calendar_unverified: true,
    ...change,
  }) as Appointment;

test('a calendar that could not be read is said in words, until the appointment is over', () => {
  expect(moreFacts(booked(), { from: 540, to: 570 })).toContain(UNREAD);
  expect(mustLook(booked({ calendar_unverified: false }))).toBe(false);
  for (const status of ['cancelled', 'completed', 'no_show'] as const) {
    expect(mustLook(booked({ status }))).toBe(false);
  }
});
