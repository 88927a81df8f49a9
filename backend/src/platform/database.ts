import { CompiledQuery, Kysely, PostgresDialect, type RawBuilder } from 'kysely';
import pg from 'pg';
import type { DB } from './database.generated.ts';
import type { TenantScope } from './tenant.ts';

export type Db = Kysely<DB>;

/** Runs one statement, and gives its rows. */
export type Query = <Row>(statement: RawBuilder<Row>) => Promise<Row[]>;

/** Statements of a transaction that goes on after them. */
export const queryIn =
  (db: Db): Query =>
  async (statement) =>
    (await statement.execute(db)).rows;

/** A transaction that is open. */
export interface Transaction {
  db: Db;
  /** Runs a statement that others follow. */
  query: Query;
  /**
   * Runs the statement that nothing follows, together with the commit: a round trip less, in which no one else waits
   * for the locks that it took. After it there is nothing to ask anymore.
   */
  final: Query;
}

/** The same transaction for work that something follows: its final statement doesn't end it. */
export const keptOpen = <Tx extends Transaction>(tx: Tx): Tx => ({ ...tx, final: tx.query });

/** What is done in one transaction; `final` is that of a {@link Transaction}. */
type Work<T> = (db: Db, final: Query) => Promise<T>;

export interface Database {
  pool: pg.Pool;
  /** Runs as the signed-in organization: row-level security decides what exists. One transaction. */
  withTenant<T>(scope: TenantScope, work: Work<T>): Promise<T>;
  /** Runs as the workers' role, across organizations. For resolvers and workers, never for a request's own data. */
  withService<T>(work: Work<T>): Promise<T>;
  /** One statement as the signed-in organization, in a single round trip. */
  tenantStatement<Row>(scope: TenantScope, statement: RawBuilder<Row>): Promise<Row[]>;
  /** One statement as the workers' role: its own transaction in a single round trip instead of three. */
  serviceStatement<Row>(statement: RawBuilder<Row>): Promise<Row[]>;
  close(): Promise<void>;
}

// Drivers hang the failing row, the query's parameters and the context on an error; any of them can hold a
// patient or a password hash, and someone will log the error.
const REVEALING = ['detail', 'where', 'parameters', 'internalQuery', 'query'] as const;

function scrub(error: unknown): unknown {
  if (error instanceof Error) {
    for (const key of REVEALING) delete (error as unknown as Record<string, unknown>)[key];
  }
  return error;
}

class ScrubbingClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: pg declares nine overloads of query; this one passes them all on.
  override query(...args: any[]): any {
    const callback = args.at(-1);
    if (typeof callback === 'function') {
      args[args.length - 1] = (error: unknown, result: unknown) => callback(this.failed(error), result);
    }
    const result = (super.query as (...all: unknown[]) => unknown).apply(this, args);
    return result instanceof Promise
      ? result.catch((error: unknown) => {
          throw this.failed(error);
        })
      : result;
  }

  /**
   * After an answer that came too late no one knows the connection's state: the driver gives it back with the
   * query still running and the transaction open, and the next user would commit what another clinic began.
   */
  private failed(error: unknown): unknown {
    if (error instanceof Error && error.message === 'Query read timeout') void this.end();
    return scrub(error);
  }
}

export interface DatabaseOptions {
  url: string;
  maxConnections?: number;
  /** After so long without an answer a query fails and its connection is thrown away. */
  queryTimeoutMs?: number;
  /** How long one may wait for a free connection before that fails. */
  connectTimeoutMs?: number;
  applicationName?: string;
  onError?: (error: Error) => void;
}

