import { expect, test } from 'vitest';
import { secondsLeft } from './text-delay.ts';

test('the seconds that are left are never more than the text waits, and never less than none', () => {
  const at = Date.parse('2030-01-01T14:00:10Z');
  expect([secondsLeft(at, at - 9_500), secondsLeft(at, at - 60_000), secondsLeft(at, at + 5_000)]).toEqual([
    10, 10, 0,
  ]);
});
