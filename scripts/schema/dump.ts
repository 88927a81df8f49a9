import { closeSync, openSync, writeSync } from 'node:fs';
import type pg from 'pg';
import { StartupError } from '../../backend/src/platform/errors.ts';
import { readRows, seesEveryRow, tablesToDump } from './dump.queries.ts';

/**
 * Writes every row of the database into a new file, one line of JSON each: `{"table":"public.leads","row":{...}}`.
 * Whichever version of Voxanne made the database.
 * @returns how many rows were written
 * @throws {StartupError} when the file is there already, or the login sees only a part of the rows
 */
export async function dumpRows(client: pg.ClientBase, file: string): Promise<number> {
  await client.query('begin isolation level repeatable read read only');
  if (!(await seesEveryRow(client))) {
    throw new StartupError(
      'This login only sees some of the rows, because row-level security applies to it too.\nUse an administrator’s address in DATABASE_MIGRATION_URL, or your database provider’s own backup.',
    );
  }
  const output = openNew(file);
  let count = 0;
  try {
    for (const table of await tablesToDump(client)) {
      await readRows(client, table, (rows) => {
        writeSync(output, rows.map((row) => `{"table":"${table}","row":${row}}\n`).join(''));
        count += rows.length;
      });
    }
  } finally {
    closeSync(output);
  }
  await client.query('commit');
  return count;
}

/** Readable for its owner alone: it holds patients' data. */
function openNew(file: string): number {
  try {
    return openSync(file, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new StartupError(`${file} already exists and won’t be overwritten.\nChoose another name.`);
  }
}
