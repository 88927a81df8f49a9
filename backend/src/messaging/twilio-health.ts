import type { CircuitBreakerStatus } from '@voxanne/safe-call';
import { type MessagingContext, TWILIO_SMS } from './context.ts';

export interface TwilioHealth {
  configured: boolean;
  message: string;
  /** Of the service as a whole: it opens when several organizations cannot reach Twilio. */
  breaker: CircuitBreakerStatus;
  /** Organizations whose own breaker is not closed. */
  openOrganizations: number;
}

/** What is known without asking Twilio. */
export function twilioHealth({ isConfigured, safeCalls }: MessagingContext): TwilioHealth {
  return {
    configured: isConfigured,
    message: isConfigured ? 'Twilio credentials configured' : 'Twilio credentials are missing',
    breaker: safeCalls.getCircuitBreakerStatus(TWILIO_SMS),
    openOrganizations: safeCalls
      .getCircuitBreakerStatus()
      .filter(({ name, level, state }) => name === TWILIO_SMS && level === 'key' && state !== 'closed')
      .length,
  };
}
