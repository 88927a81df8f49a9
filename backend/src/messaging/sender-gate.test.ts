import { describe, expect, test } from 'vitest';
import { createSenderGate } from './sender-gate.ts';

describe('while Twilio refuses our sender', () => {
  const started = (at = 0) => {
    const time = { at };
    return { time, gate: createSenderGate({ now: () => new Date(time.at) }) };
  };

  test('one or two refusals hold nobody back: they may be about those texts', () => {
    const { gate } = started();
    gate.refused();
    gate.refused();
    expect([gate.waitMs(), gate.waitMs()]).toEqual([0, 0]);
  });

  test('after three, one text in ten seconds tries', () => {
    const { time, gate } = started();
    for (let n = 0; n < 3; n += 1) gate.refused();
    expect(gate.waitMs()).toBe(10_000);
    time.at = 10_000;
    expect(gate.waitMs()).toBe(0);
    expect(gate.waitMs()).toBe(10_000);
  });

  test('a text that is taken lets all others go', () => {
    const { gate } = started();
    for (let n = 0; n < 5; n += 1) gate.refused();
    gate.accepted();
    expect([gate.waitMs(), gate.waitMs()]).toEqual([0, 0]);
  });
});
