import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';
import { type Keyring, sha256 } from '../platform/crypto.ts';
import type { Database, Db } from '../platform/database.ts';
import { listKnownProofs, type MayBeOurs } from '../platform/rate-limits/known-proofs.ts';
import { mintOrgId, type OrgId } from '../platform/tenant.ts';
import { type Provider, sealContext } from './connections.queries.ts';
import {
  endPreviousSecret,
  findOrgBySecretHash,
  holdWriter,
  insertSecret,
  listSecrets,
  readSecrets,
  releaseWriter,
  rotateSecret,
} from './shared-secrets.queries.ts';

/** A secret that a provider presents with each request, and the one before it while that is still good. */
export interface SharedSecret {
  secret: string;
  version: number;
  /** Until when the secret before this one is taken; null when there is none. */
  previousUntil: Date | null;
}

/** Who is writing to the provider. No one else does until it is released or hasn't been renewed for a while. */
export interface Writer {
  /** The previous one didn't finish its turn: its request may reach the provider after ours. */
  tookOver: boolean;
  /** Before each request to the provider. @returns the version of the newest secret, or undefined when the turn was lost. */
  renew(): Promise<number | undefined>;
  /** The provider has the secret of this version: the one before it ends. @returns false when a newer one has to be written. */
  confirm(version: number): Promise<boolean>;
}

export interface Rotation {
  secret: string;
  /** Null: the current one ends at once. */
  previousUntil: Date | null;
  /** Only if this is still the version. */
  seen?: number;
  /** Done in the same transaction. */
  also?: (db: Db) => Promise<void>;
}

/** Always asks the database, so that a secret revoked in one process is refused by all at the next request. */
export interface SharedSecrets {
  whose(provider: Provider, secret: string): Promise<OrgId | undefined>;
  /** Whether it is worth asking `whose`, or `good` for an organization; without a question for each time. */
  mayBeOurs(provider: Provider, proof: { secret: string } | { orgId: string }): Promise<boolean>;
  /** @throws {SealError} when it cannot be opened with today's keys. */
  current(orgId: OrgId, provider: Provider): Promise<SharedSecret | undefined>;
  /** All that are good now, newest first; without those that cannot be opened. */
  good(orgId: OrgId, provider: Provider): Promise<string[]>;
  /** @returns the version, also of a secret that cannot be opened. */
  version(orgId: OrgId, provider: Provider): Promise<number | undefined>;
  /** Keeps what is there already. */
  makeFirst(orgId: OrgId, provider: Provider, secret: string): Promise<void>;
  rotate(orgId: OrgId, provider: Provider, rotation: Rotation): Promise<boolean>;
  /** Runs `write` when it is this process's turn. @returns false when someone else kept writing for `waitMs`. */
  writing(
    orgId: OrgId,
    provider: Provider,
    waitMs: number,
    write: (writer: Writer) => Promise<void>,
  ): Promise<boolean>;
}

// A clinic whose writer was killed has its receptionist seconds later. A request of the dead one may still arrive then:
// the one who takes over has to write once more.
const TURN_SECONDS = 5;
const RENEW_EVERY_MS = 1_500;
const LOOK_AGAIN_MS = 100;

export function createSharedSecrets(options: {
  database: Database;
  keyring: Keyring;
  clock: Clock;
}): SharedSecrets {
  const { database, keyring, clock } = options;
  const sealedOf = (orgId: OrgId, provider: Provider, secret: string) => ({
    sealed: keyring.seal(secret, sealContext(orgId, provider)),
    hash: sha256(secret),
  });
  const read = async (orgId: OrgId, provider: Provider) => {
    const [row] = await database.serviceStatement(readSecrets(orgId, provider));
    if (!row?.sealed) return undefined;
    const isGood = row.previous_secret_until !== null && row.previous_secret_until > clock.now();
    return {
      version: row.version,
      sealed: row.sealed,
      previousSealed: isGood ? row.previous_sealed : null,
      previousUntil: isGood ? row.previous_secret_until : null,
    };
  };

  const proofs = new Map<Provider, MayBeOurs>();
  const listOf = (provider: Provider): MayBeOurs => {
    const known =
      proofs.get(provider) ??
      listKnownProofs(clock, async () => {
        const rows = await database.serviceStatement(listSecrets(provider));
        return rows.flatMap(({ org_id, secret_hash, previous_secret_hash }) => [
          org_id,
          ...[secret_hash, previous_secret_hash].flatMap((hash) => hash?.toString('hex') ?? []),
        ]);
      });
    proofs.set(provider, known);
    return known;
  };

  return {
    mayBeOurs: (provider, proof) =>
      listOf(provider)('orgId' in proof ? proof.orgId : sha256(proof.secret).toString('hex')),
    async whose(provider, secret) {
      // Asked for every Vapi message: one round trip.
      const [found] = await database.serviceStatement(
        findOrgBySecretHash(provider, sha256(secret), clock.now()),
      );
      return found && mintOrgId(found.org_id);
    },
    async current(orgId, provider) {
      const row = await read(orgId, provider);
      if (!row) return undefined;
      const { version, previousUntil, sealed } = row;
      return { secret: keyring.open(sealed, sealContext(orgId, provider)), version, previousUntil };
    },
    async good(orgId, provider) {
      const row = await read(orgId, provider);
      return [row?.sealed, row?.previousSealed].flatMap((sealed) => {
        try {
          return sealed ? [keyring.open(sealed, sealContext(orgId, provider))] : [];
        } catch {
          return [];
        }
      });
    },
    version: async (orgId, provider) => (await read(orgId, provider))?.version,
    makeFirst: (orgId, provider, secret) =>
      database.withService((db) => insertSecret(db, orgId, provider, sealedOf(orgId, provider, secret))),
    rotate: (orgId, provider, { secret, previousUntil, seen, also }) =>
      database.withService(async (db) => {
        const isReplaced = await rotateSecret(db, orgId, provider, {
          secret: sealedOf(orgId, provider, secret),
          previousUntil,
          ...(seen === undefined ? {} : { seen }),
        });
        if (isReplaced) await also?.(db);
        return isReplaced;
      }),
    async writing(orgId, provider, waitMs, write) {
      const writer = randomUUID();
      const hold = async () =>
        (await database.serviceStatement(holdWriter(orgId, provider, writer, TURN_SECONDS)))[0];
      const giveUpAt = performance.now() + waitMs;
      let turn = await hold();
      while (turn === undefined) {
        if (performance.now() >= giveUpAt) return false;
        await sleep(LOOK_AGAIN_MS);
        turn = await hold();
      }
      // The next renewal makes up for one that fails, or the turn runs out and someone else takes over.
      const renewing = setInterval(() => void hold().catch(() => undefined), RENEW_EVERY_MS);
      try {
        await write({
          tookOver: turn.tookOver,
          renew: async () => (await hold())?.version,
          confirm: async (version) =>
            (await database.serviceStatement(endPreviousSecret(orgId, provider, writer, version))).length ===
            1,
        });
        return true;
      } finally {
        clearInterval(renewing);
        await database.serviceStatement(releaseWriter(orgId, provider, writer)).catch(() => undefined);
      }
    },
  };
}
