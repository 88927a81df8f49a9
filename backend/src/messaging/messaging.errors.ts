import { noTextReason, resendRefusal } from '@voxanne/contract';
import { AppError } from '../platform/errors.ts';
import type { TextLimits } from './text-limits.ts';

export const invalidPhone = () =>
  new AppError({
    code: 'INVALID_PHONE',
    status: 400,
    detail:
      'That is not a phone number that can be texted; premium-rate, shared-cost and satellite numbers are not. Enter it with its country code, such as +1 555 123 0001, or as it is dialed in the clinic’s country.',
  });

export const notAContact = () =>
  new AppError({
    code: 'NOT_A_CONTACT',
    status: 422,
    detail:
      'That number does not belong to any of your contacts, and texts go to contacts only. Book an appointment or add the person to the waitlist with this number, or correct their contact; then send the text again.',
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
    detail: `Your clinic has reached its limit for manual texts. New clinics have a lower limit. Nothing was sent. Try again in ${inWords(retryAfterSeconds)}. Booking confirmations are not limited.`,
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
    detail: 'WhatsApp is not set up for this clinic. Send the message with channel "sms".',
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
    detail: 'There is no such message in your clinic.',
  });

export const foreignAccount = () =>
  new AppError({
    code: 'INVALID_SIGNATURE',
    status: 401,
    title: 'Not from our Twilio account',
    detail:
      'The AccountSid is not that of the account whose token signed this request. Check that TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN belong to the account that owns the number.',
  });

export const invalidSignature = () =>
  new AppError({
    code: 'INVALID_SIGNATURE',
    status: 401,
    title: 'Not signed by Twilio',
    detail:
      'X-Twilio-Signature is missing or does not match. It is computed over PUBLIC_URL and the path: check that PUBLIC_URL is the address that Twilio calls, and that TWILIO_AUTH_TOKEN is the account’s primary token.',
  });

export const senderIsShared = () =>
  new AppError({
    code: 'SENDER_IS_SHARED',
    status: 409,
    detail:
      'This is the number that all clinics of the deployment text from (TWILIO_FROM_NUMBER), so no clinic can have it alone. Name another number of the Twilio account.',
  });

export const senderIsTaken = () =>
  new AppError({
    code: 'SENDER_TAKEN',
    status: 409,
    detail:
      'Another clinic texts from this number. Take it back first, or name another number of the Twilio account.',
  });

export const noSuchClinic = () =>
  new AppError({
    code: 'CLINIC_NOT_FOUND',
    status: 404,
    detail: 'There is no clinic of that id.',
  });

export const noSuchSender = () =>
  new AppError({
    code: 'SENDER_NOT_FOUND',
    status: 404,
    detail: 'No clinic texts from this number alone. GET /api/operator/senders lists those that do.',
  });
