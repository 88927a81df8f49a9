/** When a breaker opens by rate instead of by failures in a row. */
export interface WindowOptions {
  /** The last `size` calls, or the calls of the last `ms`. */
  by: { size: number } | { ms: number };
  /** Share of failed calls, 0 to 1, from which it opens. Default 0.5. */
  failureRate?: number | undefined;
  /** Calls slower than this count as slow, also when they succeed. Default: none is slow. */
  slowCallMs?: number | undefined;
  /** Share of slow calls from which it opens. Default 1. */
  slowRate?: number | undefined;
  /** Calls in the window before it says anything. Default 10. */
  minimum?: number | undefined;
}

/** Counts calls in O(1), whatever the traffic. */
export interface CallWindow {
  total: number;
  failures: number;
  slow: number;
  record(now: number, failed: boolean, slow: boolean): void;
}

const FAILED = 1;
const SLOW = 2;

class CountWindow implements CallWindow {
  total = 0;
  failures = 0;
  slow = 0;
  #next = 0;
  readonly #ring: Uint8Array;

  constructor(size: number) {
    this.#ring = new Uint8Array(Math.max(1, Math.floor(size)));
  }

  record(_now: number, failed: boolean, slow: boolean): void {
    const ring = this.#ring;
    if (this.total === ring.length) {
      const oldest = ring[this.#next] ?? 0;
      if (oldest & FAILED) this.failures--;
      if (oldest & SLOW) this.slow--;
    } else this.total++;
    ring[this.#next] = (failed ? FAILED : 0) | (slow ? SLOW : 0);
    if (failed) this.failures++;
    if (slow) this.slow++;
    this.#next = (this.#next + 1) % ring.length;
  }
}

const SLICES = 10;

class TimeWindow implements CallWindow {
  total = 0;
  failures = 0;
  slow = 0;
  readonly #sliceMs: number;
  readonly #totals = new Uint32Array(SLICES);
  readonly #failures = new Uint32Array(SLICES);
  readonly #slow = new Uint32Array(SLICES);
  #current = -1;

  constructor(ms: number) {
    this.#sliceMs = Math.max(1, ms / SLICES);
  }

  record(now: number, failed: boolean, slow: boolean): void {
    const slot = this.#advance(now);
    this.#totals[slot] = (this.#totals[slot] ?? 0) + 1;
    this.total++;
    if (failed) {
      this.#failures[slot] = (this.#failures[slot] ?? 0) + 1;
      this.failures++;
    }
    if (slow) {
      this.#slow[slot] = (this.#slow[slot] ?? 0) + 1;
      this.slow++;
    }
  }

  /** By as many slices as time has passed: after an idle hour, earlier failures must be gone. */
  #advance(now: number): number {
    const slice = Math.floor(now / this.#sliceMs);
    const passed = Math.min(slice - this.#current, SLICES);
    for (let n = 0; n < passed; n++) {
      const slot = (((slice - n) % SLICES) + SLICES) % SLICES;
      this.total -= this.#totals[slot] ?? 0;
      this.failures -= this.#failures[slot] ?? 0;
      this.slow -= this.#slow[slot] ?? 0;
      this.#totals[slot] = this.#failures[slot] = this.#slow[slot] = 0;
    }
    if (passed > 0) this.#current = slice;
    return ((slice % SLICES) + SLICES) % SLICES;
  }
}

export function createWindow(options: WindowOptions): CallWindow {
  return 'size' in options.by ? new CountWindow(options.by.size) : new TimeWindow(options.by.ms);
}

/** Whether the window speaks for opening. */
export function isTooBad(window: CallWindow, options: WindowOptions): boolean {
  const { total, failures, slow } = window;
  if (total < (options.minimum ?? 10)) return false;
  const failureRate = options.failureRate ?? 0.5;
  if (failures > 0 && failures / total >= failureRate) return true;
  return options.slowCallMs !== undefined && slow > 0 && slow / total >= (options.slowRate ?? 1);
}
