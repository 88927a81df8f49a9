import { type Clock, systemClock } from '../platform/clock.ts';
import { type Keyring, sha256 } from '../platform/crypto.ts';
import type { Database } from '../platform/database.ts';
import { mintOrgId, type OrgId } from '../platform/tenant.ts';
import {
  type ConnectionRow,
  deleteConnection,
  expiringBefore,
  findConnection,
  hasLinkTo,
  mergeConnectionDetails,
  type Provider,
  replaceSecret,
  sealContext,
  setConnectionStatus,
  upsertConnection,
} from './connections.queries.ts';
import { createSharedSecrets, type SharedSecrets } from './shared-secrets.ts';

/** A stored connection; `status` is the stored part, `expiring` and `not_linked` are derived where it is shown. */
export interface Connection {
  id: string;
  orgId: OrgId;
  status: 'connected' | 'degraded' | 'reconnect_required' | 'insufficient_scope' | 'revoked';
  account: string | null;
  scopes: string[];
  expiresAt: Date | null;
  connectedAt: Date;
  details: Record<string, string>;
  errorMessage: string | null;
  version: number;
}

export interface SaveConnection {
  status: Connection['status'];
  account?: string | null;
  scopes?: string[];
  secret: string;
  /** For a shared secret that a request will present: lets `shared.whose` find the organization. */
  lookup?: string;
  expiresAt?: Date | null;
}

export interface Connections {
  shared: SharedSecrets;
  find(orgId: OrgId, provider: Provider): Promise<Connection | undefined>;
  /** @throws {SealError} when the stored secret cannot be opened with today's keys. */
  open(orgId: OrgId, provider: Provider): Promise<{ connection: Connection; secret: string } | undefined>;
  save(orgId: OrgId, provider: Provider, connection: SaveConnection): Promise<void>;
  /** Compare-and-set on what was read. @returns false when a newer secret or link is already there. */
  replaceSecret(
    orgId: OrgId,
    provider: Provider,
    change: { id: string; version: number; secret: string; expiresAt: Date | null },
  ): Promise<boolean>;
  /** With `seen` it speaks only of that link. @returns false when it has been replaced since. */
  setStatus(
    orgId: OrgId,
    provider: Provider,
    status: Connection['status'],
    errorMessage: string | null,
    seen?: Pick<Connection, 'id' | 'version'>,
  ): Promise<boolean>;
  /** Adds to the details; `account` is what people see, and for the receptionist says that it is ready. */
  addDetails(
    orgId: OrgId,
    provider: Provider,
    details: Record<string, string>,
    account?: string,
  ): Promise<void>;
  remove(orgId: OrgId, provider: Provider): Promise<void>;
  /** Whether a working link of any clinic is, or could be, to the same account. */
  isAccountShared(provider: Provider, account: string | null): Promise<boolean>;
  expiringBefore(provider: Provider, before: Date): Promise<OrgId[]>;
}

const EXPIRING_BATCH = 100;

export function createConnections({
  database,
  keyring,
  clock = systemClock,
}: {
  database: Database;
  keyring: Keyring;
  clock?: Clock;
}): Connections {
  return {
    shared: createSharedSecrets({ database, keyring, clock }),
    async find(orgId, provider) {
      const row = await database.withService((db) => findConnection(db, orgId, provider));
      return row && present(row);
    },
    async open(orgId, provider) {
      const row = await database.withService((db) => findConnection(db, orgId, provider));
      if (!row?.sealed) return undefined;
      return { connection: present(row), secret: keyring.open(row.sealed, sealContext(orgId, provider)) };
    },
    save: (orgId, provider, connection) =>
      database.withService((db) =>
        upsertConnection(db, orgId, provider, {
          status: connection.status,
          account: connection.account ?? null,
          scopes: connection.scopes ?? [],
          sealed: keyring.seal(connection.secret, sealContext(orgId, provider)),
          secretHash: connection.lookup === undefined ? null : sha256(connection.lookup),
          expiresAt: connection.expiresAt ?? null,
        }),
      ),
    replaceSecret: (orgId, provider, { id, version, secret, expiresAt }) =>
      database.withService((db) =>
        replaceSecret(db, {
          orgId,
          provider,
          id,
          version,
          sealed: keyring.seal(secret, sealContext(orgId, provider)),
          expiresAt,
        }),
      ),
    setStatus: (orgId, provider, status, errorMessage, seen) =>
      database.withService((db) =>
        setConnectionStatus(db, orgId, provider, { status, errorMessage, ...(seen ? { seen } : {}) }),
      ),
    addDetails: (orgId, provider, details, account) =>
      database.withService((db) =>
        mergeConnectionDetails(db, orgId, provider, {
          details,
          ...(account === undefined ? {} : { account }),
        }),
      ),
    remove: (orgId, provider) => database.withService((db) => deleteConnection(db, orgId, provider)),
    isAccountShared: (provider, account) => database.withService((db) => hasLinkTo(db, provider, account)),
    async expiringBefore(provider, before) {
      const ids = await database.withService((db) => expiringBefore(db, provider, before, EXPIRING_BATCH));
      return ids.map(mintOrgId);
    },
  };
}

const present = (row: ConnectionRow): Connection => ({
  id: row.id,
  orgId: mintOrgId(row.org_id),
  status: row.status as Connection['status'],
  account: row.account,
  scopes: row.scopes,
  expiresAt: row.expires_at,
  connectedAt: row.connected_at,
  details: row.details as Record<string, string>,
  errorMessage: row.error_message,
  version: row.version,
});
