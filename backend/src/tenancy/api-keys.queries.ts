import type { Scope } from '@voxanne/contract';
import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import { askTeam, type TeamAnswer } from './team.queries.ts';

/** Those that were not revoked, newest first. */
export function listApiKeys(db: Db, orgId: string) {
  return db
    .selectFrom('api_keys as k')
    .leftJoin('profiles as p', (join) =>
      join.onRef('p.org_id', '=', 'k.org_id').onRef('p.user_id', '=', 'k.created_by'),
    )
    .select([
      'k.id',
      'k.name',
      'k.prefix',
      'k.scopes',
      'k.requests_per_hour',
      'k.created_at',
      'k.created_by',
      'k.last_used_at',
      'k.expires_at',
      'k.overlap_ends_at',
      'k.rotated_from',
    ])
    .select('p.email as created_by_email')
    .where('k.org_id', '=', orgId)
    .where('k.revoked_at', 'is', null)
    .orderBy('k.created_at', 'desc')
    .orderBy('k.id')
    .execute();
}

export type ListedApiKey = Awaited<ReturnType<typeof listApiKeys>>[number];

/** What the operator allows the programs of the clinic; null: what the deployment says. */
export async function findMaxRequestsPerHour(db: Db, orgId: string): Promise<number | null> {
  const { requests_per_hour } = await db
    .selectFrom('organizations')
    .select('requests_per_hour')
    .where('id', '=', orgId)
    .executeTakeFirstOrThrow();
  return requests_per_hour;
}

interface NewKey {
  prefix: string;
  hash: Buffer;
}

export const createApiKey = (
  db: Db,
  orgId: string,
  made: NewKey & {
    name: string;
    scopes: readonly Scope[];
    expiresAt: string | null;
    requestsPerHour: number | null;
    requestId: string;
  },
): Promise<TeamAnswer<{ key_id: string }>> =>
  askTeam(
    db,
    sql`select app_private.create_api_key(${orgId}, ${made.name}, ${made.scopes}, ${made.expiresAt}, ${made.requestsPerHour},
      ${made.prefix}, ${made.hash}, ${made.requestId}) as answer`,
  );

export const rotateApiKey = (
  db: Db,
  orgId: string,
  keyId: string,
  made: NewKey & { overlapHours: number; requestId: string },
): Promise<TeamAnswer<{ key_id: string }>> =>
  askTeam(
    db,
    sql`select app_private.rotate_api_key(${orgId}, ${keyId}, ${made.overlapHours}, ${made.prefix}, ${made.hash},
      ${made.requestId}) as answer`,
  );

export const changeApiKey = (
  db: Db,
  orgId: string,
  keyId: string,
  requestsPerHour: number | null,
  requestId: string,
): Promise<TeamAnswer> =>
  askTeam(
    db,
    sql`select app_private.change_api_key(${orgId}, ${keyId}, ${requestsPerHour}, ${requestId}) as answer`,
  );

export const revokeApiKey = (db: Db, orgId: string, keyId: string, requestId: string): Promise<TeamAnswer> =>
  askTeam(db, sql`select app_private.revoke_api_key(${orgId}, ${keyId}, ${requestId}) as answer`);
