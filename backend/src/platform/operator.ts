import type { FastifyRequest } from 'fastify';
import { bearerOf } from './bearer.ts';
import { sameSecret } from './crypto.ts';
import { AppError } from './errors.ts';
import { refusesStrangers } from './request-limits.ts';
import { operatorTokensOf } from './settings/operator-tokens.ts';

/**
 * Lets in who shows OPERATOR_TOKEN as bearer, and no one else: no cookie, no clinic's token. What is refused counts for the
 * network that it came from, like any request that proves nothing.
 */
export const createOperatorCheck = (operatorToken: string) => {
  const tokens = operatorTokensOf(operatorToken);
  return refusesStrangers(async (request: FastifyRequest): Promise<void> => {
    const given = bearerOf(request.headers.authorization) ?? '';
    // Each is compared, so that the time says nothing about which one it is. Without a token no one is let in.
    const matches = tokens.map((token) => sameSecret(given, token));
    if (matches.includes(true)) return;
    throw new AppError({
      code: 'OPERATOR_REQUIRED',
      status: 401,
      detail:
        'Only the operator of the deployment can do this. Send OPERATOR_TOKEN as Authorization: Bearer.',
    });
  });
};
