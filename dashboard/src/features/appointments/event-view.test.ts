import type { Appointment } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { mustLook } from './event-view.ts';

const booked = (change: Partial<Appointment> = {}) =>
  ({
    status: 'confirmed',
    allowed_actions: ['move', 'edit', 'cancel'],
    calendar_unverified: true,
    ...change,
  }) as Appointment;

test('a calendar that could not be checked matters until the appointment is over', () => {
  expect(mustLook(booked())).toBe(true);
  expect(mustLook(booked({ calendar_unverified: false }))).toBe(false);
  expect(mustLook(booked({ status: 'completed', allowed_actions: ['edit'] }))).toBe(false);
  expect(mustLook(booked({ status: 'cancelled', allowed_actions: [] }))).toBe(false);
});
