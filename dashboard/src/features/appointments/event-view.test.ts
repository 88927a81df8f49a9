import type { Appointment } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { mustLook } from './event-view.ts';

const booked = (change: Partial<Appointment> = {}) =>
  ({
    status: 'confirmed',
    calendar_unverified: true,
    ...change,
  }) as Appointment;

test('a calendar that could not be checked matters until the appointment is over', () => {
  expect(mustLook(booked())).toBe(true);
  expect(mustLook(booked({ calendar_unverified: false }))).toBe(false);
  for (const status of ['cancelled', 'completed', 'no_show'] as const) {
    expect(mustLook(booked({ status }))).toBe(false);
  }
});
