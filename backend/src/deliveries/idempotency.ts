import { visibleLine } from '@voxanne/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sha256 } from '../platform/crypto.ts';
import { keptOpen, type Transaction } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { tenantOf } from '../tenancy/index.ts';
import { beginOnce, type KeyedRequest, keepAnswer } from './idempotency.queries.ts';

// Refused instead of cleaned as other text is: two keys must never become one.
const Key = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((key) => visibleLine(key) === key, {
    error: 'Has invisible characters or several spaces in a row. Use visible characters, such as a UUID',
  });

/** For the schema of every POST that books or sends. Loose, because it covers all headers of the request. */
export const idempotencyHeaders = (description: string) =>
  z.looseObject({ 'idempotency-key': Key.optional().describe(description) });

export const IdempotencyHeaders = idempotencyHeaders(
  'A request with the same key and body takes effect once; for 24 hours a repeat gets the first answer',
);

/** An answer to send, and to keep for a repeat. */
interface Answer<Body> {
  status: number;
  body: Body;
  isRepeat?: boolean;
}

/**
 * Answers a request in one transaction, and one with an Idempotency-Key once: effect and answer commit together, and a
 * repeat gets the same answer with `Idempotency-Replayed: true`. Refusals had no effect and aren't kept. Without a key
 * it just answers.
 * @returns the body to send.
 * @throws {AppError} IDEMPOTENCY_IN_FLIGHT (409), IDEMPOTENCY_KEY_REUSED (422), and what `answer` throws.
 */
export async function sendOnce<Tx extends Transaction, Body>(
  request: FastifyRequest,
  reply: Pick<FastifyReply, 'code' | 'header'>,
  transact: (work: (tx: Tx) => Promise<Answer<Body>>) => Promise<Answer<Body>>,
  answer: (tx: Tx) => Promise<Answer<Body>>,
): Promise<Body> {
  const keyed = keyOf(request);
  const { status, body, isRepeat } = await transact((tx) =>
    keyed === undefined ? answer(tx) : answerAndKeep(tx, keyed, answer),
  );
  reply.code(status);
  if (isRepeat) reply.header('idempotency-replayed', 'true');
  return body;
}

async function answerAndKeep<Tx extends Transaction, Body>(
  tx: Tx,
  keyed: KeyedRequest,
  answer: (tx: Tx) => Promise<Answer<Body>>,
): Promise<Answer<Body>> {
  const begun = await beginOnce(tx.db, keyed);
  if (begun.state === 'kept') return { status: begun.status, body: begun.response as Body, isRepeat: true };
  if (begun.state !== 'new') throw refusals[begun.state]();
  const answered = await answer(keptOpen(tx));
  await keepAnswer(tx.db, keyed, answered);
  return answered;
}

function keyOf(request: FastifyRequest): KeyedRequest | undefined {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string') return undefined;
  return {
    orgId: tenantOf(request).orgId,
    key,
    route: `${request.method} ${request.routeOptions.url ?? ''}`,
    // The address too: the id in it says what is cancelled.
    hash: sha256(JSON.stringify([spelledOut(request), request.body ?? null])).toString('base64url'),
  };
}

/** The address with its ids, in the one spelling that all others of it share. */
function spelledOut({ routeOptions, params, query }: FastifyRequest): string {
  const ids = params as Record<string, string>;
  const path = (routeOptions.url ?? '').replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(ids[name] ?? ''),
  );
  const asked = Object.entries((query ?? {}) as Record<string, string>);
  return asked.length === 0 ? path : `${path}?${new URLSearchParams(asked)}`;
}

const refusals = {
  in_flight: () =>
    new AppError({
      code: 'IDEMPOTENCY_IN_FLIGHT',
      status: 409,
      detail:
        'A request with this Idempotency-Key is still being processed. Ask again in a moment for its answer.',
      retryable: true,
    }),
  reused: () =>
    new AppError({
      code: 'IDEMPOTENCY_KEY_REUSED',
      status: 422,
      detail: 'This Idempotency-Key was already used for another request. Use a new key for a new request.',
    }),
};
