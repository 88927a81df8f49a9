import type { CircuitBreakerStatus } from '@voxanne/safe-call';
import { AppError } from '../platform/errors.ts';
import type { ProbeOptions } from './probes.ts';

// The names in use (contract); a healthy breaker has no entry anywhere, so there is nothing to look them up in.
const BREAKER_NAMES = new Set([
  'google_calendar_events',
  'google_calendar_freebusy',
  'google_oauth',
  'twilio_sms',
  'twilio_whatsapp',
  'vapi',
  'slack',
]);

/**
 * Closes a breaker of the clinic now, and answers with its new state.
 * @throws {AppError} UNKNOWN_BREAKER.
 */
export function resetBreaker(
  { resilience }: Pick<ProbeOptions, 'resilience'>,
  orgId: string,
  name: string,
): CircuitBreakerStatus {
  if (!BREAKER_NAMES.has(name)) throw unknownBreaker();
  resilience.resetCircuitBreaker(name, orgId);
  return resilience.getCircuitBreakerStatus(name, orgId);
}

const unknownBreaker = () =>
  new AppError({
    code: 'UNKNOWN_BREAKER',
    status: 404,
    detail: `No circuit breaker has that name. The names are: ${[...BREAKER_NAMES].join(', ')}.`,
  });
