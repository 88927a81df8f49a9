import { expireHolds } from '../../backend/src/booking/changes.queries.ts';
import { expiringBefore } from '../../backend/src/connections/connections.queries.ts';
import { searchNumbers } from '../../backend/src/contacts/search-contacts.ts';
import { takeLease } from '../../backend/src/deliveries/cleanup.queries.ts';
import {
  complete,
  type Job,
  overlooked,
  putBack,
  type QueueTable,
  release,
  renewLease,
} from '../../backend/src/deliveries/lease-queue.queries.ts';
import { unsyncedAppointments } from '../../backend/src/health/health.queries.ts';
import { queueFacts } from '../../backend/src/health/queue.queries.ts';
import { countMessages, listMessages } from '../../backend/src/messaging/message-list.queries.ts';
import { findSilent } from '../../backend/src/messaging/reconcile.queries.ts';
import { mintOrgId } from '../../backend/src/platform/tenant.ts';
import { eventsAfter, newestEventId } from '../../backend/src/tenancy/live-events.queries.ts';
import type { HotQuery } from './plans.ts';

const ALL_TEXTS = { patient: null, needsAttention: false };
const QUEUES: readonly QueueTable[] = ['outbox', 'webhook_delivery_log'];

/** What runs by the clock, also while nothing happens, and what each row of a queue costs beside its claim. */
export function steadyQueries(org: string, now: Date): HotQuery[] {
  const orgId = mintOrgId(org);
  const worker = (name: string, run: HotQuery['run']): HotQuery => ({ name, as: null, run });
  const person = (name: string, run: HotQuery['run']): HotQuery => ({ name, as: orgId, run });
  const job: Job = {
    id: org,
    org_id: org,
    topic: 'calendar.push',
    payload: {},
    attempts: 1,
    lease_token: org,
  };
  const jobs = Array<Job>(16).fill(job);
  const span = {
    attempt: 1,
    worker: 'w',
    started_at: now.toISOString(),
    ms: 1,
    outcome: 'completed' as const,
  };
  const setback = {
    status: 'failed' as const,
    reason: 'away',
    delayMs: 1_000,
    countAttempt: true,
    refused: false,
  };
  const ofQueue = (table: QueueTable): HotQuery[] => [
    worker(`${table}: renewal of leases`, (db) => renewLease(table, jobs, 4_000).execute(db)),
    worker(`${table}: completion`, (db) => complete(table, job, span).execute(db)),
    worker(`${table}: putting back`, (db) => putBack(table, job, setback, span).execute(db)),
    worker(`${table}: giving back`, (db) => release(table, jobs, span).execute(db)),
    worker(`${table}: what was overlooked`, (db) => overlooked(db, table, 100)),
  ];
  const day = { olderThanMs: 300_000, youngerThanMs: 86_400_000, limit: 50 };
  const cleanup = { job: 'cleanup', leaseMs: 60_000, unlessRunSince: now };
  return [
    ...QUEUES.flatMap(ofQueue),
    worker('health of all queues', (db) => queueFacts(db, null)),
    worker('health of one clinic’s queues', (db) => queueFacts(db, orgId)),
    worker('appointments that no calendar has', (db) => unsyncedAppointments(db, orgId)),
    worker('holds that ran out', expireHolds),
    worker('texts nobody heard of again', (db) => findSilent(db, day)),
    worker('tokens that expire', (db) => expiringBefore(db, 'google', now, 50)),
    worker('the lease of the clean-up', (db) => takeLease(cleanup).execute(db)),
    person('live events', (db) => eventsAfter(db, '0', 200)),
    person('the newest live event', newestEventId),
    person('the texts', (db) => listMessages(db, ALL_TEXTS, { limit: 50 })),
    person('how many texts there are', (db) => countMessages(db, ALL_TEXTS)),
    person('texts that need attention', (db) =>
      listMessages(db, { ...ALL_TEXTS, needsAttention: true }, { limit: 50 }),
    ),
    person('texts of a patient by name', (db) =>
      listMessages(db, { ...ALL_TEXTS, patient: searchNumbers(db, orgId, 'Smith') }, { limit: 50 }),
    ),
  ];
}
