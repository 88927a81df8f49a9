import type { ListenerState } from '../platform/listener.ts';
import type { RedisState } from '../platform/redis.ts';
import type { OrgId } from '../platform/tenant.ts';
import { within } from '../platform/within.ts';
import { PROBE_DEADLINE_MS, type Probe, type ProbeOptions } from './probes.ts';
import { COUNTED_TO, type QueueFacts } from './queue.queries.ts';

/** What is due starts within seconds; if it takes longer than this, no worker is running, or too few. */
export const LATE_AFTER_S = 60;

/** For people, and for the one who runs the server. */
interface Mode {
  message: string;
  mode: string;
}

const BY_REDIS: Record<RedisState, Mode> = {
  connected: {
    message: 'Work starts right away, and Redis shares it out',
    mode: 'PostgreSQL rows carried by BullMQ on Redis',
  },
  away: {
    message: 'Redis is down; work continues without it',
    mode: 'Redis is down; the queue runs on PostgreSQL alone',
  },
};
const BY_POSTGRES: Record<ListenerState, Mode> = {
  hearing: { message: 'Work starts right away', mode: 'PostgreSQL rows, woken by LISTEN/NOTIFY' },
  deaf: {
    message: 'Work starts within a second',
    mode: 'PostgreSQL rows, checked several times a second, because a transaction-mode pooler blocks notifications',
  },
  connecting: {
    message: 'Work starts within a few seconds; the connection that announces it is being restored',
    mode: 'PostgreSQL rows, checked every second: the listening connection is down',
  },
};

function modeOf({ redis, listening }: ProbeOptions): Mode {
  const state = redis();
  return state === 'none' ? BY_POSTGRES[listening()] : BY_REDIS[state];
}

/** What came in and what must be sent: how it is carried, what is waiting, what failed. */
export async function probeQueue(options: ProbeOptions, orgId: OrgId | null): Promise<Probe> {
  const { message: healthy, mode } = modeOf(options);
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
      ? entry('degraded', 'Some deliveries have waited for more than a minute', { late: true })
      : entry('healthy', healthy);
  }
  if (oldest_due_seconds > LATE_AFTER_S)
    return entry('degraded', `The oldest delivery has waited for ${oldest_due_seconds} s`, details);
  if (details.dead_letter > 0)
    return entry(
      'degraded',
      `${counted(details.dead_letter)} failed and won’t be retried automatically`,
      details,
    );
  return entry('healthy', healthy, details);
}

const counted = (rows: number): string => {
  if (rows === 1) return '1 delivery';
  return rows >= COUNTED_TO ? `${COUNTED_TO} deliveries or more` : `${rows} deliveries`;
};

export function probeRedis({ redis }: ProbeOptions): Probe {
  const state = redis();
  if (state === 'away') {
    const message = 'Redis isn’t responding; work continues without it, and nothing is lost';
    return { name: 'Redis', status: 'degraded', message, details: { state } };
  }
  const message = state === 'none' ? 'not configured (optional)' : 'Redis connection active';
  return { name: 'Redis', status: 'healthy', message, details: { state } };
}
