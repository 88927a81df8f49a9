import pg from 'pg';
import { deriveKey } from '../crypto.ts';

/** The login that migrating makes; every process uses it unless it was given another one. */
export const RUNTIME_LOGIN = 'voxanne_runtime';

/** A way to the database, and the setting it comes from, which is named when something goes wrong. */
export interface Address {
  url: string;
  setting: string;
}

export interface GivenUrls {
  url?: string;
  runtimeUrl?: string;
  migrationUrl?: string;
}

export interface Addresses {
  /** As the owner, for migrating. A direct connection where there is a pooler. */
  owner: Address;
  /** As the runtime login: everything else. */
  runtime: Address;
  /** Given and used by neither: it must still lead to the same database. */
  unused?: Address;
  /** Where notifications may arrive, best first. Behind a transaction pooler none do, so the owner's way comes first. */
  listen: string[];
}

/** Which URL is for what; undefined where none was given. */
export function addressesOf(given: GivenUrls, authSecret: string): Addresses | undefined {
  const url = named('DATABASE_URL', given.url);
  const owner = named('DATABASE_MIGRATION_URL', given.migrationUrl) ?? url;
  if (!owner) return undefined;
  const runtime = named('DATABASE_RUNTIME_URL', given.runtimeUrl) ?? derived(url ?? owner, authSecret);
  const direct = given.runtimeUrl
    ? withLogin(owner.url, loginOf(given.runtimeUrl))
    : runtimeUrlOf(owner.url, authSecret);
  return {
    owner,
    runtime,
    ...(url && given.runtimeUrl && given.migrationUrl ? { unused: url } : {}),
    listen: placeOf(direct) === placeOf(runtime.url) ? [runtime.url] : [direct, runtime.url],
  };
}

export function builtInAddresses(ownerUrl: string, authSecret: string): Addresses {
  const owner = { url: ownerUrl, setting: 'The built-in database' };
  const runtime = derived(owner, authSecret);
  return { owner, runtime, listen: [runtime.url] };
}

const named = (setting: string, url: string | undefined): Address | undefined =>
  url === undefined ? undefined : { url, setting };

const derived = ({ url, setting }: Address, authSecret: string): Address => ({
  url: runtimeUrlOf(url, authSecret),
  setting,
});

/** Derived, so that many processes agree on it without talking. */
export const runtimePassword = (authSecret: string): string =>
  deriveKey(authSecret, 'runtime database login').toString('base64url');

/** The same way, as the runtime login. */
export const runtimeUrlOf = (url: string, authSecret: string): string =>
  withLogin(url, { user: RUNTIME_LOGIN + tenantSuffix(url), password: runtimePassword(authSecret) });

interface Login {
  user: string;
  password: string;
}

/** Supabase's pooler finds the project by what follows the role in the login: `postgres.<project>`. */
function tenantSuffix(url: string): string {
  return /\.[a-z0-9]{20}$/.exec(loginOf(url).user)?.[0] ?? '';
}

function loginOf(url: string): Login {
  const { user, password } = new pg.Client({ connectionString: url });
  return { user: user ?? '', password: typeof password === 'string' ? password : '' };
}

// Parameters win over what comes before the host, so the old login must go from there too; and where no database is
// named it is the one that has the login's name.
function withLogin(url: string, { user, password }: Login): string {
  const { database } = new pg.Client({ connectionString: url });
  const [, scheme = '', rest = ''] = /^([a-z]+:\/\/)(.*)$/is.exec(url) ?? [];
  const [way = '', query] = cutAt(rest, '?');
  const [authority = '', path] = cutAt(way, '/');
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const parameters = new URLSearchParams(query);
  for (const name of ['user', 'password']) parameters.delete(name);
  const kept = parameters.size > 0 ? `?${parameters}` : '';
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return `${scheme}${login}@${host}/${path || encodeURI(database ?? '')}${kept}`;
}

function cutAt(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function placeOf(url: string): string {
  const { host, port, database } = new pg.Client({ connectionString: url });
  return `${host}:${port}/${database}`;
}
