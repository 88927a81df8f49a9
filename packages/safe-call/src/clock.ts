/** Time as the package sees it. Tests inject one that they move by hand. */
export interface Clock {
  /** Monotonic milliseconds. Cooldowns and deadlines use only this, so that a stepped wall clock moves nothing. */
  now(): number;
  /** Milliseconds since 1970, for what people read. */
  wallNow(): number;
  setTimer(callback: () => void, ms: number): unknown;
  clearTimer(handle: unknown): void;
}

/** Above this Node fires a timer after 1 ms instead. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The real clock.
 *
 * @param options.keepProcessAlive - Timers hold the process up while a call waits. For scripts that have nothing
 * else running; a server leaves it off so that no back-off delays its end.
 */
export function createSystemClock(options: { keepProcessAlive?: boolean } = {}): Clock {
  // The global is a getter, and each call reads the clock twice.
  const { performance } = globalThis;
  return {
    now: () => performance.now(),
    wallNow: () => Date.now(),
    setTimer(callback, ms) {
      const timer = setTimeout(callback, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
      if (!options.keepProcessAlive) timer.unref();
      return timer;
    },
    clearTimer(handle) {
      clearTimeout(handle as ReturnType<typeof setTimeout>);
    },
  };
}
