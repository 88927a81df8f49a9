import type { CircuitBreakerStatus } from '@voxanne/safe-call';
import { type MessagingContext, TWILIO_SMS } from './context.ts';

/** The breaker between one organization and Twilio. */
export function getTwilioCircuitBreakerStatus(
  { safeCalls }: Pick<MessagingContext, 'safeCalls'>,
  organizationId: string,
): CircuitBreakerStatus {
  return safeCalls.getCircuitBreakerStatus(TWILIO_SMS, organizationId);
}

/** Lets the organization's texts go at once; Twilio decides whether they do. */
export function resetTwilioCircuitBreaker(
  { safeCalls }: Pick<MessagingContext, 'safeCalls'>,
  organizationId: string,
): void {
  safeCalls.resetCircuitBreaker(TWILIO_SMS, organizationId);
}

/** @returns the function that stops it. */
export function announceOpenBreakers({
  safeCalls,
  log,
}: Pick<MessagingContext, 'safeCalls' | 'log'>): () => void {
  return safeCalls.on('open', ({ name, key, level, kind, failures, retryAfterMs }) => {
    if (name !== TWILIO_SMS || level !== 'key' || key === undefined) return;
    log.warn(
      { org_id: key, kind, failures, retry_after_ms: retryAfterMs },
      `[TwilioGuard] Circuit breaker opened for ${key}`,
    );
  });
}
