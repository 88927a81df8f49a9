import { StartupError } from '../errors.ts';
import { RUNTIME_LOGIN } from './addresses.ts';

interface Failure {
  code?: string;
  message: string;
}

type Rule = [pattern: RegExp, sentence: string];

const POOLER_LOGIN = `Let the pooler look up logins in PostgreSQL (PgBouncer: auth_user and auth_query), or give it the line that "npm run db:login" prints (PgBouncer: a line of auth_file).`;

/** By SQLSTATE or by the code of the operating system. */
const BY_CODE: Record<string, string> = {
  ENOTFOUND: 'No host has that name.\nCheck the host in the address.',
  EAI_AGAIN:
    'The host name can’t be looked up right now.\nCheck the host in the address and this machine’s DNS.',
  ECONNREFUSED:
    'Nothing is listening at that host and port.\nCheck both, and that PostgreSQL (or the pooler) is running.',
  ENOENT: 'That socket doesn’t exist.\nCheck the directory and the port, and that PostgreSQL is running.',
  EACCES: 'This user can’t open that socket.\nCheck its permissions, or use a host instead.',
  EHOSTUNREACH: 'The host can’t be reached from here.\nCheck the network in between.',
  ENETUNREACH:
    'The host can’t be reached from here.\nCheck the network in between; an IPv6 address needs IPv6.',
  ETIMEDOUT: 'It didn’t answer in time.\nCheck the host, the port and any firewall in between.',
  ECONNRESET:
    'The connection was closed without an answer.\nCheck that PostgreSQL is what listens there; a server that accepts only TLS needs sslmode=verify-full in the address.',
  '28P01':
    'The login is refused: wrong password, or no such login.\nCheck the login and password in the address.',
  '28000':
    'The server’s rules (pg_hba.conf) refuse the login. If they require TLS, add sslmode=verify-full to the address.',
  '3D000': 'The server has no database with that name.\nCheck the name, or create it: create database.',
  '53300':
    'The server has no connections left.\nRaise max_connections (a process of Voxanne uses up to 14), put a pooler in front, or start fewer processes.',
  '57P03': 'The server is starting up, shutting down or recovering.\nWait until it accepts connections.',
  '25006': 'It points to a read-only server: a replica, or one in recovery.\nUse the address of the primary.',
  '42501':
    'The login doesn’t have the rights to migrate.\nSet DATABASE_MIGRATION_URL (or DATABASE_URL) to the owner of the database: alter database ... owner to ..., or grant create on database ... to ...',
};

/** By what was said: poolers and the driver have few codes of their own. First match. */
const BY_WORDS: Rule[] = [
  [
    /unsupported startup parameter: (?<what>\w+)/i,
    'The pooler refuses the parameter "$what", which is in the address (or in PGOPTIONS).\nRemove it there, or let the pooler ignore it (PgBouncer: ignore_startup_parameters = $what).',
  ],
  [
    /transaction blocks not allowed|statement pooling mode/i,
    'The pooler is in statement mode, which has no transactions, and Voxanne needs them.\nSet the pooler to transaction or session mode (PgBouncer: pool_mode = transaction).',
  ],
  [
    /no such database|not in the allowed list|tenant or user not found/i,
    'The pooler doesn’t know that database or login.\nCheck the name in the address and the pooler’s list.',
  ],
  [/no such user/i, `The pooler doesn’t know the login.\n${POOLER_LOGIN}`],
  [
    /wrong password type|cannot do SCRAM authentication/i,
    `The pooler has the login's password in a form it can’t use to sign in to the server.\n${POOLER_LOGIN}`,
  ],
  [
    /no more connections allowed|max_client_conn|max clients reached|remaining connection slots/i,
    'The server or the pooler has no connections left.\nRaise its limit (PostgreSQL: max_connections; PgBouncer: max_client_conn), or start fewer processes.',
  ],
  [
    /query_wait_timeout|server_login_retry|server login failed|pgbouncer cannot connect to server/i,
    'The pooler answers, but it can’t reach PostgreSQL or can’t sign in there.\nCheck the host, the login and the pool size in the pooler’s configuration; its log says more.',
  ],
  [
    /SASL authentication failed|password authentication failed/i,
    'The login is refused: wrong password, or no such login.\nCheck the login and password in the address.',
  ],
  [
    /password must be a string|password must be a non-empty string/i,
    'The server asks for a password, and the address has none.\nAdd it to the address: postgres://login:password@host/database.',
  ],
  [
    /does not support SSL/i,
    'The server doesn’t support TLS, which the address asks for.\nTurn TLS on there, or remove sslmode from the address if the network is your own.',
  ],
  [
    /self.signed certificate|unable to (verify|get)|certificate has expired|altnames|CERT_/i,
    'The server’s certificate can’t be trusted: it has expired, is for another host, or comes from an unknown authority.\nSet the authority with sslrootcert=<file> in the address, or accept any certificate with sslmode=no-verify if the network is your own.',
  ],
  [/timeout/i, 'It didn’t answer in time.\nCheck the host, the port and any firewall in between.'],
  [
    /terminated unexpectedly|socket hang up|unknown message code|invalid response/i,
    'The connection was closed without an answer.\nCheck that PostgreSQL is what listens there; a server that accepts only TLS needs sslmode=verify-full in the address.',
  ],
];

/** Why a database cannot be used, and what to do, for the person who starts the product. Never the address: it has a password. */
export function databaseFailure(error: unknown, setting: string): StartupError {
  if (error instanceof StartupError) return error;
  const { code, message } = firstOf(error);
  const why = byWords(message) ?? BY_CODE[code ?? ''] ?? 'Check the address and the server’s log.';
  return new StartupError(`${setting} can’t be used: ${message || code || 'no reason given'}.\n${why}`);
}

/** The runtime login is ours: where a pooler or server refuses it, the owner's password is not what to look at. */
export function runtimeFailure(error: unknown, setting: string): StartupError {
  if (error instanceof StartupError) return error;
  const { code, message } = firstOf(error);
  const refused = code === '28P01' || /authentication failed|no such user/i.test(message);
  if (!refused || setting === 'DATABASE_RUNTIME_URL') return databaseFailure(error, setting);
  return new StartupError(
    `${setting} can’t be used: the login ${RUNTIME_LOGIN}, which Voxanne makes for its processes, is refused there (${message}).\n${POOLER_LOGIN}\nWithout a pooler: each process needs the same AUTH_SECRET, from which the password of that login is derived.`,
  );
}

// Of a name with several addresses each has its own error, and the whole has no words.
function firstOf(error: unknown): Failure {
  const [first] = error instanceof AggregateError ? error.errors : [error];
  if (first instanceof Error) return first as Failure;
  return { message: String(first) };
}

function byWords(message: string): string | undefined {
  for (const [pattern, sentence] of BY_WORDS) {
    const match = pattern.exec(message);
    if (match) return sentence.replaceAll('$what', match.groups?.what ?? '');
  }
  return undefined;
}
