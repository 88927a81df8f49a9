import type pg from 'pg';
import { expect } from 'vitest';

type Ask = (text: string, values?: unknown[]) => Promise<unknown>;

/** A transaction that has begun and ends only when the others, who came later, wait for its locks. */
export async function meanwhile<T>(
  owner: pg.Pool,
  begin: (sql: Ask) => Promise<unknown>,
  others: () => Promise<T>,
  { waiting = 1, before }: { waiting?: number; before?: () => Promise<unknown> } = {},
): Promise<T> {
  const client = await owner.connect();
  try {
    await client.query('begin');
    await begin((text, values) => client.query(text, values));
    const answered = others();
    answered.catch(() => undefined);
    await expect
      .poll(async () => {
        const { rows } = await owner.query(
          `select count(*)::int as waiting from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return rows[0].waiting;
      })
      .toBe(waiting);
    await before?.();
    await client.query('commit');
    return await answered;
  } finally {
    client.release();
  }
}
