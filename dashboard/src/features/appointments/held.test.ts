import type { HeldTime } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { heldWords, keeperWord, nextExpiry, stillHeld } from './held.ts';

const NOON = Date.parse('2030-01-07T12:00:00Z');
const until = (time: string): HeldTime => ({
  hold_id: time,
  service_type: 'consultation',
  service_name: 'Consultation',
  scheduled_at: '2030-01-09T14:00:00Z',
  duration_minutes: 30,
  provider_id: 'ada',
  provider_name: 'Dr. Ada',
  source: 'voice',
  expires_at: `2030-01-07T${time}:00Z`,
});
const held = [until('12:10'), until('11:59'), until('12:05')];

test('what ran out is not shown, and the next one is known', () => {
  expect(stillHeld(held, NOON).map((one) => one.hold_id)).toEqual(['12:10', '12:05']);
  expect(nextExpiry(held, NOON)).toBe(NOON + 5 * 60_000);
  expect(nextExpiry(held, NOON + 3_600_000)).toBeNull();
});

test('it is said until when, by the clinic’s clock, and who keeps it', () => {
  expect(heldWords(until('15:42'), 'America/New_York')).toMatch(/^Held until 10:42.AM, Mon, Jan 7$/);
  const today = { ...until('15:42'), scheduled_at: '2030-01-07T20:00:00Z' };
  expect(heldWords(today, 'America/New_York')).toMatch(/^Held until 10:42.AM$/);
  expect(keeperWord('voice')).toBe('The receptionist, on a call');
  expect(keeperWord('import')).toBe('import');
});
