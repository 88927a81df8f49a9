import type { CircuitBreakerStatus } from '@voxanne/safe-call';
import { AppError } from '../platform/errors.ts';
import type { Tenant } from '../tenancy/index.ts';
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
 * @throws {AppError} OWNER_REQUIRED, UNKNOWN_BREAKER.
 */
export function resetBreaker(
  { resilience }: Pick<ProbeOptions, 'resilience'>,
  { orgId, role }: Tenant,
  name: string,
): CircuitBreakerStatus {
  if (role !== 'owner') throw notTheOwner();
  if (!BREAKER_NAMES.has(name)) throw unknownBreaker();
  resilience.resetCircuitBreaker(name, orgId);
  return resilience.getCircuitBreakerStatus(name, orgId);
}

const notTheOwner = () =>
  new AppError({
    code: 'OWNER_REQUIRED',
    status: 403,
    detail: 'Only the clinic’s owner can reset a circuit breaker. Ask them, or wait for the next attempt.',
  });

const unknownBreaker = () =>
  new AppError({
    code: 'UNKNOWN_BREAKER',
    status: 404,
    detail: `No circuit breaker has that name. The names are: ${[...BREAKER_NAMES].join(', ')}.`,
  });