export function createPool(options: DatabaseOptions): pg.Pool {
  const settings: pg.PoolConfig & { pipeline: boolean } = {
    connectionString: options.url,
    Client: ScrubbingClient,
    max: options.maxConnections ?? 10,
    application_name: options.applicationName ?? 'voxanne',
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    // The server's own limit does nothing when it is the server, or the way to it, that hangs.
    query_timeout: options.queryTimeoutMs ?? 20_000,
    // Statements sent together share a round trip; code that awaits each sees no difference.
    pipeline: true,
  };
  const pool = new pg.Pool(settings);
  // An idle connection that breaks (a restarted server) must not end the process; the next query connects again.
  pool.on('error', (error) => options.onError?.(error));
  // Nor one that breaks between two queries of a transaction: the pool stops listening while it is checked out, and
  // the next query of that transaction fails anyway.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * What holds for everything that is asked. Not sent while connecting, because poolers refuse connections that do, but
 * kept with the runtime login (by migrating) and set in each transaction for logins that were made elsewhere. `jit`:
 * no statement of ours runs for as long as it takes to compile it.
 */
export const RUNTIME_SETTINGS = {
  statement_timeout: '15s',
  idle_in_transaction_session_timeout: '30s',
  jit: 'off',
} as const;
const BEGIN = [
  'begin',
  ...Object.entries(RUNTIME_SETTINGS).map(([name, value]) => `set local ${name} = '${value}'`),
].join('; ');
const SERVICE_BEGIN = `${BEGIN}; set local role voxanne_service`;

// One simple query, so that no statement can run between the transaction and its scope. Settings are local to
// the transaction: the next user of this connection starts without claims.
function tenantBegin(scope: TenantScope): string {
  const claims = {
    role: 'authenticated',
    app_metadata: { org_id: scope.orgId },
    ...(scope.userId ? { sub: scope.userId } : {}),
    ...(scope.actorType ? { actor_type: scope.actorType } : {}),
  };
  return `${BEGIN}; set local role voxanne_tenant; select set_config('request.jwt.claims', ${pg.escapeLiteral(JSON.stringify(claims))}, true)`;
}

/** Of the transaction, as every row that it wrote carries it in `xmin`; null where nothing was written. */
const CHANGE_ID = 'select pg_current_xact_id_if_assigned()::xid::text as id';

export function createDatabase(options: DatabaseOptions): Database {
  const pool = createPool(options);
  const root = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });

  const inTransaction = <T>(begin: string, work: Work<T>, changeIds?: string[]): Promise<T> =>
    root.connection().execute(async (connection) => {
      // Not waited for: the first statement follows on its heels and saves a round trip. Should the scope fail to begin,
      // that statement runs as the login, which has no right to anything.
      const begun = connection.executeQuery(CompiledQuery.raw(begin));
      begun.catch(() => undefined);
      let isEnded = false;
      const end = async (how: 'commit' | 'rollback') => {
        isEnded = true;
        if (how === 'rollback' || changeIds === undefined) {
          await connection.executeQuery(CompiledQuery.raw(how));
          return;
        }
        // Sent together, so that it costs no round trip.
        const [named, ended] = await Promise.allSettled([
          connection.executeQuery<{ id: string | null }>(CompiledQuery.raw(CHANGE_ID)),
          connection.executeQuery(CompiledQuery.raw(how)),
        ]);
        if (ended.status === 'rejected') throw ended.reason;
        const id = named.status === 'fulfilled' ? named.value.rows[0]?.id : undefined;
        if (id) changeIds.push(id);
      };
      const final: Query = async (statement) => {
        // A statement that fails leaves `commit` nothing but to roll back.
        const answered = connection.executeQuery(statement.compile(connection));
        const [answer, ended] = await Promise.allSettled([answered, end('commit')]);
        if (answer.status === 'rejected') throw answer.reason;
        if (ended.status === 'rejected') throw ended.reason;
        return answer.value.rows;
      };
      try {
        const result = await work(connection, final);
        await begun;
        if (!isEnded) await end('commit');
        return result;
      } catch (error) {
        const first = await begun.then(
          () => error,
          (fault: unknown) => fault,
        );
        // A broken connection cannot roll back, and need not; the first error is the one to report.
        if (!isEnded) await end('rollback').catch(() => undefined);
        throw first;
      }
    });

  const alone = async <Row>(begin: string, statement: RawBuilder<Row>): Promise<Row[]> => {
    const { sql: text, parameters } = statement.compile(root);
    const client = await pool.connect();
    // Sent together. A statement that fails leaves `commit` nothing but to roll back.
    const [begun, answered, ended] = await Promise.allSettled([
      client.query(begin),
      client.query<Row & pg.QueryResultRow>({ text, values: [...parameters] }),
      client.query('commit'),
    ]);
    const failed = [begun, answered, ended].find((one) => one.status === 'rejected');
    // The connection may be gone, or in a transaction that couldn't end.
    client.release(begun.status === 'rejected' || ended.status === 'rejected');
    if (failed) throw failed.reason;
    return answered.status === 'fulfilled' ? answered.value.rows : [];
  };

  return {
    pool,
    tenantStatement: (scope, statement) => alone(tenantBegin(scope), statement),
    serviceStatement: (statement) => alone(SERVICE_BEGIN, statement),
    withTenant: (scope, work) => inTransaction(tenantBegin(scope), work, scope.changeIds),
    withService: (work) => inTransaction(SERVICE_BEGIN, work),
    async close() {
      await root.destroy();
      // Which leaves alone a pool that it was never asked to use.
      if (!pool.ending) await pool.end();
    },
  };
}

/** SQLSTATE of a PostgreSQL error, or undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
