import type { TableEffect } from '@voxanne/contract';
import type { Database, Db } from '../platform/database.ts';
import { describeError } from '../platform/errors.ts';
import { committed, countWrites, type RowImage, type WriteCount, writtenHere } from './deliveries.queries.ts';
import type { Job } from './lease-queue.queries.ts';
import { GiveUp, type JobHandler, RetryLater } from './lease-queue.ts';

export interface DryRun {
  summary: string;
  effects: TableEffect[];
}

/**
 * Does what a replay would do, in a transaction that is rolled back, and says what it wrote. Only for handlers that
 * have no effect but those that they return.
 */
export async function dryRun(database: Database, handler: JobHandler, job: Job): Promise<DryRun> {
  try {
    const effects = await handler(job);
    const written = effects ? await tryOut(database, effects) : [];
    return { summary: summarise(written), effects: written };
  } catch (error) {
    if (!(error instanceof GiveUp || error instanceof RetryLater)) throw error;
    const again = error instanceof GiveUp ? 'It would fail' : 'It would be retried later';
    return { summary: `${again}: ${describeError(error).message}`, effects: [] };
  }
}

class RollBack extends Error {
  override readonly name = 'RollBack';
}

async function tryOut(database: Database, effects: (db: Db) => Promise<void>): Promise<TableEffect[]> {
  let counts: WriteCount[] = [];
  const images = new Map<string, RowImage[]>();
  await database
    .withService(async (db) => {
      const before = await countWrites(db);
      await effects(db);
      counts = difference(before, await countWrites(db));
      for (const { table, updated } of counts) {
        if (updated > 0) images.set(table, await writtenHere(db, table));
      }
      throw new RollBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof RollBack)) throw error;
    });
  // An update that writes what is already there isn't an effect; only a comparison shows that.
  return database.withService(async (db) => {
    const real: WriteCount[] = [];
    for (const count of counts) {
      const same = await unchanged(db, count.table, images.get(count.table) ?? []);
      real.push({ ...count, updated: Math.max(count.updated - same, 0) });
    }
    return real
      .filter(({ inserted, updated, deleted }) => inserted + updated + deleted > 0)
      .sort((one, other) => rank(one) - rank(other) || one.table.localeCompare(other.table));
  });
}

/** Live events say less than the change itself. */
const rank = ({ table }: TableEffect): number => (table.endsWith('events') ? 1 : 0);

function difference(before: Map<string, WriteCount>, after: Map<string, WriteCount>): WriteCount[] {
  return [...after.values()].map((now) => {
    const then = before.get(now.table);
    return {
      table: now.table,
      inserted: now.inserted - (then?.inserted ?? 0),
      updated: now.updated - (then?.updated ?? 0),
      deleted: now.deleted - (then?.deleted ?? 0),
    };
  });
}

async function unchanged(db: Db, table: string, images: readonly RowImage[]): Promise<number> {
  const known = images.filter(({ id }) => id !== null);
  if (known.length === 0) return 0;
  const ids = known.map(({ id }) => id);
  const before = new Map((await committed(db, table, ids)).map(({ id, row }) => [id, row]));
  return known.filter(({ id, row }) => before.get(id) === row).length;
}

function summarise(effects: readonly TableEffect[]): string {
  if (effects.length === 0) return 'Nothing new: all of it is already done.';
  const parts = effects.flatMap(({ table, inserted, updated, deleted }) => [
    ...(inserted > 0 ? [`add ${rows(inserted)} to ${table}`] : []),
    ...(updated > 0 ? [`change ${rows(updated)} of ${table}`] : []),
    ...(deleted > 0 ? [`remove ${rows(deleted)} from ${table}`] : []),
  ]);
  const last = parts.pop();
  return `Would ${parts.length > 0 ? `${parts.join(', ')} and ${last}` : last}.`;
}

const rows = (count: number): string => (count === 1 ? '1 row' : `${count} rows`);
