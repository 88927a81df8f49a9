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

/** Claims a due row if there is room, this one or another; resolves once that is settled. */
export type Take = (table: QueueTable, id: string) => Promise<void>;

/**
 * Carries the ids of due rows to a worker with room, using BullMQ on Redis. The rows are the source of truth: a job that
 * is lost, doubled or late costs time at most, because taking a row asks SQL for it, and a sweep announces what
 * is due once more.
 */
export interface Carrier {
  /** Call after the commit. Never rejects and takes at most 500 ms: if Redis is down, the sweep makes up for it. */
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
const QUIT_TIMEOUT_MS = 1_000;
// A killed worker's announcement goes to the next one when its lock has expired and two checks have seen it.
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
    log.error({ err }, '[Deliveries] BullMQ could not be loaded; the queue runs on PostgreSQL alone'),
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
        // With the default of 1, BullMQ gives up the job after a second killed worker.
        maxStalledCount: 1_000_000,
        runRetryDelay: RETRY_CONNECTION_MS,
      },
    );
    worker.on('error', (err) => log.debug({ err }, '[Deliveries] BullMQ worker error'));
    worker.on('failed', (_, err) =>
      log.warn(
        { err },
        '[Deliveries] An announced row could not be claimed; the sweep will announce it again',
      ),
    );
  };

  const end = async (): Promise<void> => {
    const { redis, queue } = await opening;
    const ended = worker?.close();
    await within(TAKES_GRACE_MS, Promise.allSettled(under)).catch(() => undefined);
    if (redis.state() === 'connected')
      await within(QUIT_TIMEOUT_MS, Promise.all([ended, queue.close()])).catch(() => undefined);
    await redis.close();
    // A worker that never reached Redis ends only now, because its connections did.
    await within(QUIT_TIMEOUT_MS, ended ?? Promise.resolve()).catch(() => undefined);
  };

  return {
    async announce(rows) {
      if (rows.length === 0 || closing || state() === 'away') return;
      await within(ANNOUNCE_CAP_MS, add(rows)).catch((err: unknown) =>
        log.debug({ err }, '[Deliveries] Rows could not be announced; the sweep will announce them'),
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
  // The carrier's owner has its own connections, and those say when Redis goes away.
  const redis = await connectRedis({ url: redisUrl, log: silentLogger });
  const queue = new bullmq.Queue<Announced>(QUEUE, {
    connection: redis.client,
    prefix,
    // The check warns on stdout, in the middle of the log; platform/redis.ts logs the same in its own line.
    skipVersionCheck: true,
    streams: { events: { maxLen: 10 } },
  });
  queue.on('error', () => undefined);
  return { redis, queue, bullmq };
}
