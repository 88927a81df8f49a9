import type { FastifyRequest } from 'fastify';
import { addressOf } from '../platform/address-of.ts';
import { AppError, type Quota } from '../platform/errors.ts';
import type { HttpServer } from '../platform/http.ts';
import { networkOf } from '../platform/network-of.ts';
import type { RateLimits } from '../platform/rate-limits/rate-limits.ts';
import { sendStanding, tooManyRequests } from '../platform/rate-limits/too-many.ts';
import { within } from '../platform/within.ts';

const WINDOW_SECONDS = 900;
/** Whose link it is decides about patients' pages and feeds; whole neighborhoods share an address on their phones. */
const LINKS = { name: 'links', quota: 300, windowSeconds: WINDOW_SECONDS };
const BY_LINK = ['/a/', '/api/feeds/'];
// A database that stands still must not keep what needs none waiting.
const IDENTIFY_MS = 3_000;

export interface StrangerLimit {
  /** Counts a request that proved nothing. @returns the refusal, where its network sent too many. */
  count(request: FastifyRequest): Promise<AppError | undefined>;
  /** Whether this process has refused a stranger of that network, and would again. */
  isRefused(request: FastifyRequest): boolean;
}

const REFUSED_KEPT = 10_000;

export function createStrangerLimit(options: { rateLimits: RateLimits; perAddress: number }): StrangerLimit {
  const address: Quota = { name: 'address', quota: options.perAddress, windowSeconds: WINDOW_SECONDS };
  const refusedUntil = new Map<string, number>();
  return {
    async count(request) {
      // Counted when it came, or as a person's.
      if (request.standing !== undefined) return undefined;
      const isByLink = BY_LINK.some((prefix) => addressOf(request).startsWith(prefix));
      const network = networkOf(request.ip);
      request.standing = await options.rateLimits.use(isByLink ? LINKS : address, network);
      if (!request.standing.isOver) return undefined;
      if (refusedUntil.size >= REFUSED_KEPT) refusedUntil.clear();
      if (!isByLink) refusedUntil.set(network, performance.now() + request.standing.resetSeconds * 1_000);
      return tooManyRequests(request.standing, 'Your network sent', isByLink ? '' : ', or sign in');
    },
    isRefused: ({ ip }) => (refusedUntil.get(networkOf(ip)) ?? 0) > performance.now(),
  };
}

/**
 * Counts what is asked of the API by someone who proves nothing, for each network. Where everyone must prove who they
 * are, that comes first and counts by itself (`tenancy/org-rate-limiter.ts`); what is refused there counts here, by
 * its 401 (`platform/http.ts`). Elsewhere someone who is signed in counts as themselves.
 */
export function limitStrangers(
  server: HttpServer,
  options: {
    strangers: StrangerLimit;
    /** @returns whether the request was counted as that of someone whose identity is proved. */
    countSignedIn: (request: FastifyRequest) => Promise<boolean>;
  },
): void {
  const isSignedIn = async (request: FastifyRequest): Promise<boolean> => {
    const { authorization, cookie } = request.headers;
    if (authorization === undefined && !cookie?.includes('voxanne')) return false;
    return within(IDENTIFY_MS, options.countSignedIn(request)).catch((error: unknown) => {
      if (error instanceof AppError && error.status === 429) throw error;
      return false;
    });
  };
  server.addHook('onRequest', async (request) => {
    const { asksForProof } = request.routeOptions.config;
    const address = addressOf(request);
    const isCounted = address.startsWith('/api/') || address.startsWith('/a/');
    if (!isCounted || asksForProof || request.method === 'OPTIONS') return;
    if (await isSignedIn(request)) return;
    const refusal = await options.strangers.count(request);
    if (refusal) throw refusal;
  });
  server.addHook('onSend', async (request, reply) => sendStanding(request, reply));
}
