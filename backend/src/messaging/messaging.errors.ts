import { noTextReason, resendRefusal } from '@voxanne/contract';
import { AppError } from '../platform/errors.ts';
import type { TextLimits } from './text-limits.ts';

export const invalidPhone = () =>
  new AppError({
    code: 'INVALID_PHONE',
    status: 400,
    detail:
      'We can’t text that number. Check it, and enter it with its country code, such as +1 555 123 0001, or as you’d dial it in the clinic’s country. Premium-rate, shared-cost and satellite numbers don’t get texts.',
  });

export const notAContact = () =>
  new AppError({
    code: 'NOT_A_CONTACT',
    status: 422,
    detail:
      'That number isn’t one of your patients’, and texts only go to patients. Book an appointment or add the person to the waitlist with this number, or correct it on their page; then send the text again.',
  });

/** @param why - What `app_private.why_no_text` answered. */
export const noTexts = (why: 'STOPPED' | 'CANNOT_RECEIVE') =>
  new AppError({
    code: why,
    status: 422,
    detail: `${noTextReason(why)} Nothing was sent. Please call the patient.`,
  });

/** @param why - What `app_private.resend_text` answered. */
export const notSentAgain = (why: string) =>
  why === 'NOT_FOUND'
    ? messageNotFound()
    : new AppError({ code: why, status: why === 'NOT_FAILED' ? 409 : 422, detail: resendRefusal(why) });

export const tooManyTexts = (retryAfterSeconds: number, limits: TextLimits, isNew: boolean) =>
  new AppError({
    code: 'TOO_MANY_TEXTS',
    status: 429,
    title: 'Too many texts',
    detail: `Your clinic has reached its limit for manual texts. New clinics have a lower limit. Nothing was sent. Try again in ${inWords(retryAfterSeconds)}. Booking confirmations aren’t limited.`,
    retryable: true,
    retryAfterSeconds,
    quotas: [
      { name: 'hour', quota: isNew ? limits.newPerHour : limits.perHour, windowSeconds: 3_600 },
      { name: 'day', quota: isNew ? limits.newPerDay : limits.perDay, windowSeconds: 86_400 },
    ],
  });

const inWords = (seconds: number): string => {
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return minutes === 1 ? 'a minute' : `${minutes} minutes`;
  return `${Math.ceil(minutes / 60)} hours`;
};

export const channelNotConfigured = () =>
  new AppError({
    code: 'CHANNEL_NOT_CONFIGURED',
    status: 422,
    detail: 'WhatsApp isn’t set up for this clinic. Send the message with channel "sms" instead.',
  });

export const idempotencyKeyReused = () =>
  new AppError({
    code: 'IDEMPOTENCY_KEY_REUSED',
    status: 422,
    detail:
      'This Idempotency-Key was already used for another number or text. Use a new key for a new message.',
  });

export const messageNotFound = () =>
  new AppError({
    code: 'MESSAGE_NOT_FOUND',
    status: 404,
    detail: 'We couldn’t find that message at your clinic.',
  });

export const foreignAccount = () =>
  new AppError({
    code: 'INVALID_SIGNATURE',
    status: 401,
    title: 'Not from our Twilio account',
    detail:
      'The AccountSid doesn’t match the account whose token signed this request. Check that TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN belong to the account that owns the number.',
  });

export const invalidSignature = () =>
  new AppError({
    code: 'INVALID_SIGNATURE',
    status: 401,
    title: 'Not signed by Twilio',
    detail:
      'X-Twilio-Signature is missing or doesn’t match. It’s computed over PUBLIC_URL and the path, so check that PUBLIC_URL is the address Twilio calls and that TWILIO_AUTH_TOKEN is the account’s primary token.',
  });

export const senderIsShared = () =>
  new AppError({
    code: 'SENDER_IS_SHARED',
    status: 409,
    detail:
      'Every clinic on this deployment texts from this number (TWILIO_FROM_NUMBER), so one clinic can’t have it to itself. Choose another number in the Twilio account.',
  });

export const senderIsTaken = () =>
  new AppError({
    code: 'SENDER_TAKEN',
    status: 409,
    detail:
      'Another clinic already texts from this number. Remove it there first, or choose another number in the Twilio account.',
  });

export const noSuchClinic = () =>
  new AppError({
    code: 'CLINIC_NOT_FOUND',
    status: 404,
    detail: 'No clinic has that id.',
  });

export const noSuchSender = () =>
  new AppError({
    code: 'SENDER_NOT_FOUND',
    status: 404,
    detail: 'This number doesn’t belong to a clinic. GET /api/operator/senders lists the ones that do.',
  });
