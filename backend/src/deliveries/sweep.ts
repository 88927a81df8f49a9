import type { Database } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import { overlooked, type QueueTable } from './lease-queue.queries.ts';
import type { Carrier } from './webhook-queue.ts';

export interface SweepOptions {
  database: Database;
  carrier: Carrier;
  tables: readonly QueueTable[];
  log: Logger;
  everyMs?: number;
}

const EVERY_MS = 10_000;
// What a flushed Redis forgot beyond this, the next sweep finds, and the workers' own look finds all of it anyway.
const MOST_AT_ONCE = 1_000;

/** Announces again what is due and under way nowhere: what Redis lost, and what was written while it was away. */
export function startSweep({ database, carrier, tables, log, everyMs = EVERY_MS }: SweepOptions): {
  stop(): Promise<void>;
} {
  let sweeping: Promise<void> | undefined;
  const sweep = async (): Promise<void> => {
    if (carrier.state() !== 'connected') return;
    for (const table of tables) {
      const due = await database.withService((db) => overlooked(db, table, MOST_AT_ONCE));
      await carrier.announce(due.map(({ id, attempt }) => ({ table, id, attempt })));
    }
  };
  const timer = setInterval(() => {
    sweeping ??= sweep()
      .catch((err: unknown) => log.warn({ err }, '[Deliveries] Could not look for overlooked rows'))
      .finally(() => {
        sweeping = undefined;
      });
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await sweeping;
    },
  };
}
