import { classify } from './classify.ts';
import type { Emitter } from './emitter.ts';

/** Options of `withTokenRefresh`. */
export interface TokenRefreshOptions<Token> {
  /** Whose token: refreshes with the same key are made once, no matter who asks. Default: the identity of `getToken`. */
  key?: string | undefined;
  /** The provider, for the event. */
  name?: string | undefined;
  /** Two tokens with the same id are the same token. Default: the text itself, or the JSON of an object. */
  tokenId?: ((token: Token) => string) | undefined;
  /** A lock that spans processes (an advisory lock, a lease), held around re-reading and refreshing. */
  lock?: (<R>(key: string, work: () => Promise<R>) => Promise<R>) | undefined;
}

/** The type of `withTokenRefresh`. `refresh` stores the new token itself: it is read again with `getToken`. */
export type WithTokenRefresh = <Token, T>(
  getToken: () => Token | Promise<Token>,
  refresh: (stale: Token) => unknown,
  fn: (token: Token) => T | Promise<T>,
  options?: TokenRefreshOptions<Token>,
) => Promise<T>;

const MAX_LATCHES = 10_000;

function defaultTokenId(token: unknown): string {
  return typeof token === 'string' ? token : (JSON.stringify(token) ?? String(token));
}

function isAuth(error: unknown): boolean {
  return classify(error).kind === 'AUTH';
}

/** `fn` may also return the result of a `safeCall`. */
function authFailureIn(value: unknown): unknown {
  const result = value as { success?: unknown; error?: { kind?: unknown } } | null | undefined;
  return result?.success === false && result.error?.kind === 'AUTH' ? result.error : undefined;
}

/** Builds `withTokenRefresh` for an instance. */
export function createTokenRefresh(emitter: Emitter): WithTokenRefresh {
  const flights = new Map<unknown, Promise<unknown>>();
  /** Tokens whose refresh was refused: until another token appears there is no use in asking again. */
  const refused = new Map<unknown, { id: string; error: unknown }>();

  function latch(owner: unknown, id: string, error: unknown): void {
    const oldest = refused.keys().next();
    if (refused.size >= MAX_LATCHES && !oldest.done) refused.delete(oldest.value);
    refused.set(owner, { id, error });
  }

  return async function withTokenRefresh(getToken, refresh, fn, options = {}) {
    const owner: unknown = options.key === undefined ? getToken : `${options.name ?? ''}\0${options.key}`;
    const tokenId = options.tokenId ?? defaultTokenId;

    async function refreshOnce(stale: Awaited<ReturnType<typeof getToken>>) {
      const staleId = tokenId(stale);
      const current = await getToken();
      // Another process, or a call that came first, has already done it.
      if (tokenId(current) !== staleId) return current;
      try {
        await refresh(stale);
      } catch (error) {
        if (isAuth(error)) latch(owner, staleId, error);
        throw error;
      }
      refused.delete(owner);
      emitter.emit('token_refreshed', { name: options.name ?? '', key: options.key });
      return await getToken();
    }

    function singleFlight(stale: Awaited<ReturnType<typeof getToken>>) {
      const running = flights.get(owner) as ReturnType<typeof refreshOnce> | undefined;
      if (running !== undefined) return running;
      const { lock, key } = options;
      const work = () => refreshOnce(stale);
      const flight = (lock === undefined || key === undefined ? work() : lock(key, work)).finally(() => {
        flights.delete(owner);
      });
      flights.set(owner, flight);
      return flight;
    }

    const token = await getToken();
    const dead = refused.get(owner);
    if (dead !== undefined) {
      if (dead.id === tokenId(token)) throw dead.error;
      refused.delete(owner);
    }
    try {
      const value = await fn(token);
      if (authFailureIn(value) === undefined) return value;
    } catch (error) {
      if (!isAuth(error)) throw error;
    }
    return await fn(await singleFlight(token));
  };
}
