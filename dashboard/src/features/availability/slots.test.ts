import { expect, test } from 'vitest';
import { ApiError } from '../../lib/api/api-error.ts';
import { alternativesOf, hasUncertain, partsOfDay, slotsByStart } from './slots.ts';

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

test('each start is listed once, with the first provider who is free or the chosen one', () => {
  const slots = [
    slot('2030-01-07T14:00:00Z'),
    slot('2030-01-07T14:00:00Z', 'b'),
    slot('2030-01-07T15:00:00Z', 'b'),
  ];
  const names = (chosen?: string) => slotsByStart(slots, chosen).map(({ provider_id }) => provider_id);
  expect(names()).toEqual(['a', 'b']);
  expect(names(slots[1]?.slot_id)).toEqual(['b', 'b']);
});

test('times are grouped by the part of the clinic’s day, and a part without any is left out', () => {
  const slots = ['14:00', '16:59', '22:00'].map((time) => slot(`2030-01-07T${time}:00Z`));
  expect(partsOfDay(slots, 'America/New_York').map(([part, list]) => [part, list.length])).toEqual([
    ['Morning', 2],
    ['Evening', 1],
  ]);
  expect(partsOfDay(slots, 'Europe/Berlin').map(([part]) => part)).toEqual(['Afternoon', 'Evening']);
  expect(partsOfDay([], 'UTC')).toEqual([]);
});

test('a single time of a calendar that cannot be read is enough for the hint', () => {
  expect(hasUncertain([slot('1'), { ...slot('2'), calendar_state: 'stale' }])).toBe(true);
  expect(hasUncertain([slot('1')])).toBe(false);
});
