// Of the past: START may have come since.
const STOPPED = 'The patient had sent STOP, so this text wasn’t sent.';

/**
 * Why a text did not arrive, in words for the front desk. Codes of five digits are Twilio's
 * (https://www.twilio.com/docs/api/errors), those in capitals are ours.
 */
const REASONS: Record<string, string> = {
  NO_PHONE: 'There’s no phone number on file.',
  STOPPED,
  CANNOT_RECEIVE: 'This number can’t receive texts. It may be a landline.',
  EXPIRED: 'The text couldn’t be sent for a day, so it’s out of date now.',
  NOT_WANTED: 'The appointment changed before this text was sent, so it wasn’t sent.',
  UNRESOLVED: 'We couldn’t find out whether this text was sent.',
  21211: 'This isn’t a valid phone number.',
  21408: 'Texts to this country are turned off in the Twilio account.',
  21610: STOPPED,
  21612: 'This number can’t be reached from the clinic’s number.',
  21614: 'This number can’t receive texts. It may be a landline.',
  21617: 'The text is too long.',
  30001: 'Too many texts were waiting, so this one was dropped.',
  30002: 'The Twilio account is suspended.',
  30003: 'The phone was off or out of reach.',
  30004: 'The carrier or the phone blocked the text.',
  30005: 'This number doesn’t exist, or isn’t in use anymore.',
  30006: 'This is a landline, or its carrier doesn’t take texts.',
  30007: 'The carrier filtered the text out as spam.',
  30008: 'The carrier couldn’t deliver the text and didn’t say why.',
  30010: 'The text costs more than the Twilio account allows.',
  30017: 'The carrier’s network was too busy.',
  30022: 'The carrier’s limit for texts from this number was reached.',
  30023: 'The carrier’s daily limit for texts from this number was reached.',
  30032: 'The clinic’s number isn’t verified for texts yet.',
  30034: 'The clinic’s number isn’t registered for texts yet.',
  63003: 'This number isn’t on WhatsApp.',
  63014: 'The patient blocked the clinic’s number.',
  63016:
    'It has been more than 24 hours since the patient wrote on WhatsApp, so only an approved template can be sent.',
  63024: 'This number isn’t on WhatsApp.',
  63033: 'The patient blocked the clinic’s number.',
};

/** @returns null where nothing went wrong. */
export function textReason(status: string, code: string | null): string | null {
  if (code === null) {
    return status === 'failed' || status === 'undelivered'
      ? 'The text didn’t arrive, and the carrier didn’t say why.'
      : null;
  }
  const known = REASONS[code];
  if (known !== undefined) return known;
  if (status === 'queued' || status === 'sending' || status === 'unknown') {
    return 'Twilio couldn’t take the text yet. We keep trying.';
  }
  return `Twilio couldn’t deliver the text (error ${code}).`;
}

/** Why no text may go to a number at all, as of now; null where it may. */
export function noTextReason(code: string | null): string | null {
  if (code === null) return null;
  return code === 'STOPPED'
    ? 'The patient sent STOP, so we can’t text them. They can text START to get texts again.'
    : textReason('failed', code);
}

const NOT_AGAIN: Record<string, string> = {
  NOT_OURS: 'This text came from the patient, so there’s nothing to send.',
  NOT_FAILED: 'This text didn’t fail, so there’s nothing to send again.',
  WORDS_REMOVED:
    'The words of this text were already deleted, as your clinic’s settings say. Write a new text.',
  OUT_OF_DATE: 'The appointment has changed or is over, so this text is out of date.',
};

/** Why a text is not sent again. */
export const resendRefusal = (code: string): string =>
  NOT_AGAIN[code] ?? `${noTextReason(code)} Please call the patient.`;
