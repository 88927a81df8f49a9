import type { Queue, Worker } from 'bullmq';
import { type Logger, silentLogger } from '../platform/logger.ts';
import { connectRedis, type RedisConnections, type RedisState } from '../platform/redis.ts';
import { within } from '../platform/within.ts';
import type { QueueTable } from './lease-queue.queries.ts';

/** A row that is due, and which attempt it waits for. */
export interface Announcement {
  table: QueueTable;
  id: string;
  attempt: number;
}

/** Takes a row for which there is room, this one or another that is due; resolves once that is settled. */
export type Take = (table: QueueTable, id: string) => Promise<void>;

/**
 * Carries the ids of due rows to a worker that has room, by BullMQ on Redis. The rows are the only truth: a job that
 * is lost, doubled or late costs time at most, because whoever takes a row asks SQL for it, and a sweep announces what
 * is due once more.
 */
export interface Carrier {
  /** After the commit. Never rejects and takes 500 ms at most: with Redis away the sweep makes up for it. */
  announce(rows: readonly Announcement[]): Promise<void>;
  /** Calls `take` for every announcement, so many at a time. When to try again is SQL's business, not BullMQ's. */
  work(take: Take, concurrency: number): void;
  state(): RedisState;
  /** Takes nothing new, lets the takes under way end, and leaves no connection; within seconds, Redis or not. */
  close(): Promise<void>;
}

export interface CarrierOptions {
  redisUrl: string;
  log: Logger;
  /** Keeps deployments on one Redis apart. */
  prefix?: string;
}

interface Announced {
  table: QueueTable;
  id: string;
}

const QUEUE = 'deliveries';
const ANNOUNCE_CAP_MS = 500;
const TAKES_GRACE_MS = 2_000;
const GOODBYE_MS = 1_000;
// An announcement that a killed worker held goes to the next one when its lock is over and two checks have seen it.
const LOCK_MS = 5_000;
const STALLED_CHECK_MS = 2_000;
const RETRY_CONNECTION_MS = 1_000;

interface Open {
  redis: RedisConnections;
  queue: Queue<Announced>;
  bullmq: typeof import('bullmq');
}

/** The driver and BullMQ are loaded here, because most deployments have no Redis. */
export function createCarrier({ redisUrl, log, prefix = 'voxanne' }: CarrierOptions): Carrier {
  const under = new Set<Promise<void>>();
  let closing: Promise<void> | undefined;
  let current: Open | undefined;
  let worker: Worker<Announced> | undefined;

  const opening = open(redisUrl, prefix).then((opened) => {
    current = opened;
    return opened;
  });
  opening.catch((err: unknown) =>
    log.error({ err }, '[Deliveries] BullMQ could not be loaded; PostgreSQL alone carries on'),
  );

  const state = (): RedisState => current?.redis.state() ?? 'away';

  const add = async (rows: readonly Announcement[]): Promise<void> => {
    const { queue } = await opening;
    await queue.addBulk(
      rows.map(({ table, id, attempt }) => ({
        name: table,
        data: { table, id },
        opts: { jobId: `${id}-${attempt}`, removeOnComplete: true, removeOnFail: true },
      })),
    );
  };

  const startWorker = async (take: Take, concurrency: number): Promise<void> => {
    const { redis, bullmq } = await opening;
    if (closing) return;
    worker = new bullmq.Worker<Announced>(
      QUEUE,
      async ({ data }) => {
        const taking = take(data.table, data.id).finally(() => under.delete(taking));
        under.add(taking);
        await taking;
      },
      {
        connection: redis.blocking(),
        prefix,
        concurrency,
        skipVersionCheck: true,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_CHECK_MS,
        // With the default of 1 a second killed worker makes BullMQ give the job up.
        maxStalledCount: 1_000_000,
        runRetryDelay: RETRY_CONNECTION_MS,
      },
    );
    worker.on('error', (err) => log.debug({ err }, '[Deliveries] BullMQ’s worker stumbled'));
    worker.on('failed', (_, err) =>
      log.warn(
        { err },
        '[Deliveries] A row that was announced could not be taken; the sweep announces it again',
      ),
    );
  };

  const end = async (): Promise<void> => {
    const { redis, queue } = await opening;
    const ended = worker?.close();
    await within(TAKES_GRACE_MS, Promise.allSettled(under)).catch(() => undefined);
    if (redis.state() === 'connected')
      await within(GOODBYE_MS, Promise.all([ended, queue.close()])).catch(() => undefined);
    await redis.close();
    // A worker that never reached Redis ends only now, because its connections did.
    await within(GOODBYE_MS, ended ?? Promise.resolve()).catch(() => undefined);
  };

  return {
    async announce(rows) {
      if (rows.length === 0 || closing || state() === 'away') return;
      await within(ANNOUNCE_CAP_MS, add(rows)).catch((err: unknown) =>
        log.debug({ err }, '[Deliveries] Rows could not be announced; the sweep does it again'),
      );
    },
    work(take, concurrency) {
      startWorker(take, concurrency).catch(() => undefined);
    },
    state,
    close() {
      closing ??= end().catch(() => undefined);
      return closing;
    },
  };
}

async function open(redisUrl: string, prefix: string): Promise<Open> {
  const bullmq = await import('bullmq');
  // Whoever made the carrier has connections of its own, and those say when Redis goes away.
  const redis = await connectRedis({ url: redisUrl, log: silentLogger });
  const queue = new bullmq.Queue<Announced>(QUEUE, {
    connection: redis.client,
    prefix,
    // The check warns on stdout, in the middle of the log; platform/redis.ts says the same in a line of its own.
    skipVersionCheck: true,
    streams: { events: { maxLen: 10 } },
  });
  queue.on('error', () => undefined);
  return { redis, queue, bullmq };
}
