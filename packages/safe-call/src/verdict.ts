import type { OpenReason, Verdict } from './breaker.ts';
import type { Classified } from './types.ts';

/**
 * What a failed attempt says about the service. An answer proves it is reachable, whatever it was; only broken
 * connections, timeouts and its own 5xx count against it; what arose here says nothing.
 */
export function verdictOf(failure: Classified): Verdict {
  if (failure.local) return 'neutral';
  switch (failure.kind) {
    case 'NETWORK':
    case 'TIMEOUT':
    case 'TEMPORARY':
      return 'failure';
    case 'AUTH':
    case 'PERMANENT':
      return failure.reached ? 'success' : 'neutral';
    default:
      return 'neutral';
  }
}

/** An open breaker keeps the message of what opened it; vendors put whole pages into theirs. */
const MAX_REASON_LENGTH = 200;

/** What an open breaker says about why it is open. */
export function reasonOf({ kind, message }: Classified): OpenReason {
  return {
    kind,
    message: message.length > MAX_REASON_LENGTH ? message.slice(0, MAX_REASON_LENGTH) : message,
  };
}

/** Whether another attempt could help and cannot do harm. */
export function isRetryable(failure: Classified, idempotent: boolean): boolean {
  if (failure.local || (failure.ambiguous && !idempotent)) return false;
  const { kind } = failure;
  return kind === 'NETWORK' || kind === 'TIMEOUT' || kind === 'TEMPORARY' || kind === 'RATE_LIMIT';
}
