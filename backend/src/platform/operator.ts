import type { FastifyRequest } from 'fastify';
import { bearerOf } from './bearer.ts';
import { sameSecret } from './crypto.ts';
import { AppError } from './errors.ts';
import { refusesStrangers } from './request-limits.ts';

/** Lets in who shows OPERATOR_TOKEN as bearer, and no one else: no cookie, no clinic's token. */
export const createOperatorCheck = (operatorToken: string) =>
  refusesStrangers(async (request: FastifyRequest): Promise<void> => {
    const given = bearerOf(request.headers.authorization) ?? '';
    // An unset token must not be matched by an empty one.
    if (operatorToken !== '' && sameSecret(given, operatorToken)) return;
    throw new AppError({
      code: 'OPERATOR_REQUIRED',
      status: 401,
      detail:
        'Only the operator of the deployment can do this. Send OPERATOR_TOKEN as Authorization: Bearer.',
    });
  });
