import { randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { believeBriefly } from '../platform/believed.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { sha256 } from '../platform/crypto.ts';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { listKnownProofs } from '../platform/rate-limits/known-proofs.ts';
import { type ApiKeyRow, findApiKey, goodApiKeyHashes } from './api-keys.queries.ts';

type Mode = Config['mode'];

const KIND = { sandbox: 'test', live: 'live' } as const;
const KEY = /^vx_(test|live)_[\w-]{43}$/;
/** What is shown of a key: it says which one it is, and leaves 220 bits to guess. */
const SHOWN = 'vx_test_'.length + 6;

/** The text of a new key, with 256 random bits, and what is kept of it. */
export function newApiKey(mode: Mode): { key: string; prefix: string; hash: Buffer } {
  const key = `vx_${KIND[mode]}_${randomBytes(32).toString('base64url')}`;
  return { key, prefix: key.slice(0, SHOWN), hash: sha256(key) };
}

/** Whether a bearer token means to be one of our keys. */
export const looksLikeApiKey = (token: string): boolean => token.startsWith('vx_');

const refused = (code: string, detail: string) => new AppError({ code, status: 401, detail });
const unknown = () =>
  refused(
    'UNKNOWN_API_KEY',
    'We don’t know that API key. Check that you have all of it, or make a new one under Settings > API keys.',
  );

export interface ApiKeys {
  /** @throws {AppError} 401, with the reason, where the key is none of ours or not good anymore. */
  verify(key: string, request: FastifyRequest): Promise<ApiKeyRow>;
  /** What this process believes of keys. The others trust their last answer for a moment. */
  forget(): void;
}

export function createApiKeys(options: {
  database: Pick<Database, 'serviceStatement'>;
  clock: Clock;
  mode: Mode;
  /** Whether strangers of this network are refused; a key made up there costs no statement. */
  isRefused: (request: FastifyRequest) => boolean;
}): ApiKeys {
  const { database, clock, mode } = options;
  const believed = believeBriefly(clock, async (hash) => {
    const [row] = await database.serviceStatement(findApiKey(Buffer.from(hash, 'hex')));
    return row;
  });
  const mayBeOurs = listKnownProofs(clock, async () =>
    (await database.serviceStatement(goodApiKeyHashes())).map(({ key_hash }) => key_hash.toString('hex')),
  );
  return {
    forget: () => believed.forget(),
    async verify(key, request) {
      const kind = KEY.exec(key)?.[1];
      if (kind === undefined) throw unknown();
      if (kind !== KIND[mode]) throw ofAnotherMode(kind);
      const hash = sha256(key).toString('hex');
      if (options.isRefused(request) && !(await mayBeOurs(hash))) throw unknown();
      const row = await believed(hash);
      if (!row) throw unknown();
      if (row.is_revoked) {
        throw refused(
          'API_KEY_REVOKED',
          'That API key was revoked. Make a new one under Settings > API keys.',
        );
      }
      if (row.good_until !== null && row.good_until <= clock.now()) {
        throw refused(
          'API_KEY_EXPIRED',
          'That API key has ended: it expired, or another one took its place. Use the new one, or make one under Settings > API keys.',
        );
      }
      return row;
    },
  };
}

const ofAnotherMode = (kind: string) =>
  kind === 'test'
    ? refused(
        'TEST_KEY',
        'That is a test key, and test keys work only in the sandbox. Use a live key, which begins with vx_live_.',
      )
    : refused(
        'LIVE_KEY',
        'That is a live key, and this is the sandbox. Use a test key, which begins with vx_test_.',
      );
