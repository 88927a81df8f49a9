import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { createDatabase, createPool, type Database } from '../platform/database.ts';
import { mintOrgId, type OrgId } from '../platform/tenant.ts';

export interface TestDatabase {
  /** As the server sees it: the runtime login, held by row-level security. */
  database: Database;
  /** As the owner: for looking at what no tenant may see, and for setting a scene. */
  owner: pg.Pool;
  ownerUrl: string;
  runtimeUrl: string;
  createOrganization(options?: NewOrganization): Promise<TestOrganization>;
  close(): Promise<void>;
}

export interface NewOrganization {
  name?: string;
  phone?: string;
  timeZone?: string;
  country?: string;
}

export interface TestOrganization {
  orgId: OrgId;
  userId: string;
  email: string;
  /** For `withTenant`. */
  scope: { orgId: OrgId; userId: string };
}

const BUSY_MACHINE_MS = 60_000;

/** A database of one's own: a clone of the migrated template. Close it in `afterAll`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const templateUrl = inject('templateUrl');
  await asAdministrator(templateUrl, `create database ${name} template voxanne owner voxanne_owner`);
  // A copy begins with the rights of a new database, and not with those that migrating took away.
  await asAdministrator(templateUrl, `revoke temporary on database ${name} from public`);
  const ownerUrl = withDatabase(templateUrl, name);
  const runtimeUrl = withDatabase(inject('runtimeUrl'), name);
  // On a busy machine a burst of requests waits longer for a connection than a patient on the phone would.
  const database = createDatabase({ url: runtimeUrl, maxConnections: 20, connectTimeoutMs: BUSY_MACHINE_MS });
  const owner = createPool({ url: ownerUrl, maxConnections: 4, connectTimeoutMs: BUSY_MACHINE_MS });
  return {
    database,
    owner,
    ownerUrl,
    runtimeUrl,
    createOrganization: (options = {}) => signUp(owner, options),
    async close() {
      await Promise.all([database.close(), owner.end()]);
      await asAdministrator(templateUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

async function signUp(owner: pg.Pool, options: NewOrganization): Promise<TestOrganization> {
  const email = `${randomUUID()}@example.com`;
  const meta = {
    organization_name: options.name ?? 'Bright Smiles',
    phone: options.phone,
    time_zone: options.timeZone ?? 'America/New_York',
    country: options.country ?? 'US',
  };
  const { rows } = await owner.query<{ id: string; org_id: string }>(
    'insert into auth.users (email, name, raw_user_meta_data) values ($1, $2, $3) returning id, org_id',
    [email, 'Test Owner', JSON.stringify(meta)],
  );
  const [row] = rows;
  if (!row) throw new Error('The sign-up made no user.');
  const orgId = mintOrgId(row.org_id);
  return { orgId, userId: row.id, email, scope: { orgId, userId: row.id } };
}

async function asAdministrator(templateUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: withDatabase(templateUrl, 'postgres') });
  await client.connect();
  try {
    // Two files cloning at once wait for each other; a third may find the template "being accessed" for a moment.
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.query(sql);
        return;
      } catch (error) {
        if (attempt === 200 || (error as { code?: string }).code !== '55006') throw error;
        // waits: between two attempts
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${name}`;
  return parsed.toString();
}
