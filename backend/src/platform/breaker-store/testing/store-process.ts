import type { BreakerStore } from '@voxanne/safe-call';
import { vi } from 'vitest';
import type { TestDatabase } from '../../../testing/index.ts';
import { createDatabase } from '../../database.ts';
import { type Listener, listen } from '../../listener.ts';
import { silentLogger } from '../../logger.ts';
import { type BreakerStoreOptions, createBreakerStore } from '../breaker-store.ts';

/** The store as one process has it, with connections of its own. */
export interface StoreProcess {
  store: BreakerStore;
  /** Waits until it hears. Nothing to wait for if no one subscribed. */
  connected(): Promise<void>;
  /** Waits until it has heard all that was said up to now. */
  caughtUp(): Promise<void>;
  end(): Promise<void>;
}

let marks = 0;

export function startStore(
  db: TestDatabase,
  options: Pick<BreakerStoreOptions, 'node' | 'quorum' | 'probeCapMs' | 'newsCapMs'> = {},
): StoreProcess {
  const database = createDatabase({ url: db.runtimeUrl, maxConnections: 4 });
  const heard = new Set<string>();
  let listener: Pick<Listener, 'close'> | undefined;
  const store = createBreakerStore({
    pool: database.pool,
    listen(channel, onNotify) {
      const hear = (_: string, payload: string) => {
        heard.add(payload);
        onNotify(payload);
      };
      const inner = listen({ url: db.runtimeUrl, channels: [channel], onNotify: hear, log: silentLogger });
      listener = {
        close() {
          listener = undefined;
          return inner.close();
        },
      };
      return listener;
    },
    // The suite tests what the store decides, even if the machine is too busy for the caps.
    probeCapMs: 30_000,
    newsCapMs: 30_000,
    ...options,
  });
  const hears = async (payload: string, timeout = 30_000) => {
    if (listener !== undefined) await vi.waitUntil(() => heard.has(payload), { interval: 2, timeout });
  };
  return {
    store,
    connected: () => hears(''),
    async caughtUp() {
      const mark = `mark ${++marks}`;
      // Said again until it is heard: a new listener is deaf for a moment.
      await vi.waitFor(
        async () => {
          await db.owner.query(`select pg_notify('voxanne_breakers', $1)`, [mark]);
          await hears(mark, 500);
        },
        { timeout: 60_000 },
      );
    },
    async end() {
      await store.close();
      await database.close();
    },
  };
}
