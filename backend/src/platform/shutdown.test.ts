import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLogger } from './logger.ts';
import { createShutdown } from './shutdown.ts';

describe('shutting down', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const world = () => {
    const warn = vi.fn();
    const log = Object.assign(Object.create(silentLogger), { info: vi.fn(), warn });
    const done: string[] = [];
    return { shutdown: createShutdown(log), done, troubles: () => warn.mock.calls.map(([fields]) => fields) };
  };

  test('runs its phases one after the other, in the order they were added', async () => {
    const { shutdown, done } = world();
    for (const [name, ms] of [
      ['requests', 300],
      ['worker', 100],
      ['database', 0],
    ] as const) {
      shutdown.phase(name, 1_000, async () => {
        // waits: on a clock that the test moves
        await new Promise((resolve) => setTimeout(resolve, ms));
        done.push(name);
      });
    }
    const running = shutdown.run('SIGTERM');
    await vi.advanceTimersByTimeAsync(300);
    expect(done).toEqual(['requests']);
    await vi.advanceTimersByTimeAsync(101);
    await running;
    expect(done).toEqual(['requests', 'worker', 'database']);
  });

  test('gives each phase its time and not more, and says which one took too long', async () => {
    const { shutdown, done, troubles } = world();
    shutdown.phase('stuck', 2_000, () => new Promise(() => undefined));
    shutdown.phase('database', 1_000, async () => done.push('database'));
    const running = shutdown.run('SIGTERM');
    await vi.advanceTimersByTimeAsync(1_999);
    expect(done).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await running;
    expect(done).toEqual(['database']);
    expect(troubles()).toEqual([{ phase: 'stuck', outcome: 'timeout' }]);
  });

  test('goes on after a phase that fails, at once or later', async () => {
    const { shutdown, done, troubles } = world();
    shutdown.phase('later', 1_000, () => Promise.reject(new Error('no')));
    shutdown.phase('at once', 1_000, () => {
      throw new Error('no');
    });
    shutdown.phase('database', 1_000, async () => done.push('database'));
    await shutdown.run('SIGTERM');
    expect(done).toEqual(['database']);
    expect(troubles()).toEqual([
      { phase: 'later', outcome: 'failed' },
      { phase: 'at once', outcome: 'failed' },
    ]);
  });

  test('happens once, however often it is asked for, and everyone waits for the same end', async () => {
    const { shutdown, done } = world();
    shutdown.phase('database', 1_000, async () => {
      // waits: on a clock that the test moves
      await new Promise((resolve) => setTimeout(resolve, 100));
      done.push('database');
    });
    expect(shutdown.requested).toBe(false);
    const both = Promise.all([shutdown.run('SIGTERM'), shutdown.run('uncaught exception')]);
    expect(shutdown.requested).toBe(true);
    await vi.advanceTimersByTimeAsync(100);
    await both;
    expect(done).toEqual(['database']);
  });

  test('leaves no timer behind that would keep the process', async () => {
    const { shutdown } = world();
    shutdown.phase('quick', 60_000, async () => undefined);
    await shutdown.run('SIGTERM');
    expect(vi.getTimerCount()).toBe(0);
  });
});
