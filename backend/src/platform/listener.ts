import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from './logger.ts';

/**
 * `hearing`: a notification was sent on trial, and it arrived. `deaf`: none arrives, because a pooler in transaction
 * mode is between; the listener then hints by the clock. `connecting`: no one answers, or not yet.
 */
export type ListenerState = 'connecting' | 'hearing' | 'deaf';

export interface Listener {
  readonly state: ListenerState;
  close(): Promise<void>;
}

export interface ListenerOptions {
  /** Several ways to the same database: the first on which notifications arrive is used. */
  url: string | readonly string[];
  channels: readonly string[];
  /** Also called without a payload for each channel after a reconnect, and by the clock while deaf: a hint to look. */
  onNotify: (channel: string, payload: string) => void;
  log: Logger;
  /** How long a notification on trial may take. */
  trialMs?: number;
  /** How often one that hears is tried again, and one that is deaf. */
  retryMs?: number;
  /** How often one that is deaf hints. */
  hintMs?: number;
}

const MAX_PAUSE_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;
const TRIAL_MS = 2_000;
const RETRY_MS = 60_000;
const HINT_MS = 400;

/** Everyone's trials go over it; whose one is says the payload. */
const TRIAL_CHANNEL = 'voxanne_hearing';

/** LISTEN on its own connection, kept alive forever and tried out, because a pooler takes LISTEN and says nothing. */
export function listen(options: ListenerOptions): Listener {
  const { log, channels, trialMs = TRIAL_MS, retryMs = RETRY_MS, hintMs = HINT_MS } = options;
  const urls = [options.url].flat();
  const closing = new AbortController();
  let client: pg.Client | undefined;
  let state: ListenerState = 'connecting';
  let hinting: NodeJS.Timeout | undefined;

  const hint = () => {
    for (const channel of channels) options.onNotify(channel, '');
  };
  const become = (next: ListenerState): void => {
    if (state === next) return;
    if (next === 'deaf') {
      log.warn(
        '[Database] Notifications do not arrive because of a transaction-mode pooler, so the queue is polled. To use notifications, set DATABASE_MIGRATION_URL to a direct connection',
      );
      hinting = setInterval(hint, hintMs);
    } else {
      clearInterval(hinting);
      if (state === 'deaf') log.info('[Database] Notifications arrive again');
    }
    state = next;
  };

  /** Says something over its own connection: over the same one it would arrive whatever is between. */
  const arrives = async (url: string, listening: pg.Client): Promise<boolean> => {
    const word = randomUUID();
    const heard = Promise.withResolvers<boolean>();
    const hear = (message: pg.Notification) => {
      if (message.payload === word) heard.resolve(true);
    };
    listening.on('notification', hear);
    const speaker = connection(url, 'voxanne trial');
    speaker.on('error', () => undefined);
    const giveUp = () => heard.resolve(false);
    const late = setTimeout(giveUp, trialMs);
    closing.signal.addEventListener('abort', giveUp);
    listening.on('end', giveUp);
    try {
      await within(speaker.connect(), heard.promise);
      await speaker.query('select pg_notify($1, $2)', [TRIAL_CHANNEL, word]);
      return await heard.promise;
    } catch {
      // No one could say anything, which proves nothing.
      return false;
    } finally {
      clearTimeout(late);
      closing.signal.removeEventListener('abort', giveUp);
      listening.off('end', giveUp);
      listening.off('notification', hear);
      await speaker.end().catch(() => undefined);
    }
  };

  /** @returns when the connection is over; what it was good for. */
  const connectOnce = async (url: string): Promise<'deaf' | 'ended'> => {
    const next = connection(url, 'voxanne listen');
    const ended = new Promise<void>((resolve) => {
      next.on('error', () => resolve());
      next.on('end', () => resolve());
    });
    // Known before it is up, so that close() can end one that is still connecting.
    client = next;
    try {
      // pg leaves connect() unsettled when the client is ended in the meantime.
      await Promise.race([next.connect(), ended]);
      if (closing.signal.aborted) return 'ended';
      await next.query(`listen ${TRIAL_CHANNEL}`);
      if (!(await arrives(url, next))) {
        // Behind a pooler this reaches the connection that listens, or it does not.
        await next.query(`unlisten ${TRIAL_CHANNEL}`).catch(() => undefined);
        return 'deaf';
      }
      next.on('notification', ({ channel, payload }) => {
        if (channel !== TRIAL_CHANNEL) options.onNotify(channel, payload ?? '');
      });
      for (const channel of channels) await next.query(`listen ${pg.escapeIdentifier(channel)}`);
      become('hearing');
      hint();
      for (;;) {
        const done = new AbortController();
        const pause = sleep(retryMs, 'again', { signal: done.signal }).catch(() => undefined);
        const what = await Promise.race([ended, pause]).finally(() => done.abort());
        if (what !== 'again' || !(await arrives(url, next))) return 'ended';
      }
    } finally {
      await next.end().catch(() => undefined);
    }
  };

  const stayConnected = async (): Promise<void> => {
    let pause = 100;
    while (!closing.signal.aborted) {
      let isDeaf = false;
      for (const url of urls) {
        if (closing.signal.aborted) return;
        try {
          const outcome = await connectOnce(url);
          isDeaf ||= outcome === 'deaf';
          if (outcome === 'ended') {
            isDeaf = false;
            pause = 100;
            break;
          }
        } catch (error) {
          log.debug({ err: error }, '[Database] Listening is interrupted');
        }
      }
      if (closing.signal.aborted) return;
      become(isDeaf ? 'deaf' : 'connecting');
      await sleep(isDeaf ? retryMs : pause, undefined, { signal: closing.signal }).catch(() => undefined);
      pause = Math.min(pause * 2, MAX_PAUSE_MS);
    }
  };

  const running = stayConnected();
  return {
    get state() {
      return state;
    },
    async close() {
      closing.abort();
      clearInterval(hinting);
      await client?.end().catch(() => undefined);
      await running;
    },
  };
}

const connection = (url: string, name: string) =>
  new pg.Client({
    connectionString: url,
    application_name: name,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });

/** Waits for the first, or gives up as soon as the second says so. */
async function within(connecting: Promise<unknown>, givenUp: Promise<boolean>): Promise<void> {
  connecting.catch(() => undefined);
  if ((await Promise.race([connecting.then(() => true), givenUp])) === false)
    throw new Error('No answer in time.');
}
