import pg from 'pg';

export interface BoundedQueries {
  /** Calls a function of `app_private` as the workers' role, and answers its rows. */
  call<Row>(name: string, values: readonly Value[], capMs: number): Promise<Row[]>;
  /** Waits for what is under way, which is never longer than its cap; takes nothing more. */
  close(): Promise<void>;
}

export type Value = string | number | undefined;

// One simple query is one transaction and one round trip, and the role ends with it. A breaker is news that may be
// lost in a crash of the database, so nothing waits for its disk.
const SCOPE = 'set local role voxanne_service; set local synchronous_commit = off';

// A limit may be infinite; an integer argument can't.
const MOST = 2 ** 31 - 1;

function literal(value: Value): string {
  if (value === undefined) return 'null';
  return typeof value === 'string' ? pg.escapeLiteral(value) : String(Math.min(value, MOST));
}

/** After the server's own error about a statement the connection is still good; after anything else, or a shutdown (57P), it isn't. */
const isBroken = (error: unknown): boolean =>
  !(error instanceof pg.DatabaseError) || error.code === undefined || error.code.startsWith('57P');

/** An idle connection may have died unnoticed; this many in a row mean the server. */
const MAX_DEAD_CONNECTIONS = 3;

async function send<Row>(pool: pg.Pool, text: string, late: AbortSignal, dead = 0): Promise<Row[]> {
  late.throwIfAborted();
  const client = await pool.connect();
  if (late.aborted) client.release();
  late.throwIfAborted();
  // No one knows when its answer would come: the connection is not given to anyone else.
  const cut = () => client.release(true);
  late.addEventListener('abort', cut, { once: true });
  const giveBack = (broken: boolean) => {
    late.removeEventListener('abort', cut);
    if (!late.aborted) client.release(broken);
  };
  try {
    const results = (await client.query(`${SCOPE}; ${text}`)) as unknown as pg.QueryResult[];
    giveBack(false);
    return (results.at(-1)?.rows ?? []) as Row[];
  } catch (error) {
    const broken = isBroken(error);
    giveBack(broken);
    if (!broken || dead === MAX_DEAD_CONNECTIONS) throw error;
    // If it was done after all, doing it again is harmless: at worst a failure counts twice.
    return send(pool, text, late, dead + 1);
  }
}

/**
 * Queries in the order they were asked for, one at a time, each within its cap or not at all: waiting for a free
 * connection counts, and one that waited too long is never sent.
 */
export function createBoundedQueries(pool: pg.Pool): BoundedQueries {
  let sentLast: Promise<unknown> = Promise.resolve();
  let allAnswered: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  return {
    call: <Row>(name: string, values: readonly Value[], capMs: number) => {
      if (isClosed) return Promise.reject(new Error('The breaker store is closed.'));
      const late = new AbortController();
      const text = `select * from app_private.${name}(${values.map(literal).join(', ')})`;
      const sent = sentLast.then(() => send<Row>(pool, text, late.signal));
      sentLast = sent.catch(() => undefined);
      const answer = new Promise<Row[]>((resolve, reject) => {
        const timer = setTimeout(() => {
          const error = new Error(`The database did not answer ${name} within ${capMs} ms.`);
          late.abort(error);
          reject(error);
        }, capMs);
        timer.unref();
        sent.then(resolve, reject).finally(() => clearTimeout(timer));
      });
      allAnswered = Promise.allSettled([allAnswered, answer]).then(() => undefined);
      return answer;
    },
    async close() {
      isClosed = true;
      await allAnswered;
    },
  };
}
