import {
  type CircuitBreakerStatus,
  getCircuitBreakerStatus,
  on,
  resetCircuitBreaker,
  safeCall,
} from '@voxanne/safe-call';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import { isLoopbackUrl } from '../platform/settings/addresses.ts';
import {
  announceOpenBreakers,
  getTwilioCircuitBreakerStatus,
  resetTwilioCircuitBreaker,
} from './circuit-breaker.ts';
import { type MessagingContext, type SafeCalls, TUNING, type Tuning } from './context.ts';
import { createMayText } from './may-text.ts';
import { createMessageJobs, type MessageJobOptions, type MessageJobs } from './message-jobs.ts';
import { refreshStatuses } from './refresh-statuses.ts';
import { type BatchMessage, sendSmsBatch } from './send-sms-batch.ts';
import { type SendSmsOptions, type SendSmsResult, sendSmsWithGuard } from './send-sms-with-guard.ts';
import { createSenderGate } from './sender-gate.ts';
import { type TextLimits, textLimitsOf } from './text-limits.ts';
import { createSignatureCheck, createTwilioClient } from './twilio.client.ts';
import { createTwilioHealth, type TwilioHealth } from './twilio-health.ts';

export interface MessagingDependencies {
  database: Database;
  config: Pick<Config, 'mode' | 'publicUrl' | 'twilio'>;
  log: Logger;
  clock: Clock;
  clinicOrderKey: Buffer;
  /** Default: the instance that the program shares. */
  safeCalls?: SafeCalls;
  tuning?: Partial<Tuning>;
  /** Default: by the mode. */
  textLimits?: TextLimits;
  random?: () => number;
}

/** The room, put together once. Its verbs are also exported by name, taking the context first. */
export interface Messaging {
  context: MessagingContext;
  sendSmsWithGuard(
    organizationId: string,
    to: string,
    body: string,
    options?: SendSmsOptions,
  ): Promise<SendSmsResult>;
  sendSmsBatch(organizationId: string, messages: readonly BatchMessage[]): Promise<SendSmsResult[]>;
  getTwilioCircuitBreakerStatus(organizationId: string): CircuitBreakerStatus;
  resetTwilioCircuitBreaker(organizationId: string): void;
  /** Of one organization, or of the deployment. */
  twilioHealth(orgId: string | null): Promise<TwilioHealth>;
  jobs(options: MessageJobOptions): MessageJobs;
  refreshStatuses(options?: { olderThanMs?: number; limit?: number }): Promise<number>;
  /** Stops listening to the breakers. */
  close(): void;
}

export function createMessaging(dependencies: MessagingDependencies): Messaging {
  const context = contextOf(dependencies);
  const stop = announceOpenBreakers(context);
  return {
    context,
    sendSmsWithGuard: (...args) => sendSmsWithGuard(context, ...args),
    sendSmsBatch: (...args) => sendSmsBatch(context, ...args),
    getTwilioCircuitBreakerStatus: (organizationId) => getTwilioCircuitBreakerStatus(context, organizationId),
    resetTwilioCircuitBreaker: (organizationId) => resetTwilioCircuitBreaker(context, organizationId),
    twilioHealth: createTwilioHealth(context),
    jobs: (options) => createMessageJobs(context, options),
    refreshStatuses: (options) => refreshStatuses(context, options),
    close: stop,
  };
}

function contextOf(dependencies: MessagingDependencies): MessagingContext {
  const { config, database, log, clock, clinicOrderKey } = dependencies;
  const tuning = { ...TUNING, ...dependencies.tuning };
  const { twilio, publicUrl } = config;
  // Twilio refuses a message whose callback it cannot reach; without one the text still goes.
  const isReachable = config.mode === 'sandbox' || !isLoopbackUrl(publicUrl);
  return {
    database,
    log,
    clock,
    clinicOrderKey,
    tuning,
    mayText: createMayText(database, config.mode),
    publicUrl,
    safeCalls: dependencies.safeCalls ?? { safeCall, getCircuitBreakerStatus, resetCircuitBreaker, on },
    twilio: createTwilioClient(twilio, tuning),
    senderGate: createSenderGate(clock),
    isSignedByTwilio: createSignatureCheck(twilio.authToken),
    accountSid: twilio.accountSid,
    from: twilio.messagingServiceSid === undefined ? (twilio.from ?? null) : null,
    sharedNumbers: twilio.from === undefined ? [] : [twilio.from],
    isConfigured: Boolean(
      twilio.accountSid && twilio.authToken && (twilio.from || twilio.messagingServiceSid),
    ),
    statusCallback: (messageId) =>
      isReachable ? `${publicUrl}/api/webhooks/twilio/status?m=${messageId}` : undefined,
    textLimits: dependencies.textLimits ?? textLimitsOf(config.mode),
    random: dependencies.random ?? Math.random,
  };
}
