import type { WindowOptions } from './window.ts';

/** `half_open`: one probe is under way and decides. */
export type CircuitState = 'closed' | 'open' | 'half_open';

/** When a breaker opens and for how long. */
export interface BreakerOptions {
  /** Failed calls in a row that open it. Default 3. */
  failures?: number | undefined;
  /** How long it stays open before one probe may pass. Default 30000. */
  cooldownMs?: number | undefined;
  /** A row of failures is forgotten when the last is older than this. Default 120000. */
  failureMaxAgeMs?: number | undefined;
  /** `attempts` counts every failed attempt; the default counts one failure a call. */
  count?: 'calls' | 'attempts' | undefined;
  /** The service itself opens when so many keys fail within the time; `false` turns that level off. */
  service?: ServiceBreakerOptions | false | undefined;
  /** Opens by rate instead of by a row of failures. Every key in use then has an entry. Default off. */
  window?: WindowOptions | undefined;
  /** Each failed probe multiplies the cooldown by this. Default 1. */
  cooldownGrowth?: number | undefined;
  /** Bound of a cooldown that grows. Default 600000. */
  maxCooldownMs?: number | undefined;
  /** After closing, lets calls through little by little over this time. Default 0: all at once. */
  slowStartMs?: number | undefined;
}

/** When the breaker of the service itself opens. */
export interface ServiceBreakerOptions {
  /** Distinct keys that must fail. Default 5. */
  keys?: number | undefined;
  /** Within this time. Default 30000. */
  withinMs?: number | undefined;
}

/** How many retries a name may make beyond what its successes earn. Counted in retries, for all keys together. */
export interface RetryBudgetOptions {
  /** Retries that may be outstanding before the budget is empty. Default 100. */
  tokens?: number | undefined;
  /** Given back by each successful call. Default 0.2. */
  perCall?: number | undefined;
  /** Given back each second. Default 1. */
  perSecond?: number | undefined;
}

/** How many calls of one name and key may run at the same time. One too many fails with RATE_LIMIT, code `BULKHEAD_FULL`. */
export interface BulkheadOptions {
  /** Calls of one name and key that may run at the same time. */
  max: number;
  /** Calls that may wait for a place. Default 0. */
  queue?: number | undefined;
}

/** A second request for a slow read; the first answer wins. Not used where `idempotent` is false. */
export interface HedgeOptions {
  /** Start a second request when the first has not answered after this time. */
  afterMs: number;
}

/** Breaker options with every default filled in. */
export interface BreakerRules {
  failures: number;
  cooldownMs: number;
  failureMaxAgeMs: number;
  serviceKeys: number;
  serviceWithinMs: number;
  window: WindowOptions | undefined;
  cooldownGrowth: number;
  maxCooldownMs: number;
  slowStartMs: number;
}

export const DEFAULTS = {
  retries: 3,
  backoffMs: 1000,
  maxBackoffMs: 30_000,
  timeoutMs: 10_000,
  maxRetryAfterMs: 10_000,
  /** A service may ask for days; a key is never held longer than this without another look. */
  maxHoldMs: 900_000,
} as const;

const BREAKER_DEFAULTS: BreakerRules = Object.freeze({
  failures: 3,
  cooldownMs: 30_000,
  failureMaxAgeMs: 120_000,
  serviceKeys: 5,
  serviceWithinMs: 30_000,
  window: undefined,
  cooldownGrowth: 1,
  maxCooldownMs: 600_000,
  slowStartMs: 0,
});

const NO_SERVICE_LEVEL: ServiceBreakerOptions = { keys: Number.POSITIVE_INFINITY };

/** Fills in defaults. Called only off the healthy path, so that a healthy call never pays for it. */
export function breakerRules(options?: BreakerOptions, defaults?: BreakerOptions): BreakerRules {
  if (options === undefined && defaults === undefined) return BREAKER_DEFAULTS;
  const service = options?.service ?? defaults?.service;
  const limits = service === false ? NO_SERVICE_LEVEL : service;
  return {
    failures: options?.failures ?? defaults?.failures ?? BREAKER_DEFAULTS.failures,
    cooldownMs: options?.cooldownMs ?? defaults?.cooldownMs ?? BREAKER_DEFAULTS.cooldownMs,
    failureMaxAgeMs:
      options?.failureMaxAgeMs ?? defaults?.failureMaxAgeMs ?? BREAKER_DEFAULTS.failureMaxAgeMs,
    serviceKeys: limits?.keys ?? BREAKER_DEFAULTS.serviceKeys,
    serviceWithinMs: limits?.withinMs ?? BREAKER_DEFAULTS.serviceWithinMs,
    window: options?.window ?? defaults?.window,
    cooldownGrowth: options?.cooldownGrowth ?? defaults?.cooldownGrowth ?? BREAKER_DEFAULTS.cooldownGrowth,
    maxCooldownMs: options?.maxCooldownMs ?? defaults?.maxCooldownMs ?? BREAKER_DEFAULTS.maxCooldownMs,
    slowStartMs: options?.slowStartMs ?? defaults?.slowStartMs ?? BREAKER_DEFAULTS.slowStartMs,
  };
}
