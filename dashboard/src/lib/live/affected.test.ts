import { LiveEventType } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { affected, everythingLive } from './affected.ts';

test('every event of the contract makes something stale', () => {
  for (const type of LiveEventType.options) expect(affected[type].length).toBeGreaterThan(0);
});

test('the setup page hears of every kind of event', () => {
  for (const type of LiveEventType.options) expect(affected[type]).toContain('onboarding');
});

test('after a gap each query is read once', () => {
  expect(new Set(everythingLive).size).toBe(everythingLive.length);
});
