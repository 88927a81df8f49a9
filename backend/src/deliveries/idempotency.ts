import { visibleLine } from '@voxanne/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sha256 } from '../platform/crypto.ts';
import { type Database, queryIn, type Transact } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { beginOnce, type KeptAnswer, type KeyedRequest, keepAnswer } from './idempotency.queries.ts';

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

export interface OnceOptions<R, Body> {
  database: Database;
  scope: TenantScope;
  /** Does the work in the transaction it is given, and nothing outside of it that a repeat must not do again. */
  perform: (transact: Transact<R>) => Promise<R>;
  /** The HTTP answer, from what the work gave. */
  answer: (result: NoInfer<R>) => { status: number; body: Body };
}

/**
 * Answers a request with an Idempotency-Key once: effect and answer commit together, a repeat gets the same answer
 * with `Idempotency-Replayed: true`. What it returns is the body to send. Refusals had no effect and are not kept. Without a key it just answers.
 * @throws {AppError} IDEMPOTENCY_IN_FLIGHT (409), IDEMPOTENCY_KEY_REUSED (422), and what `perform` throws.
 */
export async function sendOnce<R, Body>(
  request: FastifyRequest,
  reply: Pick<FastifyReply, 'code' | 'header'>,
  { database, scope, perform, answer }: OnceOptions<R, Body>,
): Promise<Body> {
  const keyed = keyOf(request, scope.orgId);
  const transact: Transact<R> = (work) =>
    database.withTenant(scope, async (db, last) => {
      if (keyed === undefined) return work(db, last);
      const begun = await beginOnce(db, keyed);
      if (begun.state === 'kept') throw new Kept({ status: begun.status, body: begun.response });
      if (begun.state !== 'new') throw refusals[begun.state]();
      const result = await work(db, queryIn(db));
      await keepAnswer(db, keyed, answer(result));
      return result;
    });
  try {
    const { status, body } = answer(await perform(transact));
    reply.code(status);
    return body;
  } catch (error) {
    if (!(error instanceof Kept)) throw error;
    reply.code(error.answer.status);
    reply.header('idempotency-replayed', 'true');
    return error.answer.body as Body;
  }
}

/** Ends the transaction of a repeat before it has done anything. */
class Kept extends Error {
  readonly answer: KeptAnswer;

  constructor(answer: KeptAnswer) {
    super('This request has been answered before.');
    this.answer = answer;
  }
}

function keyOf(request: FastifyRequest, orgId: string): KeyedRequest | undefined {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string') return undefined;
  return {
    orgId,
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
