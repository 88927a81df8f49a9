import { AppError } from '../platform/errors.ts';

export const invalidPhone = () =>
  new AppError({
    code: 'INVALID_PHONE',
    status: 400,
    detail:
      'That is not a phone number that can be texted. Give it with its country code, such as +1 555 123 0001, or as it is dialled in the clinic’s country.',
  });

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

export const invalidCursor = () =>
  new AppError({
    code: 'INVALID_CURSOR',
    status: 400,
    detail: 'The cursor is not one that this list gave. Leave it out to begin at the newest message.',
  });

export const foreignAccount = () =>
  new AppError({
    code: 'INVALID_SIGNATURE',
    status: 401,
    title: 'Not of our Twilio account',
    detail:
      'The AccountSid is not the account whose token signed this. Check that TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN belong to the account that owns the number.',
  });

export const invalidSignature = () =>
  new AppError({
    code: 'INVALID_SIGNATURE',
    status: 401,
    title: 'Not signed by Twilio',
    detail:
      'X-Twilio-Signature is missing or does not match. It is computed over PUBLIC_URL and the path: check that PUBLIC_URL is the address that Twilio calls, and that TWILIO_AUTH_TOKEN is the account’s primary token.',
  });
