import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Connections } from '../connections/index.ts';
import type { SignatureVerdict } from '../deliveries/index.ts';
import { bearerOf } from '../platform/bearer.ts';
import type { Clock } from '../platform/clock.ts';
import { hmacSha256Hex, sameSecret } from '../platform/crypto.ts';
import { AppError } from '../platform/errors.ts';
import { mintOrgId, type OrgId } from '../platform/tenant.ts';

// As Stripe and Standard Webhooks do; Vapi documents no figure of its own.
const TOLERANCE_MS = 300_000;
// As it is stored: its spelling is part of what the secret is sealed for.
const Org = z.object({ org: z.guid().toLowerCase() });

export interface VapiCaller {
  orgId: OrgId;
  /** How it was proved. */
  signature: SignatureVerdict;
}

/**
 * Looks at the headers, and gives back what is left to be seen in the body. In two steps, so that nothing is read for
 * someone whose headers already prove nothing.
 */
export type AuthenticateVapi = (request: FastifyRequest) => Promise<ProveVapi>;
/** @throws {AppError} 401, when the body is not the one that was signed. */
export type ProveVapi = (rawBody: Buffer) => VapiCaller;

/**
 * Whose receptionist is calling: the shared secret finds the organization; nothing in the body is asked. Either
 * `X-Vapi-Secret`, `Authorization: Bearer`, or an HMAC of the body for `?org=`.
 * @throws {AppError} 401, before anything is written.
 */
export function createVapiAuth(options: {
  connections: Connections;
  clock: Clock;
  /** Whether strangers of this network are refused; what is made up there costs no statement. */
  isRefused?: (request: FastifyRequest) => boolean;
}): AuthenticateVapi {
  const { connections, clock, isRefused = () => false } = options;
  const refused = () =>
    new AppError({
      code: 'INVALID_VAPI_SECRET',
      status: 401,
      detail:
        'The secret in this request is missing or wrong. Voxanne sets it at Vapi automatically; if someone changed it there, rotate it in Settings.',
    });

  const bySignature = async (request: FastifyRequest, signature: string): Promise<ProveVapi> => {
    const given = signature.replace(/^sha256=/, '');
    if (!/^[0-9a-f]{64}$/.test(given)) throw refused();
    const org = Org.safeParse(request.query);
    const timestamp = request.headers['x-timestamp'];
    if (!org.success || typeof timestamp !== 'string' || !isRecent(timestamp, clock.now())) throw refused();
    const orgId = mintOrgId(org.data.org);
    if (isRefused(request) && !(await connections.shared.mayBeOurs('vapi', { orgId }))) throw refused();
    const secrets = await connections.shared.good(orgId, 'vapi');
    if (secrets.length === 0) throw refused();
    return (rawBody) => {
      const signed = Buffer.concat([Buffer.from(`${timestamp}.`), rawBody]);
      if (!secrets.some((secret) => sameSecret(given, hmacSha256Hex(secret, signed)))) throw refused();
      return { orgId, signature: 'hmac' };
    };
  };

  return async (request) => {
    const { 'x-vapi-secret': shared, 'x-signature': signature, authorization } = request.headers;
    const bearer = bearerOf(authorization);
    const secret = typeof shared === 'string' ? shared : bearer;
    if (secret !== undefined) {
      if (isRefused(request) && !(await connections.shared.mayBeOurs('vapi', { secret }))) throw refused();
      // Looked up by its hash: neither the comparison nor the index shows how much of a guess was right.
      const orgId = await connections.shared.whose('vapi', secret);
      if (orgId) return () => ({ orgId, signature: shared === secret ? 'secret' : 'bearer' });
      throw refused();
    }
    if (typeof signature === 'string') return bySignature(request, signature);
    throw refused();
  };
}

/** Seconds, milliseconds or ISO: the unit is not documented. */
function isRecent(timestamp: string, now: Date): boolean {
  const number = Number(timestamp);
  const at = Number.isNaN(number) ? Date.parse(timestamp) : number < 1e11 ? number * 1_000 : number;
  return Math.abs(now.getTime() - at) <= TOLERANCE_MS;
}
