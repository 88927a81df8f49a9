import type { Clock } from '../clock.ts';

interface Timer {
  at: number;
  order: number;
  callback: () => void;
}

/** A clock that only moves when the test moves it. */
export interface TestClock extends Clock {
  /** Moves on, fires what falls due in order, and lets promises settle between. */
  advance(ms: number): Promise<void>;
  /** Steps the wall clock only, as an operator or NTP would. */
  stepWall(ms: number): void;
  /** Timers waiting at the moment. */
  pending(): number;
}

/** Lets every promise that can settle do so; the loop's turn flushes chains of any length. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Makes a {@link TestClock}. */
export function createTestClock(start = 1_000, wallStart = Date.UTC(2026, 0, 5, 9, 0, 0)): TestClock {
  let now = start;
  let wallOffset = wallStart - start;
  let order = 0;
  const timers = new Set<Timer>();

  function nextDue(limit: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.at > limit) continue;
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  }

  return {
    now: () => now,
    wallNow: () => now + wallOffset,
    setTimer(callback, ms) {
      const timer = { at: now + Math.max(ms, 0), order: order++, callback };
      timers.add(timer);
      return timer;
    },
    clearTimer(handle) {
      timers.delete(handle as Timer);
    },
    async advance(ms) {
      const target = now + ms;
      await settle();
      for (let timer = nextDue(target); timer; timer = nextDue(target)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.callback();
        await settle();
      }
      now = target;
    },
    stepWall(ms) {
      wallOffset += ms;
    },
    pending: () => timers.size,
  };
}
