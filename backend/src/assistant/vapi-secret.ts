import type { Connections, SharedSecret } from '../connections/index.ts';
import type { Clock } from '../platform/clock.ts';
import { randomToken, SealError } from '../platform/crypto.ts';
import type { Database } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import type { OrgId } from '../platform/tenant.ts';
import { completeProvisioning, requeueProvisioning } from './provisioning.queries.ts';

export type RotatedVapiSecret = Omit<SharedSecret, 'version'>;

export interface VapiSecretOptions {
  database: Database;
  connections: Connections;
  clock: Clock;
  log: Logger;
}

// The secret before the newest ends when Vapi has the newest; while Vapi does not answer, after this time.
const PREVIOUS_LIVES_MS = 24 * 3_600_000;
// The process that rotates writes to Vapi at once. Should it die, the job does it.
const JOB_AFTER_MS = 30_000;
// A request whose answer never came may arrive at Vapi after those that followed it.
const WRITE_AGAIN_AFTER_MS = 60_000;

/** The secret with which Vapi proves itself: made, rotated, and on its way to Vapi whatever happens. */
export function createVapiSecret({ database, connections, clock, log }: VapiSecretOptions) {
  const { shared } = connections;
  const later = (ms: number) => new Date(clock.now().getTime() + ms);
  const requeue = (orgId: OrgId, runAt: Date) =>
    database.withService((db) => requeueProvisioning(db, orgId, runAt));

  const of = async (orgId: OrgId): Promise<SharedSecret> => {
    const found = await shared.current(orgId, 'vapi').catch((error: unknown) => {
      if (error instanceof SealError) return 'lost' as const;
      throw error;
    });
    if (found === undefined) {
      await shared.makeFirst(orgId, 'vapi', randomToken());
    } else if (found === 'lost') {
      const seen = await shared.version(orgId, 'vapi');
      // The encryption key is gone. Vapi's calls still find us by the old secret's hash until it has the new one.
      const isReplaced = await shared.rotate(orgId, 'vapi', {
        secret: randomToken(),
        previousUntil: later(PREVIOUS_LIVES_MS),
        ...(seen === undefined ? {} : { seen }),
        also: (db) => requeueProvisioning(db, orgId, clock.now()),
      });
      if (isReplaced) {
        log.warn({ org_id: orgId }, '[Assistant] The secret could not be opened and was replaced');
      }
    } else {
      return found;
    }
    return of(orgId);
  };

  return {
    /** Made on first use. */
    of,
    async rotate(orgId: OrgId, revokeNow: boolean) {
      await of(orgId);
      const secret = randomToken();
      const jobAt = later(JOB_AFTER_MS);
      await shared.rotate(orgId, 'vapi', {
        secret,
        previousUntil: revokeNow ? null : later(PREVIOUS_LIVES_MS),
        also: (db) => requeueProvisioning(db, orgId, jobAt),
      });
      return { secret, jobAt };
    },
    /** Vapi has it: the job of this rotation, and no other, has nothing to do. */
    needsNoJob: (orgId: OrgId, rotation: { jobAt: Date }) =>
      database.withService((db) => completeProvisioning(db, orgId, rotation.jobAt)),
    leaveToJob: (orgId: OrgId) => requeue(orgId, clock.now()),
    writeAgainLater: (orgId: OrgId) => requeue(orgId, later(WRITE_AGAIN_AFTER_MS)),
  };
}
