import { createSafeCall } from '@voxanne/safe-call';
import type { Connection, Connections } from '../connections/index.ts';
import type { Database } from '../platform/database.ts';
import type { RedisState } from '../platform/redis.ts';
import { mintOrgId } from '../platform/tenant.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import { mayMakeTemporaryObjects } from './health.queries.ts';
import type { ProbeOptions, TwilioFacts } from './probes.ts';
import type { QueueFacts } from './queue.queries.ts';
import { reportHealth } from './report.ts';
import type { ReceptionistFacts } from './vapi.queries.ts';

export const NOW = '2026-11-18T15:00:00.000Z';
export const mine = mintOrgId('b0a7c1a0-0000-4000-8000-00000000000a');
export const theirs = mintOrgId('b0a7c1a0-0000-4000-8000-00000000000b');
export const later = (seconds: number) => new Date(Date.parse(NOW) + seconds * 1_000);

export const linked = (change: Partial<Connection> = {}) =>
  ({ status: 'connected', account: 'clinic@example.com', expiresAt: later(3_600), ...change }) as Connection;

export interface World {
  connection?: Connection | undefined;
  database?: () => Promise<unknown>;
  twilio?: Partial<TwilioFacts>;
  receptionist?: Partial<ReceptionistFacts>;
  vapiRefusesKey?: boolean;
  /** Left on the disk of the built-in database. */
  diskFreeBytes?: number;
  /** Upcoming appointments that did not reach the calendar. */
  unsynced?: number;
  /** The clinic does without Google Calendar. */
  declined?: boolean;
  redis?: RedisState | 'none';
  queue?: Partial<QueueFacts>;
}

export const GB = 1024 ** 3;
export const none = { pending: 0, processing: 0, failed: 0, dead_letter: 0 };

/** A deployment in which everything works, except as given. */
export function world({
  connection,
  database,
  twilio,
  unsynced = 0,
  declined = false,
  redis = 'none',
  queue,
  ...world
}: World = {}) {
  const answer = database ?? (async () => ({ unsynced, wanted: !declined }));
  const options: ProbeOptions = {
    database: {
      withService: async (question: unknown) => {
        const facts = await answer();
        return question === mayMakeTemporaryObjects ? false : facts;
      },
    } as unknown as Database,
    connections: { find: async () => answer().then(() => connection) } as unknown as Connections,
    resilience: createSafeCall(),
    clock: fixedClock(NOW),
    twilio: async () => ({
      configured: true,
      message: 'Twilio credentials configured',
      fault: null,
      waiting: 0,
      oldestWaitingSeconds: 0,
      ...twilio,
    }),
    vapiRefusesKey: async () => world.vapiRefusesKey ?? false,
    receptionist: async () => ({
      assistantId: 'assistant-1',
      hasNumber: true,
      problem: null,
      pendingSeconds: 0,
      ...world.receptionist,
    }),
    disk: async () =>
      world.diskFreeBytes === undefined
        ? undefined
        : { freeBytes: world.diskFreeBytes, totalBytes: 100 * GB },
    redis: () => redis,
    listening: () => 'hearing',
    queue: async () => {
      await answer();
      return { webhooks: none, outgoing: none, oldest_due_seconds: 0, ...queue };
    },
  };
  return {
    report: (org: typeof mine | null = mine) => reportHealth(options, org),
    /** Three failures in a row. */
    async trip(name: string, key?: string) {
      for (let n = 0; n < 3; n += 1) {
        await options.resilience.safeCall(
          name,
          () => Promise.reject(Object.assign(new Error('down'), { status: 503 })),
          { retries: 0, ...(key && { key }) },
        );
      }
    },
  };
}
