/** Time as the package sees it. Tests inject one that they move by hand. */
export interface Clock {
  /** Monotonic milliseconds. Cooldowns and deadlines use only this, so that a stepped wall clock moves nothing. */
  now(): number;
  /** Milliseconds since 1970, for what people read. */
  wallNow(): number;
  /** Makes a timer that does not keep the process alive, where the clock has `holdProcess`. */
  setTimer(callback: () => void, ms: number): unknown;
  clearTimer(handle: unknown): void;
  /**
   * Whether the process stays alive for this timer: true as long as a caller waits for it. A clock without this
   * decides by itself what its timers do.
   */
  holdProcess?(handle: unknown, hold: boolean): void;
}

/** Above this Node fires a timer after 1 ms instead. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The real clock.
 *
 * @param options.keepProcessAlive - By default the process stays alive as long as a call that has not been answered
 * waits for a timer (a delay before a retry, a timeout, a place in a queue), and not a moment longer. `false`: no
 * timer keeps it alive, for a program that wants to end in the middle of its calls.
 */
export function createSystemClock(options: { keepProcessAlive?: boolean } = {}): Clock {
  // The global is a getter, and each call reads the clock twice.
  const { performance } = globalThis;
  const clock: Clock = {
    now: () => performance.now(),
    wallNow: () => Date.now(),
    setTimer(callback, ms) {
      const timer = setTimeout(callback, Math.min(Math.max(ms, 0), MAX_TIMER_MS));
      timer.unref();
      return timer;
    },
    clearTimer(handle) {
      clearTimeout(handle as ReturnType<typeof setTimeout>);
    },
  };
  if (options.keepProcessAlive === false) return clock;
  return {
    ...clock,
    holdProcess(handle, hold) {
      const timer = handle as ReturnType<typeof setTimeout>;
      if (hold) timer.ref();
      else timer.unref();
    },
  };
}
