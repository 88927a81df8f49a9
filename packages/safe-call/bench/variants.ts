/** What is measured. Each variant answers with one call, and runs in its own process. */
import * as cockatiel from 'cockatiel';
import CircuitBreaker from 'opossum';
import pRetry from 'p-retry';
import { createSafeCall } from '../src/index.ts';

export type Step = (n: number) => Promise<unknown>;

const KEYS = 10_000;
/** Scattered, so that neighbours in time are no neighbours in memory. */
const keys = Array.from({ length: KEYS }, (_, n) => `tenant-${(n * 7919) % KEYS}`);
const fn = async () => 1;
const error = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const bad = () => Promise.reject(error);
const NEVER_OPEN = 1e9;

function ours(defaults = {}) {
  return createSafeCall({ defaults }).safeCall;
}

function cockatielBreaker(failures: number) {
  return cockatiel.circuitBreaker(cockatiel.handleAll, {
    halfOpenAfter: 600_000,
    breaker: new cockatiel.ConsecutiveBreaker(failures),
  });
}

function cockatielAround(breaker: cockatiel.IPolicy, maxAttempts = 3) {
  const retry = cockatiel.retry(cockatiel.handleAll, {
    maxAttempts,
    backoff: new cockatiel.ExponentialBackoff(),
  });
  const timeout = cockatiel.timeout(10_000, cockatiel.TimeoutStrategy.Aggressive);
  return maxAttempts > 0 ? cockatiel.wrap(retry, breaker, timeout) : cockatiel.wrap(breaker, timeout);
}

const swallow = async (promise: Promise<unknown>) => {
  try {
    await promise;
  } catch {
    // The failure is what is measured.
  }
};

async function opened(open: () => Promise<unknown>): Promise<void> {
  for (let call = 0; call < 5; call++) await swallow(open());
}

export const variants: Record<string, () => Step | Promise<Step>> = {
  'bare call': () => fn,

  'healthy: safe-call': () => {
    const safeCall = ours();
    return () => safeCall('svc', fn);
  },
  'healthy: cockatiel': () => {
    const policy = cockatielAround(cockatielBreaker(3));
    return () => policy.execute(fn);
  },
  'healthy: opossum (no retry)': () => {
    const breaker = new CircuitBreaker(fn, {});
    return () => breaker.fire();
  },
  'healthy: p-retry + opossum': () => {
    const breaker = new CircuitBreaker(fn, {});
    const fire = () => breaker.fire();
    return () => pRetry(fire, { retries: 3 });
  },

  '10k tenants: safe-call': () => {
    const safeCall = ours();
    const options = keys.map((key) => ({ key }));
    return (n) => safeCall('svc', fn, options[n % KEYS]);
  },
  '10k tenants: cockatiel': () => {
    const policies = new Map(keys.map((key) => [key, cockatielAround(cockatielBreaker(3))]));
    return async (n) => policies.get(keys[n % KEYS] ?? '')?.execute(fn);
  },
  '10k tenants: opossum (no retry)': () => {
    const breakers = new Map(keys.map((key) => [key, new CircuitBreaker(fn, {})]));
    return async (n) => breakers.get(keys[n % KEYS] ?? '')?.fire();
  },

  'open: safe-call': async () => {
    const safeCall = ours({ retries: 0, breaker: { cooldownMs: 600_000 } });
    await opened(() => safeCall('svc', bad));
    return () => safeCall('svc', fn);
  },
  'open: safe-call.orThrow': async () => {
    const safeCall = ours({ retries: 0, breaker: { cooldownMs: 600_000 } });
    await opened(() => safeCall('svc', bad));
    return () => swallow(safeCall.orThrow('svc', fn));
  },
  'open: cockatiel': async () => {
    const policy = cockatielAround(cockatielBreaker(3), 0);
    await opened(() => policy.execute(bad));
    return () => swallow(policy.execute(fn));
  },
  'open: opossum': async () => {
    const breaker = new CircuitBreaker(bad, { resetTimeout: 600_000, volumeThreshold: 1 });
    await opened(() => breaker.fire());
    return () => swallow(breaker.fire());
  },

  'failing: safe-call': () => {
    const safeCall = ours({ retries: 0, breaker: { failures: NEVER_OPEN } });
    return () => safeCall('svc', bad);
  },
  'failing: bare reject': () => () => swallow(bad()),
  'failing: cockatiel (no classification)': () => {
    const policy = cockatielAround(cockatielBreaker(NEVER_OPEN), 0);
    return () => swallow(policy.execute(bad));
  },
  'failing: cockatiel (breaker only)': () => {
    const policy = cockatielBreaker(NEVER_OPEN);
    return () => swallow(policy.execute(bad));
  },
  'failing: opossum (no classification)': () => {
    const breaker = new CircuitBreaker(bad, { volumeThreshold: NEVER_OPEN });
    return () => swallow(breaker.fire());
  },
  'failing, 100k calls before: safe-call': async () => {
    const safeCall = ours({ retries: 0, breaker: { failures: NEVER_OPEN } });
    for (let call = 0; call < 100_000; call++) await safeCall('svc', fn);
    return () => safeCall('svc', bad);
  },
  'failing, 100k calls before: opossum': async () => {
    let fails = false;
    const breaker = new CircuitBreaker(() => (fails ? bad() : fn()), {
      volumeThreshold: NEVER_OPEN,
      rollingCountTimeout: 600_000,
    });
    for (let call = 0; call < 100_000; call++) await breaker.fire();
    fails = true;
    return () => swallow(breaker.fire());
  },
};
