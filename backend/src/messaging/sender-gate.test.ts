import { describe, expect, test } from 'vitest';
import { createSenderGate } from './sender-gate.ts';

describe('while Twilio refuses our sender', () => {
  const started = (at = 0) => {
    const time = { at };
    return { time, gate: createSenderGate({ now: () => new Date(time.at) }) };
  };

  test('one or two refusals hold no one back: they may be about those texts', () => {
    const { gate } = started();
    gate.refused(null, 'sender');
    gate.refused(null, 'sender');
    expect([gate.waitMs(null), gate.waitMs(null)]).toEqual([0, 0]);
  });

  test('after three, one text in ten seconds tries', () => {
    const { time, gate } = started();
    for (let n = 0; n < 3; n += 1) gate.refused(null, 'sender');
    expect(gate.waitMs(null)).toBe(10_000);
    time.at = 10_000;
    expect(gate.waitMs(null)).toBe(0);
    expect(gate.waitMs(null)).toBe(10_000);
  });

  test('a text that is taken lets all others go', () => {
    const { gate } = started();
    for (let n = 0; n < 5; n += 1) gate.refused(null, 'sender');
    gate.accepted(null);
    expect([gate.waitMs(null), gate.waitMs(null)]).toEqual([0, 0]);
  });

  const A = '+15550100201';
  const refuse = (gate: ReturnType<typeof createSenderGate>, concerns: 'account' | 'sender', times = 3) => {
    for (let n = 0; n < times; n += 1) gate.refused(A, concerns);
  };

  test('what concerns one number stops that number alone', () => {
    const { gate } = started();
    refuse(gate, 'sender');
    expect([gate.waitMs(A), gate.waitMs('+15550100202'), gate.waitMs(null)]).toEqual([10_000, 0, 0]);
    gate.accepted(null);
    expect(gate.waitMs(A)).toBe(10_000);
    gate.accepted(A);
    expect(gate.waitMs(A)).toBe(0);
  });

  test('what concerns the account stops all, and one text of all tries', () => {
    const { time, gate } = started();
    refuse(gate, 'account');
    expect([gate.waitMs(A), gate.waitMs(null)]).toEqual([10_000, 10_000]);
    time.at = 10_000;
    expect([gate.waitMs(null), gate.waitMs(A)]).toEqual([0, 10_000]);
  });

  test('a text of a number that waits does not use up the try of the account', () => {
    const { time, gate } = started();
    refuse(gate, 'account');
    time.at = 9_000;
    // Refused for its number: Twilio knows the account again.
    refuse(gate, 'sender');
    expect([gate.waitMs(null), gate.waitMs(A)]).toEqual([0, 10_000]);
    refuse(gate, 'account', 3);
    time.at = 19_000;
    expect([gate.waitMs(A), gate.waitMs(null)]).toEqual([0, 10_000]);
  });
});
