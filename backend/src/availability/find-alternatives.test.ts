import { expect, test } from 'vitest';
import { closestTo } from './find-alternatives.ts';

const slot = (minute: number, providerId = 'ada') => ({
  from: minute * 60_000,
  to: (minute + 30) * 60_000,
  providerId,
  providerName: providerId,
  stale: false,
});

test('the times closest to a request come in the order of the clock, one of each time', () => {
  const slots = [slot(0), slot(30), slot(30, 'ben'), slot(60), slot(600)];
  expect(closestTo(slots, 45 * 60_000, 3).map((one) => one.from / 60_000)).toEqual([0, 30, 60]);
  expect(closestTo(slots, 0, 1).map((one) => one.from)).toEqual([0]);
  expect(closestTo([], 0, 3)).toEqual([]);
});
