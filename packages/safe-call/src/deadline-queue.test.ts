import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Deadline, DeadlineQueue } from './deadline-queue.ts';
import { createTestClock } from './testing/test-clock.ts';

function setup() {
  const clock = createTestClock(0);
  const queue = new DeadlineQueue(clock);
  const fired: number[] = [];
  const entry = (at: number): Deadline => ({ at, slot: -1, onDue: () => fired.push(at) });
  return { clock, queue, fired, entry };
}

describe('DeadlineQueue', () => {
  it('fires in order of time, whatever the order of adding and taking out', async () => {
    const times = fc.array(fc.record({ at: fc.integer({ min: 1, max: 500 }), removed: fc.boolean() }));
    await fc.assert(
      fc.asyncProperty(times, async (list) => {
        const { clock, queue, fired, entry } = setup();
        const entries = list.map((one) => ({ ...one, deadline: entry(one.at) }));
        for (const one of entries) queue.add(one.deadline);
        for (const one of entries) if (one.removed) queue.remove(one.deadline);
        await clock.advance(500);
        const expected = list.filter((one) => !one.removed).map((one) => one.at);
        expect(fired).toEqual(expected.sort((a, b) => a - b));
        expect(queue.size).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('uses one timer and arms it again only for an earlier time', () => {
    const { clock, queue, entry } = setup();
    for (const at of [50, 60, 70, 10]) queue.add(entry(at));
    expect(clock.pending()).toBe(1);
  });

  it('takes out twice without harm', () => {
    const { queue, entry } = setup();
    const one = entry(5);
    queue.add(one);
    queue.remove(one);
    queue.remove(one);
    expect(queue.size).toBe(0);
  });

  it('an entry that adds another while it fires is heard too', async () => {
    const { clock, queue, fired, entry } = setup();
    queue.add({ at: 5, slot: -1, onDue: () => queue.add(entry(20)) });
    await clock.advance(30);
    expect(fired).toEqual([20]);
  });
});
