import type { ListenerState } from '../platform/listener.ts';
import type { RedisState } from '../platform/redis.ts';
import type { OrgId } from '../platform/tenant.ts';
import { within } from '../platform/within.ts';
import { PROBE_DEADLINE_MS, type Probe, type ProbeOptions } from './probes.ts';
import { COUNTED_TO, type QueueFacts } from './queue.queries.ts';

/** What is due starts within seconds; if it takes longer than this, no worker is running, or too few. */
export const LATE_AFTER_S = 60;

const BY_REDIS: Record<RedisState, string> = {
  connected: 'PostgreSQL rows carried by BullMQ on Redis',
  away: 'Redis is down; the queue runs on PostgreSQL alone',
};
const BY_POSTGRES: Record<ListenerState, string> = {
  hearing: 'PostgreSQL rows, woken by LISTEN/NOTIFY',
  deaf: 'PostgreSQL rows, checked several times a second, because a transaction-mode pooler blocks notifications',
  connecting: 'PostgreSQL rows, checked every second: the listening connection is down',
};

function modeOf({ redis, listening }: ProbeOptions): string {
  const state = redis();
  return state === 'none' ? BY_POSTGRES[listening()] : BY_REDIS[state];
}

/** What came in and what must be sent: how it is carried, what is waiting, what was given up. */
export async function probeQueue(options: ProbeOptions, orgId: OrgId | null): Promise<Probe> {
  const mode = modeOf(options);
  const entry = (status: Probe['status'], message: string, details: Probe['details'] = {}): Probe => ({
    name: 'Webhook Queue',
    status,
    message,
    details: { mode, notifications: options.listening(), ...details },
  });
  let facts: QueueFacts;
  try {
    facts = await within(PROBE_DEADLINE_MS, options.queue(orgId));
  } catch {
    return entry('degraded', 'We can’t read the queue, because the database isn’t responding');
  }
  const { webhooks, outgoing, oldest_due_seconds } = facts;
  const sum = (name: 'pending' | 'processing' | 'failed' | 'dead_letter') => webhooks[name] + outgoing[name];
  const details = {
    pending: sum('pending'),
    processing: sum('processing'),
    failed: sum('failed'),
    dead_letter: sum('dead_letter'),
    oldest_due_seconds,
    dead_letter_webhooks: webhooks.dead_letter,
    dead_letter_outgoing: outgoing.dead_letter,
  };
  // A stranger hears whether the queue is late, and no figure of any clinic.
  if (orgId === null) {
    return oldest_due_seconds > LATE_AFTER_S
      ? entry('degraded', 'Some rows have waited for more than a minute', { late: true })
      : entry('healthy', mode);
  }
  if (oldest_due_seconds > LATE_AFTER_S)
    return entry('degraded', `The oldest due row has waited for ${oldest_due_seconds} s`, details);
  if (details.dead_letter > 0)
    return entry('degraded', `${counted(details.dead_letter)} given up after every attempt`, details);
  return entry('healthy', mode, details);
}

const counted = (rows: number): string => {
  if (rows === 1) return '1 row was';
  return `${rows >= COUNTED_TO ? `${COUNTED_TO} rows or more` : `${rows} rows`} were`;
};

export function probeRedis({ redis }: ProbeOptions): Probe {
  const state = redis();
  if (state === 'away') {
    const message = 'Redis isn’t responding; the queue runs on PostgreSQL alone, and nothing is lost';
    return { name: 'Redis', status: 'degraded', message, details: { state } };
  }
  const message = state === 'none' ? 'not configured (optional)' : 'Redis connection active';
  return { name: 'Redis', status: 'healthy', message, details: { state } };
}
