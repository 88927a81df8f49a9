import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from './logger.ts';

export interface Listener {
  close(): Promise<void>;
}

export interface ListenerOptions {
  url: string;
  channels: readonly string[];
  /** Also called without a payload for each channel after a reconnect: what was said meanwhile is unknown. */
  onNotify: (channel: string, payload: string) => void;
  log: Logger;
}

const LONGEST_PAUSE_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * LISTEN on a connection of its own, kept alive for ever. A notification is a hint: whoever uses it must also
 * look from time to time, because behind a transaction pooler nothing ever arrives.
 */
export function listen(options: ListenerOptions): Listener {
  const closing = new AbortController();
  let client: pg.Client | undefined;

  const connectOnce = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: options.url,
      application_name: 'voxanne listen',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
    const ended = new Promise<void>((resolve) => {
      next.on('error', () => resolve());
      next.on('end', () => resolve());
    });
    next.on('notification', (message) => options.onNotify(message.channel, message.payload ?? ''));
    // Known before it stands, so that close() can end one that is still connecting.
    client = next;
    try {
      // pg leaves connect() unsettled when the client is ended meanwhile.
      await Promise.race([next.connect(), ended]);
      if (closing.signal.aborted) return;
      for (const channel of options.channels) await next.query(`listen ${pg.escapeIdentifier(channel)}`);
      for (const channel of options.channels) options.onNotify(channel, '');
      await ended;
    } finally {
      await next.end().catch(() => undefined);
    }
  };

  const stayConnected = async (): Promise<void> => {
    let pause = 100;
    while (!closing.signal.aborted) {
      try {
        await connectOnce();
        pause = 100;
      } catch (error) {
        options.log.debug({ err: error }, '[Database] Listening is interrupted');
      }
      await sleep(pause, undefined, { signal: closing.signal }).catch(() => undefined);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  };

  const running = stayConnected();
  return {
    async close() {
      closing.abort();
      await client?.end().catch(() => undefined);
      await running;
    },
  };
}
