import type { Redis, RedisOptions } from 'ioredis';
import { describeError } from './errors.ts';
import type { Logger } from './logger.ts';
import { within } from './within.ts';

export type RedisState = 'connected' | 'away';

/** The connections of one process to one Redis, which may go down at any time. */
export interface RedisConnections {
  /** For commands on a hot path: fails at once while Redis is down, and after 500 ms if Redis doesn't answer. */
  readonly client: Redis;
  /** For SUBSCRIBE, which waits for Redis and is repeated after a reconnect. */
  readonly subscriber: Redis;
  /** One of its own for a worker that blocks until work comes; its commands wait for Redis. */
  blocking(): Redis;
  state(): RedisState;
  /** Ends every connection within a second, those that BullMQ made from ours as well. */
  close(): Promise<void>;
}

export interface RedisConnectionsOptions {
  url: string;
  log: Logger;
}

const MAX_PAUSE_MS = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;
const COMMAND_TIMEOUT_MS = 500;
// A server that went silent keeps its socket: after this it is given up, and the next attempt shows the truth.
const SILENT_MS = 2_000;
const SILENT_WHILE_BLOCKING_MS = 20_000;
const QUIT_TIMEOUT_MS = 500;

const COMMON: RedisOptions = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  retryStrategy: (attempt) => Math.min(attempt * 100, MAX_PAUSE_MS),
  // READONLY: a replica answered after a failover, and the name leads to the new primary by now.
  reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
};

const FAIL_FAST: RedisOptions = {
  ...COMMON,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: COMMAND_TIMEOUT_MS,
  socketTimeout: SILENT_MS,
};

const PATIENT: RedisOptions = {
  ...COMMON,
  enableOfflineQueue: true,
  maxRetriesPerRequest: null,
};

/**
 * The one place that connects to Redis. The driver is loaded here, because most deployments have none. Resolves when
 * Redis is there, or after its first refusal or two seconds: it may come later.
 */
export async function connectRedis({ url, log }: RedisConnectionsOptions): Promise<RedisConnections> {
  const { Redis } = await import('ioredis');
  const made = new Set<Redis>();

  const connect = (name: string, options: RedisOptions): Redis => {
    const connection = new Redis(url, { connectionName: `voxanne ${name}`, ...options });
    // Without a listener the driver prints a stack for each attempt. What matters is said once, below.
    connection.on('error', () => undefined);
    connection.on('end', () => made.delete(connection));
    made.add(connection);
    // BullMQ makes its blocking connection like this, and no one else would end it.
    connection.duplicate = (changes) => connect(`${name}, duplicate`, { ...options, ...changes });
    return connection;
  };

  const client = connect('commands', FAIL_FAST);
  const subscriber = resubscribingQuietly(connect('news', PATIENT));
  tellState(client, log);
  // Anyone who asks right away would hear that Redis is away, and believe it for a while.
  await firstOutcome(client);
  return {
    client,
    subscriber,
    blocking: () => connect('worker', { ...PATIENT, socketTimeout: SILENT_WHILE_BLOCKING_MS }),
    state: () => (client.status === 'ready' ? 'connected' : 'away'),
    async close() {
      // Pending commands go first, if Redis is there at all.
      if (client.status === 'ready') await within(QUIT_TIMEOUT_MS, client.quit()).catch(() => undefined);
      for (const connection of made) {
        const between = connection.status === 'reconnecting';
        connection.disconnect();
        // Cut off between two attempts the driver falls silent, and anything that waits for its end waits forever.
        if (between) connection.emit('end');
      }
    },
  };
}

/**
 * After a reconnect the driver subscribes again by itself, and no one catches the refusal when the connection ends before
 * Redis has answered: an unhandled rejection, which would end the process.
 */
function resubscribingQuietly(connection: Redis): Redis {
  const subscribe = connection.subscribe.bind(connection) as (...channels: string[]) => Promise<unknown>;
  return Object.assign(connection, {
    subscribe(...channels: string[]) {
      const subscribed = subscribe(...channels);
      subscribed.catch(() => undefined);
      return subscribed;
    },
  });
}

async function firstOutcome(client: Redis): Promise<void> {
  const outcome = new Promise<void>((resolve) => {
    client.once('ready', resolve);
    client.once('close', resolve);
  });
  await within(CONNECT_TIMEOUT_MS, outcome).catch(() => undefined);
}

/** One line when it goes down, one when it is back; any number of attempts in between. */
function tellState(client: Redis, log: Logger): void {
  let reported: RedisState | undefined;
  let reason: unknown;
  let askedForPolicy = false;
  client.on('error', (error) => {
    reason = error;
  });
  client.on('ready', () => {
    if (reported === 'away') log.info('[Redis] Connected again: the queue uses it, and breakers are shared');
    reported = 'connected';
    reason = undefined;
    if (!askedForPolicy) void warnOfEviction(client, log);
    askedForPolicy = true;
  });
  client.on('close', () => {
    // `end` comes right after a connection that we have closed ourselves, and isn't news.
    setImmediate(() => {
      if (reported === 'away' || client.status === 'end') return;
      reported = 'away';
      log.warn(
        { reason: reason === undefined ? 'the connection ended' : describeError(reason).message },
        '[Redis] Down: the queue runs on PostgreSQL alone, and nothing is lost; reconnecting',
      );
    });
  });
}

/** BullMQ's keys must not be evicted one by one; the rows would repair it, but slowly and silently. */
async function warnOfEviction(client: Redis, log: Logger): Promise<void> {
  const policy = await client.config('GET', 'maxmemory-policy').then(
    (answer) => (Array.isArray(answer) ? answer[1] : undefined),
    // A managed Redis may refuse the question.
    () => undefined,
  );
  if (typeof policy !== 'string' || policy === 'noeviction') return;
  log.warn(
    { policy },
    `[Redis] maxmemory-policy is ${policy}, so a full Redis drops queue keys; set it to noeviction`,
  );
}
