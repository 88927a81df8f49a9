import { describe, expect, it } from 'vitest';
import { createMemoryHub } from './memory-store.ts';
import { storeContract } from './testing/store-contract.ts';
import { createTestClock } from './testing/test-clock.ts';

describe('the memory store', () => {
  it.each(storeContract)('$name', async ({ run, quorum = 1 }) => {
    const clock = createTestClock();
    const hub = createMemoryHub({ now: clock.now, quorum });
    const pass = (ms: number) => clock.advance(ms);
    await expect(
      run({ a: hub.connect('a'), b: hub.connect('b'), pass, news: async () => {} }),
    ).resolves.toBeUndefined();
  });
});
