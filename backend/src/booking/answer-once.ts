import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendOnce } from '../deliveries/index.ts';
import { tenantOf } from '../tenancy/index.ts';
import type { BookingContext } from './booking-context.ts';
import { type BookingTransaction, inBookingTransaction } from './booking-transaction.ts';

/** Answers a request in one transaction of its clinic, and a repeat with the same Idempotency-Key as the first. */
export const answerOnce = <Body>(
  context: BookingContext,
  request: FastifyRequest,
  reply: Pick<FastifyReply, 'code' | 'header'>,
  answer: (tx: BookingTransaction) => Promise<{ status: number; body: Body }>,
): Promise<Body> =>
  sendOnce<BookingTransaction, Body>(
    request,
    reply,
    (work) => inBookingTransaction(context, tenantOf(request), work),
    answer,
  );
