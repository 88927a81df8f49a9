import { type CircuitBreakerStatus, createSafeCall } from '@voxanne/safe-call';
import { askedSeldom } from '../platform/asked-seldom.ts';
import {
  codeOf,
  explainRefusal,
  isAccountCode,
  isConfigurationCode,
  isSenderCode,
} from './classify-refusal.ts';
import { type MessagingContext, TWILIO_SMS } from './context.ts';
import { type OpenTexts, readOpenTexts } from './open-texts.queries.ts';
import { ownSender } from './senders.queries.ts';

export interface TwilioHealth {
  configured: boolean;
  message: string;
  /** Of the service as a whole: it opens when several organizations cannot reach Twilio. */
  breaker: CircuitBreakerStatus;
  /** Organizations whose own breaker is not closed. */
  openOrganizations: number;
  /** Why nothing can leave until a person changes a setting; null as long as texts leave. */
  fault: { code: string; reason: string } | null;
  /** Texts that should have left by now: of the organization, or of all. */
  waiting: number;
  oldestWaitingSeconds: number;
  /** The number that the organization alone texts from; null where it uses the sender of the deployment. */
  ownNumber: string | null;
}

/** A text leaves within seconds; after this time it waits. */
const LATE_AFTER_S = 60;
const ASKED_EVERY_MS = 30_000;
const ACCOUNT_TIMEOUT_MS = 1_500;

/**
 * Whether texts leave: what Twilio said about the last ones, how long others have waited, and, where none waits,
 * whether Twilio takes our credentials at all. Settings that are present prove nothing.
 */
export function createTwilioHealth(context: MessagingContext) {
  const account = createAccountCheck(context);
  return async (orgId: string | null): Promise<TwilioHealth> => {
    const { isConfigured, safeCalls, database } = context;
    const [all, own, refused] = isConfigured
      ? await Promise.all([
          database.withService((db) => readOpenTexts(db, null)),
          orgId === null
            ? undefined
            : database.withService(async (db) => ({
                ...(await readOpenTexts(db, orgId)),
                number: await ownSender(db, orgId),
              })),
          account(),
        ])
      : [NONE, undefined, undefined];
    const shown = own ?? all;
    const ownNumber = own?.number ?? null;
    // The shared sender doesn't matter to a clinic that doesn't use it, nor that clinic's number to others.
    const found =
      all.refusals.find(({ code }) => isAccountCode(code)) ??
      own?.refusals.find(({ code }) => isAccountCode(code)) ??
      (ownNumber === null
        ? all.refusals.find(({ code, byOwn }) => !byOwn && isSenderCode(code))
        : undefined) ??
      own?.refusals.find(({ code }) => isConfigurationCode(code));
    const code = refused ?? found?.code;
    const by = refused === undefined && found?.byOwn ? 'own' : 'shared';
    const isLate = shown.oldestSeconds > LATE_AFTER_S;
    return {
      configured: isConfigured,
      message: isConfigured ? 'Twilio credentials configured' : 'Twilio credentials are missing',
      breaker: safeCalls.getCircuitBreakerStatus(TWILIO_SMS),
      openOrganizations: safeCalls
        .getCircuitBreakerStatus()
        .filter(({ name, level, state }) => name === TWILIO_SMS && level === 'key' && state !== 'closed')
        .length,
      fault: code === undefined ? null : { code, reason: explainRefusal('configuration', code, by) },
      waiting: isLate ? shown.count : 0,
      oldestWaitingSeconds: isLate ? shown.oldestSeconds : 0,
      ownNumber,
    };
  };
}

const NONE: OpenTexts = { count: 0, oldestSeconds: 0, refusals: [] };

/**
 * Asks Twilio for our account, at most twice a minute and by one request at a time.
 * @returns the code with which Twilio refuses our credentials; undefined while it takes them, and while it cannot be
 *   asked: that says nothing about the credentials, and the breakers show it.
 */
function createAccountCheck({ clock, isConfigured, twilio }: MessagingContext) {
  // Its own instance: a question of the health page says nothing about the breaker of texts.
  const { safeCall } = createSafeCall();
  const ask = askedSeldom(clock, ASKED_EVERY_MS, async () => {
    const asked = await safeCall('twilio_account', () => twilio.fetchAccount(), {
      retries: 0,
      timeoutMs: ACCOUNT_TIMEOUT_MS,
    });
    return !asked.success && asked.error.kind === 'AUTH' ? codeOf(asked.error) : undefined;
  });
  return async (): Promise<string | undefined> => (isConfigured ? ask() : undefined);
}
