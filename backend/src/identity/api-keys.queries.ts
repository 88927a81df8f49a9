import type { Scope } from '@voxanne/contract';
import { type RawBuilder, sql } from 'kysely';

/** A key as it is kept, with the limits of its clinic. */
export interface ApiKeyRow {
  id: string;
  org_id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  requests_per_hour: number | null;
  max_requests_per_hour: number | null;
  own_requests_per_hour: number | null;
  good_until: Date | null;
  is_revoked: boolean;
}

/** Also notes that the key was used, once a minute at most. */
export const findApiKey = (keyHash: Buffer): RawBuilder<ApiKeyRow> =>
  sql`select * from app_private.find_api_key(${keyHash})`;

export const goodApiKeyHashes = (): RawBuilder<{ key_hash: Buffer }> =>
  sql`select key_hash from app_private.good_api_key_hashes() as key_hash`;
