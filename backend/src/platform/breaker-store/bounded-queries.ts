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

// Limits may be endless; no integer of a function is.
const MOST = 2 ** 31 - 1;

function literal(value: Value): string {
  if (value === undefined) return 'null';
  return typeof value === 'string' ? pg.escapeLiteral(value) : String(Math.min(value, MOST));
}

/**
 * Queries in the order they were asked for, one at a time, each within its cap or not at all: waiting for a free
 * connection counts, and one that waited too long is never sent.
 */
export function createBoundedQueries(pool: pg.Pool): BoundedQueries {
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  const send = async <Row>(text: string, late: AbortSignal): Promise<Row[]> => {
    late.throwIfAborted();
    const client = await pool.connect();
    if (late.aborted) client.release();
    late.throwIfAborted();
    // Nobody knows when its answer would come: the connection is not given to anybody else.
    const cut = () => client.release(true);
    late.addEventListener('abort', cut, { once: true });
    try {
      const results = (await client.query(`${SCOPE}; ${text}`)) as unknown as pg.QueryResult[];
      return (results.at(-1)?.rows ?? []) as Row[];
    } finally {
      late.removeEventListener('abort', cut);
      if (!late.aborted) client.release();
    }
  };

  return {
    call: <Row>(name: string, values: readonly Value[], capMs: number) => {
      if (isClosed) return Promise.reject(new Error('The breaker store is closed.'));
      const late = new AbortController();
      const text = `select * from app_private.${name}(${values.map(literal).join(', ')})`;
      const sent = last.then(() => send<Row>(text, late.signal));
      last = sent.catch(() => undefined);
      return new Promise<Row[]>((resolve, reject) => {
        const timer = setTimeout(() => {
          const error = new Error(`The database did not answer ${name} within ${capMs} ms.`);
          late.abort(error);
          reject(error);
        }, capMs);
        timer.unref();
        sent.then(resolve, reject).finally(() => clearTimeout(timer));
      });
    },
    async close() {
      isClosed = true;
      await last;
    },
  };
}
