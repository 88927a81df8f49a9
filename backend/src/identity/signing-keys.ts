import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

export interface SigningKeySource {
  /** Costs: each private key is decrypted to see whether it is still ours. */
  load(): Promise<JSONWebKeySet>;
  /** Cheap. */
  exists(id: string): Promise<boolean>;
}

/** No one could say which keys there are: no verdict about a token. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

const KeyId = z.guid();
const UNKNOWN_AT_MOST = 1_000;
const UNKNOWN_FOR_MS = 10_000;

/**
 * The public keys of our own tokens. A token names its key, and anyone can make a name up: a load happens only for a
 * key that is there and was not loaded yet, once for all who wait for it, and a name that was nothing is nothing for a
 * while. Ids are random, so that no name that was refused becomes a key.
 */
export function createSigningKeys(source: SigningKeySource): JWTVerifyGetKey {
  let keys: ReturnType<typeof createLocalJWKSet> | undefined;
  let loading: Promise<void> | undefined;
  const unknown = new Map<string, number>();

  const load = (): Promise<void> => {
    loading ??= source
      .load()
      .then((loaded) => {
        keys = createLocalJWKSet(loaded);
      })
      .finally(() => {
        loading = undefined;
      });
    return loading;
  };
  const isUnknown = (id: string): boolean => {
    const since = unknown.get(id);
    return since !== undefined && Math.abs(performance.now() - since) < UNKNOWN_FOR_MS;
  };
  const noteUnknown = (id: string): void => {
    if (unknown.size >= UNKNOWN_AT_MOST) unknown.clear();
    unknown.set(id, performance.now());
  };
  const orUnavailable = <T>(asked: Promise<T>): Promise<T> =>
    asked.catch((cause: unknown) => {
      throw new KeysUnavailable('The signing keys can’t be read.', { cause });
    });

  return async (header, token) => {
    const { kid } = header;
    if (kid === undefined || !KeyId.safeParse(kid).success || isUnknown(kid))
      throw new errors.JWKSNoMatchingKey();
    try {
      if (keys) return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    if (await orUnavailable(source.exists(kid))) {
      await orUnavailable(load());
      try {
        if (keys) return await keys(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      }
    }
    noteUnknown(kid);
    throw new errors.JWKSNoMatchingKey();
  };
}
