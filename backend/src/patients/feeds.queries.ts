import type { Db } from '../platform/database.ts';

/** As the workers' role: the token is what proves it. */
export function feedByHash(db: Db, hash: Buffer) {
  return db
    .selectFrom('provider_feeds as f')
    .innerJoin('providers as p', (join) =>
      join.onRef('p.org_id', '=', 'f.org_id').onRef('p.id', '=', 'f.provider_id'),
    )
    .select(['f.org_id', 'f.provider_id', 'p.name as provider_name'])
    .where('f.token_hash', '=', hash)
    .where('p.deleted_at', 'is', null)
    .executeTakeFirst();
}

export async function providerExists(db: Db, orgId: string, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('providers')
    .select('id')
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

export async function keepFeed(
  db: Db,
  feed: { orgId: string; providerId: string; hash: Buffer; now: Date },
): Promise<void> {
  await db
    .insertInto('provider_feeds')
    .values({ org_id: feed.orgId, provider_id: feed.providerId, token_hash: feed.hash })
    .onConflict((conflict) =>
      conflict
        .columns(['org_id', 'provider_id'])
        .doUpdateSet({ token_hash: feed.hash, created_at: feed.now }),
    )
    .execute();
}

export async function endFeed(db: Db, orgId: string, providerId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('provider_feeds')
    .where('org_id', '=', orgId)
    .where('provider_id', '=', providerId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
