import { createSafeCall, type SafeCallConfig } from '../create-safe-call.ts';
import { createTestClock, settle } from '../testing/test-clock.ts';
import type { CallFailure, SafeCallOptions, SafeCallResult } from '../types.ts';

/** A promise that a test ends when it likes. */
export function deferred<T = unknown>() {
  return Promise.withResolvers<T>();
}

export function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
}

export function httpError(status: number, headers: Record<string, string> = {}): Error {
  return Object.assign(new Error(`status ${status}`), { status, headers });
}

export function failed<T>(result: SafeCallResult<T>): CallFailure {
  if (result.success) throw new Error('expected a failure');
  return result;
}

/** An instance on a stopped clock, and the steps that the hazards have in common. */
export function harness(config: SafeCallConfig = {}) {
  const clock = createTestClock();
  const instance = createSafeCall({ clock, random: () => 0.5, ...config });
  const { safeCall, getCircuitBreakerStatus } = instance;
  const once = { retries: 0 };

  async function fail(
    options: SafeCallOptions<never> = {},
    error: unknown = refused(),
  ): Promise<CallFailure> {
    return failed(await safeCall('svc', () => Promise.reject(error), { ...once, ...options }));
  }

  return {
    ...instance,
    clock,
    fail,
    /** Three failed calls. */
    async open(options: SafeCallOptions<never> = {}) {
      for (let call = 0; call < 3; call++) await fail(options);
    },
    /** A call whose end the test holds in its hand. */
    async start(options: SafeCallOptions = {}) {
      const { promise, resolve, reject } = deferred();
      const result = safeCall('svc', () => promise, {
        ...once,
        timeoutMs: Number.POSITIVE_INFINITY,
        ...options,
      });
      await settle();
      return { result, resolve, reject };
    },
    succeed: (options: SafeCallOptions<string> = {}) =>
      safeCall('svc', async () => 'ok', { ...once, ...options }),
    state: (key?: string) => getCircuitBreakerStatus('svc', key).state,
    failures: (key?: string) => getCircuitBreakerStatus('svc', key).failures,
  };
}
