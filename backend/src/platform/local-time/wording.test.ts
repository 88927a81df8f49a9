import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spokenTime, spokenTimes } from './wording.ts';

test('many labels say the same as one at a time, also where the clocks change', () => {
  const zone = fc.constantFrom(
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'Africa/Cairo',
    'UTC',
  );
  const minute = fc.integer({
    min: Date.parse('2026-01-01') / 60_000,
    max: Date.parse('2028-01-01') / 60_000,
  });
  fc.assert(
    fc.property(
      zone,
      minute,
      fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 8 }),
      (timeZone, from, steps) => {
        const now = new Date('2026-11-18T15:00:00Z');
        const label = spokenTimes(timeZone, now);
        for (const step of steps.toSorted((a, b) => a - b)) {
          const at = (from + step) * 60_000;
          expect(label(at)).toBe(spokenTime(new Date(at), timeZone, now));
        }
      },
    ),
    { numRuns: 300 },
  );
});
