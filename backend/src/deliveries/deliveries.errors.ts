import { resendRefusal } from '@voxanne/contract';
import { AppError } from '../platform/errors.ts';

export const deliveryNotFound = () =>
  new AppError({
    code: 'DELIVERY_NOT_FOUND',
    status: 404,
    detail:
      'We couldn’t find that delivery at your clinic. Deliveries are kept for 7 days; GET /api/webhooks/deliveries lists them.',
  });

export const notFinished = (status: string) =>
  new AppError({
    code: 'DELIVERY_NOT_FINISHED',
    status: 409,
    detail:
      status === 'processing'
        ? 'This delivery is being processed right now, so there’s nothing to replay yet. Check again in a moment.'
        : 'This delivery is already waiting in the queue, so a replay wouldn’t change anything. Check again in a moment.',
    retryable: true,
  });

export const nothingToReplay = (topic: string) =>
  new AppError({
    code: 'NOTHING_TO_REPLAY',
    status: 422,
    detail: `There’s nothing to replay for ${topic}: it was answered while the sender waited, or only recorded. The delivery’s details show the answer, and the sender gets the same one if it asks again.`,
  });

export const outgoingNotFound = () =>
  new AppError({
    code: 'OUTGOING_NOT_FOUND',
    status: 404,
    detail:
      'We couldn’t find that entry at your clinic. Entries are kept for 7 days after they’re done; GET /api/outgoing lists them.',
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
        ? 'This is already done, so there’s nothing to send again.'
        : 'This is in the queue or being processed right now. Check again in a moment.',
    retryable: status !== 'completed',
  });
