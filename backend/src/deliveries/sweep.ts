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
// If a flushed Redis forgot more than this, the next sweep finds it, and the workers' own poll finds all of it anyway.
const MAX_ANNOUNCED = 1_000;

/** Announces again what is due but not in progress: what Redis lost, and what was written while it was down. */
export function startSweep({ database, carrier, tables, log, everyMs = EVERY_MS }: SweepOptions): {
  stop(): Promise<void>;
} {
  let sweeping: Promise<void> | undefined;
  const sweep = async (): Promise<void> => {
    if (carrier.state() !== 'connected') return;
    for (const table of tables) {
      const due = await database.withService((db) => overlooked(db, table, MAX_ANNOUNCED));
      await carrier.announce(due.map(({ id, attempt }) => ({ table, id, attempt })));
    }
  };
  const timer = setInterval(() => {
    sweeping ??= sweep()
      .catch((err: unknown) => log.warn({ err }, '[Deliveries] Could not look for missed rows'))
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
