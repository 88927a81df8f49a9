import { z } from 'zod';
import { Id, page, Timestamp } from './common.ts';
import { typedLine } from './text.ts';

const KEY = {
  id: '5e0c9c0a-6d3e-4b8e-9f6b-2f1d7a4c8b90',
  name: 'Website booking form',
  prefix: 'vx_live_q3XAn0',
  scopes: ['book' as const],
  status: 'active' as const,
  created_at: '2026-11-12T23:00:00.000Z',
  created_by: '6f1f5b0e-2f0a-4b57-9d3e-6d0c8a0b7c11',
  created_by_email: 'ann@brightsmiles.example',
  last_used_at: '2026-11-30T14:05:00.000Z',
  expires_at: null,
  good_until: null,
  rotated_from: null,
  requests_per_hour: null,
};
const TEXT = 'vx_live_q3XAn0W9m2b5u8r1t4k7p0s3v6y9B2E5h8K1n4Q7t0w';

/** What an API key may do; what is in each is in rights.generated.ts. */
export const Scope = z.enum(['read', 'book', 'message', 'operate', 'admin']).meta({ id: 'Scope' });
export type Scope = z.infer<typeof Scope>;

const ownLimit = z
  .int()
  .min(1)
  .max(999_999)
  .nullable()
  .describe(
    'How many requests this key alone can make in an hour, within the limit of the clinic; null: no limit of its own',
  );

export const ApiKey = z
  .object({
    id: Id,
    name: z.string(),
    prefix: z.string().describe('How the key begins'),
    scopes: z.array(Scope),
    status: z
      .enum(['active', 'rotated', 'expired'])
      .describe(
        'rotated: another key took its place, and it works until good_until. Revoked keys are not listed',
      ),
    created_at: Timestamp,
    created_by: Id.describe('user_id of the member who made it, or id of the API key that did'),
    created_by_email: z.string().nullable().describe('null: a member who has left, or an API key'),
    last_used_at: Timestamp.nullable().describe('To the minute'),
    expires_at: Timestamp.nullable(),
    good_until: Timestamp.nullable().describe(
      'When it ends, by its expiry or its rotation; null: not by itself',
    ),
    rotated_from: Id.nullable().describe('The key whose place it took'),
    requests_per_hour: ownLimit,
  })
  .meta({ id: 'ApiKey', example: KEY });
export type ApiKey = z.infer<typeof ApiKey>;

export const ApiKeyList = page(ApiKey).meta({
  id: 'ApiKeyList',
  example: { data: [KEY], next_cursor: null },
});

export const ApiKeyCreate = z
  .strictObject({
    name: typedLine(80).min(1, 'Give the key a name, such as the program that will use it.'),
    scopes: z
      .array(Scope)
      .min(1, 'Choose at least one scope.')
      .max(5)
      .describe('What it may do; no more than the person who makes it may'),
    expires_at: Timestamp.nullable().optional().describe('null or left out: it does not expire'),
    requests_per_hour: ownLimit.optional(),
  })
  .meta({ id: 'ApiKeyCreate', example: { name: KEY.name, scopes: ['book'] } });
export type ApiKeyCreate = z.infer<typeof ApiKeyCreate>;

export const ApiKeyPatch = z
  .strictObject({ requests_per_hour: ownLimit })
  .meta({ id: 'ApiKeyPatch', example: { requests_per_hour: 200 } });
export type ApiKeyPatch = z.infer<typeof ApiKeyPatch>;

export const ApiKeyRotate = z
  .strictObject({
    overlap_hours: z
      .int()
      .min(0)
      .max(168)
      .default(24)
      .describe('For how many hours the old key still works; 0 ends it now'),
  })
  .meta({ id: 'ApiKeyRotate', example: { overlap_hours: 24 } });

export const NewApiKey = ApiKey.extend({
  key: z.string().describe('The key itself. It is shown this once'),
}).meta({ id: 'NewApiKey', example: { ...KEY, key: TEXT } });
export type NewApiKey = z.infer<typeof NewApiKey>;
