import { expect, test } from 'vitest';
import { ApiError } from '../../lib/api/api-error.ts';
import { alternativesOf, hasUncertain, slotDays } from './slots.ts';

const slot = (start: string, provider_id = 'a') => ({
  slot_id: start + provider_id,
  start,
  end: start,
  provider_id,
  provider_name: provider_id,
  label: start,
});
const refused = (status: number, body: unknown) => new ApiError({ status, code: 'X', message: 'x', body });

test('a taken slot brings its alternatives', () => {
  const error = refused(409, { alternatives: [{ slot_id: 's', start: '1', end: '2', label: 'l' }] });
  expect(alternativesOf(error)).toEqual([{ slot_id: 's', start: '1', end: '2' }]);
});

test('a taken slot without alternatives is still a taken slot; other failures are not', () => {
  expect(alternativesOf(refused(409, {}))).toEqual([]);
  expect(alternativesOf(refused(400, { alternatives: [] }))).toBeNull();
});

test('slots stand under their day, and providers are named only when there are several', () => {
  const one = slotDays([slot('2030-01-07T14:00:00Z'), slot('2030-01-08T02:00:00Z')], 'America/New_York');
  expect(one.days.map(([day, list]) => [day, list.length])).toEqual([['2030-01-07', 2]]);
  expect(one.severalProviders).toBe(false);
  expect(
    slotDays([slot('2030-01-07T14:00:00Z'), slot('2030-01-07T14:00:00Z', 'b')], 'UTC').severalProviders,
  ).toBe(true);
});

test('a single time of a calendar that cannot be read is enough for the hint', () => {
  expect(hasUncertain([slot('1'), { ...slot('2'), calendar_state: 'stale' }])).toBe(true);
  expect(hasUncertain([slot('1')])).toBe(false);
});
