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

/** The server's own verdict on a statement leaves the connection whole; all else, and its goodbyes (57P), do not. */
const isBroken = (error: unknown): boolean =>
  !(error instanceof pg.DatabaseError) || error.code === undefined || error.code.startsWith('57P');

/** An idle connection may have died unseen; so many in a row are the server. */
const MOST_DEAD = 3;

async function send<Row>(pool: pg.Pool, text: string, late: AbortSignal, dead = 0): Promise<Row[]> {
  late.throwIfAborted();
  const client = await pool.connect();
  if (late.aborted) client.release();
  late.throwIfAborted();
  // Nobody knows when its answer would come: the connection is not given to anybody else.
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
    if (!broken || dead === MOST_DEAD) throw error;
    // Should it have been done after all, then doing it again harms nothing: at worst a failure counts twice.
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
