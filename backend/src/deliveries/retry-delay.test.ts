import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { retryDelayMs } from './index.ts';

describe('the wait before another attempt', () => {
  const longest = (attempt: number) => retryDelayMs(attempt, () => 1);

  test('doubles from a second to five minutes', () => {
    expect([1, 2, 3, 4, 8, 9, 10, 12, 100].map(longest)).toEqual([
      1_000, 2_000, 4_000, 8_000, 128_000, 256_000, 300_000, 300_000, 300_000,
    ]);
  });

  test('lies between the half and the whole of it, so that a crowd does not come back at once', () => {
    const random = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), random, (attempt, chance) => {
        const delay = retryDelayMs(attempt, () => chance);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(longest(attempt) / 2);
        expect(delay).toBeLessThanOrEqual(longest(attempt));
      }),
    );
  });
});
