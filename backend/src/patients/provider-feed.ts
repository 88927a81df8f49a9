import { randomToken, sha256 } from '../platform/crypto.ts';
import { AppError } from '../platform/errors.ts';
import { mintOrgId } from '../platform/tenant.ts';
import { type Tenant, writeAudit } from '../tenancy/index.ts';
import { endFeed, feedByHash, keepFeed, providerExists } from './feeds.queries.ts';
import { icsOfProvider } from './ics.queries.ts';
import type { PatientContext } from './patient-context.ts';

const DAY_MS = 86_400_000;
const DAYS_BACK = 30;
/** Three years of a full calendar; later appointments appear as they come closer. */
const MAX_EVENTS = 10_000;

/**
 * Makes the private calendar feed of a provider; a new one ends the old one.
 * @returns its address, which is kept nowhere.
 * @throws {AppError} PROVIDER_NOT_FOUND.
 */
export async function makeProviderFeed(
  { database, clock, publicUrl }: PatientContext,
  tenant: Tenant,
  providerId: string,
  requestId: string,
): Promise<string> {
  const token = randomToken();
  await database.withTenant(tenant, async (db) => {
    if (!(await providerExists(db, tenant.orgId, providerId))) throw noProvider();
    await keepFeed(db, { orgId: tenant.orgId, providerId, hash: sha256(token), now: clock.now() });
    await writeAudit(db, { action: 'feed.made', objectId: providerId, requestId });
  });
  return `${publicUrl}/api/feeds/${token}.ics`;
}

/**
 * Ends the feed of a provider, if there is one.
 * @throws {AppError} PROVIDER_NOT_FOUND.
 */
export async function revokeProviderFeed(
  { database }: PatientContext,
  tenant: Tenant,
  providerId: string,
  requestId: string,
): Promise<void> {
  await database.withTenant(tenant, async (db) => {
    if (!(await providerExists(db, tenant.orgId, providerId))) throw noProvider();
    if (!(await endFeed(db, tenant.orgId, providerId))) return;
    await writeAudit(db, { action: 'feed.revoked', objectId: providerId, requestId });
  });
}

/**
 * What the feed behind an address shows.
 * @param file - The last part of the address: `<token>.ics`.
 * @throws {AppError} FEED_NOT_FOUND.
 */
export async function readProviderFeed({ database, clock }: PatientContext, file: string) {
  const token = /^([\w-]{43})\.ics$/.exec(file)?.[1] ?? '';
  const feed = await database.withService((db) => feedByHash(db, sha256(token)));
  if (!feed) throw noFeed();
  const orgId = mintOrgId(feed.org_id);
  const rows = await database.withTenant({ orgId, userId: null }, (db) =>
    icsOfProvider(db, orgId, feed.provider_id, {
      from: new Date(clock.now().getTime() - DAYS_BACK * DAY_MS),
      limit: MAX_EVENTS,
    }),
  );
  return { feed, rows };
}

const noProvider = () =>
  new AppError({
    code: 'PROVIDER_NOT_FOUND',
    status: 404,
    detail: 'We couldn’t find that provider at this clinic. Reload the list and try again.',
  });

const noFeed = () =>
  new AppError({
    code: 'FEED_NOT_FOUND',
    status: 404,
    detail:
      'There’s no calendar at this address. The link may have been turned off; ask the clinic for a new one.',
  });
