import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import pg from 'pg';
import { RUNTIME_SETTINGS } from '../database.ts';
import { StartupError } from '../errors.ts';
import { RUNTIME_LOGIN, runtimePassword, runtimeUrlOf } from './addresses.ts';

const SETTINGS = Object.entries(RUNTIME_SETTINGS);

/**
 * Gives the runtime login its derived password and its limits, where it does not have them. A password that is right
 * stays as it is stored: poolers keep copies of it, and a new one would have another salt.
 */
export async function openRuntimeLogin(
  client: pg.Client,
  options: { url: string; authSecret: string },
): Promise<void> {
  const { rows } = await client.query<{ config: string[] | null }>(
    'select rolconfig as config from pg_catalog.pg_roles where rolname = $1',
    [RUNTIME_LOGIN],
  );
  const [role] = rows;
  if (!role) {
    throw new StartupError(
      `The login ${RUNTIME_LOGIN}, which Voxanne made for its processes, is missing on this PostgreSQL: it was dropped or renamed, or the database was restored without its roles.\nRename it back (alter role ... rename to ${RUNTIME_LOGIN}), restore the roles (pg_dumpall --roles-only), or set DATABASE_RUNTIME_URL to a login that is a member of "voxanne_tenant" and "voxanne_service".`,
    );
  }
  // Only where they can be changed: another deployment on the same server may own the login, and then they are its own.
  for (const [name, value] of SETTINGS) {
    if (role.config?.includes(`${name}=${value}`)) continue;
    await twice(client, `alter role ${RUNTIME_LOGIN} set ${name} = '${value}'`).catch(() => undefined);
  }
  const password = runtimePassword(options.authSecret);
  if (await hasPassword(client, password)) return;
  // `alter role` takes no parameters; the value is base64url by construction, and escaped anyway.
  try {
    await twice(client, `alter role ${RUNTIME_LOGIN} password ${pg.escapeLiteral(password)}`);
  } catch {
    // Roles belong to the whole server: another deployment on it may have made this one.
    if (!(await opens(runtimeUrlOf(options.url, options.authSecret)))) {
      throw new StartupError(
        `The login ${RUNTIME_LOGIN} already exists on this PostgreSQL and wasn’t made by this deployment, so its password can’t be set.\nGive each deployment its own server, or set DATABASE_RUNTIME_URL to a login that is a member of "voxanne_tenant" and "voxanne_service".`,
      );
    }
  }
}

// Two databases of one cluster may do this at once ("tuple concurrently updated"): the second try sees the first.
const twice = (client: pg.Client, sql: string) => client.query(sql).catch(() => client.query(sql));

/** Whether that password is stored; false also where no one but a superuser may look. */
async function hasPassword(client: pg.Client, password: string): Promise<boolean> {
  try {
    const { rows } = await client.query<{ stored: string | null }>(
      'select rolpassword as stored from pg_catalog.pg_authid where rolname = $1',
      [RUNTIME_LOGIN],
    );
    return matchesScram(rows[0]?.stored ?? '', password);
  } catch {
    return false;
  }
}

/** `SCRAM-SHA-256$<rounds>:<salt>$<stored key>:<server key>`; the password is plain ASCII, so nothing is to be normalized. */
function matchesScram(stored: string, password: string): boolean {
  const [, rounds, salt = '', storedKey = ''] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/.exec(stored) ?? [];
  if (rounds === undefined) return false;
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const expected = createHash('sha256').update(clientKey).digest();
  const kept = Buffer.from(storedKey, 'base64');
  return kept.length === expected.length && timingSafeEqual(kept, expected);
}

async function opens(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
