import { expect, test } from 'vitest';
import { WorkingHours } from './working-hours.ts';

test('working hours are read as times of a day and nothing else', () => {
  expect(WorkingHours.safeParse({ 1: [['00:00', '24:00']] }).success).toBe(true);
  for (const time of ['24:01', '24:30', '25:00', '9:00', '09:60', 'noon']) {
    expect(WorkingHours.safeParse({ 1: [['08:00', time]] }).success, time).toBe(false);
  }
  expect(WorkingHours.safeParse({ 8: [] }).success).toBe(false);
});
