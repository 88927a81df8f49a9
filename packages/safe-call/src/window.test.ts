import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWindow, isTooBad } from './window.ts';

describe('a window by number', () => {
  it('knows the last calls exactly', () => {
    const call = fc.record({ failed: fc.boolean(), slow: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(call, { maxLength: 60 }), (size, calls) => {
        const window = createWindow({ by: { size } });
        for (const { failed, slow } of calls) window.record(0, failed, slow);
        const last = calls.slice(-size);
        expect(window.total).toBe(last.length);
        expect(window.failures).toBe(last.filter((one) => one.failed).length);
        expect(window.slow).toBe(last.filter((one) => one.slow).length);
      }),
    );
  });
});

describe('a window by time', () => {
  it('forgets what is older, however long it was idle', () => {
    const call = fc.record({ after: fc.integer({ min: 0, max: 2_000 }), failed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
        const window = createWindow({ by: { ms: 1_000 } });
        let now = 5_000;
        const made: { slice: number; failed: boolean }[] = [];
        for (const { after, failed } of calls) {
          now += after;
          window.record(now, failed, false);
          made.push({ slice: Math.floor(now / 100), failed });
        }
        const inside = made.filter((one) => one.slice > Math.floor(now / 100) - 10);
        expect(window.total).toBe(inside.length);
        expect(window.failures).toBe(inside.filter((one) => one.failed).length);
      }),
    );
  });
});

describe('isTooBad', () => {
  const filled = (total: number, failures: number, slow: number) => ({
    total,
    failures,
    slow,
    record: () => {},
  });

  it('says nothing about too few calls', () => {
    expect(isTooBad(filled(9, 9, 9), { by: { size: 20 } })).toBe(false);
    expect(isTooBad(filled(10, 10, 0), { by: { size: 20 } })).toBe(true);
    expect(isTooBad(filled(2, 1, 0), { by: { size: 20 }, minimum: 2 })).toBe(true);
  });

  it('looks at the share of failures and of slow calls', () => {
    expect(isTooBad(filled(10, 4, 0), { by: { size: 20 } })).toBe(false);
    expect(isTooBad(filled(10, 5, 0), { by: { size: 20 } })).toBe(true);
    expect(isTooBad(filled(10, 2, 0), { by: { size: 20 }, failureRate: 0.2 })).toBe(true);
    expect(isTooBad(filled(10, 0, 10), { by: { size: 20 } })).toBe(false);
    expect(isTooBad(filled(10, 0, 10), { by: { size: 20 }, slowCallMs: 100 })).toBe(true);
    expect(isTooBad(filled(10, 0, 5), { by: { size: 20 }, slowCallMs: 100, slowRate: 0.5 })).toBe(true);
    expect(isTooBad(filled(10, 0, 0), { by: { size: 20 }, slowCallMs: 100, slowRate: 0 })).toBe(false);
  });
});
