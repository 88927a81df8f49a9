import type { Rejection } from './breakers.ts';
import type { Classified } from './types.ts';

const LOCAL = { reached: false, local: true } as const;

/** The failures that arise here, before or instead of an answer. */
export function cancelled(ambiguous: boolean): Classified {
  return { kind: 'CANCELLED', message: 'the caller canceled', ambiguous, ...LOCAL };
}

export function noTimeLeft(name: string): Classified {
  return { kind: 'TIMEOUT', message: `no time was left to call ${name}`, ambiguous: false, ...LOCAL };
}

export function bulkheadFull(name: string): Classified {
  const message = `too many calls to ${name} are under way here`;
  return { kind: 'RATE_LIMIT', message, code: 'BULKHEAD_FULL', ambiguous: false, ...LOCAL };
}

export function circuitOpen(name: string, rejection: Rejection): Classified {
  const whose = rejection.level === 'service' ? 'the service' : 'this key';
  const message = `${name} is not called: the circuit breaker of ${whose} is open`;
  return { kind: 'CIRCUIT_OPEN', message, retryAfterMs: rejection.retryAfterMs, ambiguous: false, ...LOCAL };
}

/** Our own timeout, unlike the others here, does say something about the service. */
export function timedOut(name: string, boundMs: number): Classified {
  const message = `${name} did not answer within ${Math.round(boundMs)} ms`;
  return { kind: 'TIMEOUT', message, ambiguous: true, reached: false, local: false };
}
