import { textReason } from '@voxanne/contract';
import type { CallError, ClassifyAnswer } from '@voxanne/safe-call';

/**
 * What a failure that surely sent nothing means for the text.
 * - `temporary`: goes by itself
 * - `configuration`: a person fixes the account or its settings, then the text goes
 * - `opted_out`, `recipient`: this number will never get it
 */
export type Refusal = 'temporary' | 'configuration' | 'opted_out' | 'recipient';

const CONFIGURATION = new Set([
  20003, 20005, 20006, 20404, 21212, 21219, 21408, 21601, 21603, 21606, 21608, 21609, 21701, 21703, 21705,
  30002, 30024, 30032, 30033, 30034, 63001, 63002, 63007, 63008, 63020, 63041, 63042, 63051,
]);
const OPTED_OUT = new Set([21610, 63014, 63033]);
/** With these Twilio refuses everything that our account sends. */
const ACCOUNT = new Set([20003, 20005, 20006, 20404]);
/** And with these, everything that one sender sends, to any number. */
const SENDER = new Set([21212, 21603, 21606, 21701, 21703, 21705]);
const SENDER_QUEUE_FULL = 21611;

/** Someone is fixing the account: a text tries again soon after they're done, and health recovers with it. */
export const CONFIGURATION_RETRY_MS = 30_000;

/** Twilio splits and adds codes over the years, so the HTTP status decides first and an unknown code is final. */
export function classifyRefusal(error: Pick<CallError, 'kind' | 'status' | 'code'>): Refusal {
  if (error.kind === 'AUTH') return 'configuration';
  // Without a status it happened here and says nothing about the number.
  if (error.kind !== 'PERMANENT' || error.status === undefined) return 'temporary';
  const code = Number(error.code);
  if (CONFIGURATION.has(code)) return 'configuration';
  return OPTED_OUT.has(code) ? 'opted_out' : 'recipient';
}

/** Whether the number's owner said STOP, according to the carrier. */
export const isOptOutCode = (code: string | null): boolean => OPTED_OUT.has(Number(code));
const isRefusedLogin = (code: string): boolean =>
  code === 'AUTH' || code === 'HTTP_401' || code === 'HTTP_403';
/** Whether a person has to change a setting before a text with this code (`codeOf`) can leave. */
export const isConfigurationCode = (code: string): boolean =>
  isRefusedLogin(code) || CONFIGURATION.has(Number(code));
/** Whether a text with this code (`codeOf`) says that no text can leave, from whichever sender. */
export const isAccountCode = (code: string): boolean => isRefusedLogin(code) || ACCOUNT.has(Number(code));
/** Whether a text with this code (`codeOf`) says that no text can leave from its sender. */
export const isSenderCode = (code: string): boolean => SENDER.has(Number(code));
/** The codes of `isSenderCode`, for a query. */
export const SENDER_CODES: readonly string[] = Array.from(SENDER, String);

/** For safeCall: Twilio reports a full sender queue as 400, and it is a rate limit. */
export function classifyTwilioError(error: unknown): ClassifyAnswer {
  const code = (error as { code?: unknown } | null)?.code;
  return code === SENDER_QUEUE_FULL ? 'RATE_LIMIT' : undefined;
}

/** What a person looks up: Twilio's code, or the HTTP status, or our kind. */
export function codeOf(error: Pick<CallError, 'kind' | 'status' | 'code'>): string {
  if (typeof error.code === 'number' && error.code > 0) return String(error.code);
  return error.status === undefined ? error.kind : `HTTP_${error.status}`;
}

/** What happened and what to do, in words that may be stored and logged: never Twilio's, which quote the number. */
export function explainRefusal(refusal: Refusal, code: string, by: 'shared' | 'own' = 'shared'): string {
  const manual = /^\d{5}$/.test(code) ? ` See https://www.twilio.com/docs/errors/${code}.` : '';
  switch (refusal) {
    case 'configuration':
      if (by === 'own' && isSenderCode(code))
        return `Twilio won't send from the clinic's own number (${code}).${manual} The text is saved and goes out once the operator of this service has fixed the number or removed it.`;
      return code === '20003' || isRefusedLogin(code)
        ? `Twilio refused our credentials (${code}). Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN; the text is saved and goes out once they're right.`
        : `Twilio won't send with the current settings (${code}).${manual} The text is saved and goes out once they're right.`;
    case 'opted_out':
    case 'recipient':
      return `${textReason('failed', code)} (${code})`;
    case 'temporary':
      return `Twilio didn't accept the text (${code}). It's saved and will be sent later.`;
  }
}
