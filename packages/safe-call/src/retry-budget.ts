import type { Clock } from './clock.ts';
import type { RetryBudgetOptions } from './policy.ts';

interface Spent {
  tokens: number;
  at: number;
}

const DEFAULTS = { tokens: 100, perCall: 0.2, perSecond: 1 };

/**
 * Keeps retries a small share of the traffic of a name, so that an outage is not met with four times the load.
 * Only what is spent is stored: a name that does not retry has no entry.
 */
export class RetryBudgets {
  readonly #clock: Clock;
  readonly #spent = new Map<string, Spent>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a token; false when none is left. */
  take(name: string, options: RetryBudgetOptions = {}): boolean {
    const now = this.#clock.now();
    const spent = this.#spent.get(name) ?? { tokens: 0, at: now };
    const refilled = ((now - spent.at) / 1000) * (options.perSecond ?? DEFAULTS.perSecond);
    spent.tokens = Math.max(spent.tokens - refilled, 0);
    spent.at = now;
    if (spent.tokens + 1 > (options.tokens ?? DEFAULTS.tokens)) return false;
    spent.tokens += 1;
    this.#spent.set(name, spent);
    return true;
  }

  /** A success earns back a part of a retry. */
  earn(name: string, options: RetryBudgetOptions = {}): void {
    const spent = this.#spent.get(name);
    if (spent === undefined) return;
    spent.tokens -= options.perCall ?? DEFAULTS.perCall;
    if (spent.tokens <= 0) this.#spent.delete(name);
  }
}
