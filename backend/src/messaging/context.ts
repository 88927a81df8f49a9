import type { SafeCallInstance } from '@voxanne/safe-call';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import type { SenderGate } from './sender-gate.ts';
import type { TextLimits } from './text-limits.ts';
import type { SignatureCheck, TwilioClient } from './twilio.client.ts';

/** The breaker's name; one breaker an organization. */
export const TWILIO_SMS = 'twilio_sms';

export type SafeCalls = Pick<
  SafeCallInstance,
  'safeCall' | 'getCircuitBreakerStatus' | 'resetCircuitBreaker' | 'on'
>;

export interface Tuning {
  /** Bound of one request to Twilio. */
  timeoutMs: number;
  /** Bound of one delivery with its retries. */
  deadlineMs: number;
  /**
   * How long after an attempt it may still appear at Twilio. Only after that does "not found" mean anything.
   * Longer than `timeoutMs`, so that no request of the attempt can be under way anymore.
   */
  settleMs: number;
  /** From an ambiguous answer to the first question about it. */
  firstLookMs: number;
  /** After this long a text would only confuse. */
  expireMs: number;
}

export const TUNING: Tuning = {
  timeoutMs: 8_000,
  deadlineMs: 20_000,
  settleMs: 10_000,
  firstLookMs: 2_000,
  expireMs: 24 * 60 * 60 * 1_000,
};

/** What every verb of the room works with. */
export interface MessagingContext {
  database: Database;
  log: Logger;
  clock: Clock;
  safeCalls: SafeCalls;
  twilio: TwilioClient;
  senderGate: SenderGate;
  isSignedByTwilio: SignatureCheck;
  accountSid: string;
  publicUrl: string;
  /** Our own number, if it is known before Twilio chooses one. */
  from: string | null;
  /** Numbers that are never one clinic's alone, whatever the table of senders says. */
  sharedNumbers: readonly string[];
  isConfigured: boolean;
  /** Undefined if Twilio couldn't reach it and would refuse the message because of it. */
  statusCallback(messageId: string): string | undefined;
  tuning: Tuning;
  textLimits: TextLimits;
  /** Whether texts may go out in that clinic's name; in the sandbox always. */
  mayText(orgId: string): Promise<boolean>;
  /** Orders the clinics that a patient is asked about. */
  clinicOrderKey: Buffer;
  random: () => number;
}
