import { resendRefusal } from '@voxanne/contract';
import { AppError } from '../platform/errors.ts';

export const ownerRequired = () =>
  new AppError({
    code: 'OWNER_REQUIRED',
    status: 403,
    detail:
      'Only the owner of the clinic may look at deliveries and replay them: they hold what was said on the phone. Ask the owner.',
  });

export const deliveryNotFound = () =>
  new AppError({
    code: 'DELIVERY_NOT_FOUND',
    status: 404,
    detail:
      'There is no such delivery in your clinic. Deliveries are kept for 7 days; GET /api/webhooks/deliveries lists them.',
  });

export const notFinished = (status: string) =>
  new AppError({
    code: 'DELIVERY_NOT_FINISHED',
    status: 409,
    detail:
      status === 'processing'
        ? 'This delivery is being worked on right now, so there is nothing to replay yet. Look at it again in a moment.'
        : 'This delivery waits for its turn already, so a replay would change nothing. Look at it again in a moment.',
    retryable: true,
  });

export const nothingToReplay = (topic: string) =>
  new AppError({
    code: 'NOTHING_TO_REPLAY',
    status: 422,
    detail: `Nothing is done after the answer for ${topic}: it was answered while the sender waited, or was only kept. Its answer is in the detail of the delivery, and the sender gets the same one for a repeat.`,
  });

export const outgoingNotFound = () =>
  new AppError({
    code: 'OUTGOING_NOT_FOUND',
    status: 404,
    detail:
      'There is no such entry in your clinic. They are kept for 7 days after they were done; GET /api/outgoing lists them.',
  });

/** @param why - What `app_private.why_not_outgoing` answered. */
export const textNotResendable = (why: string) =>
  new AppError({ code: why, status: 422, detail: resendRefusal(why) });

export const notResendable = (status: string) =>
  new AppError({
    code: 'NOT_RESENDABLE',
    status: 409,
    detail:
      status === 'completed'
        ? 'This was done already, so there is nothing to send again.'
        : 'This is in the queue or being worked on right now. Look at it again in a moment.',
    retryable: status !== 'completed',
  });
