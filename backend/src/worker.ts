import { z } from 'zod';
import { createVapiJobs } from './assistant/index.ts';
import { markNotSynced, markSynced, sweepHolds, textStillWanted, viewForCalendar } from './booking/index.ts';
import { calendarPushHandler, pushEvent } from './calendar/index.ts';
import {
  CONCURRENCY,
  GiveUp,
  type JobHandler,
  RetryLater,
  startCleanup,
  startLeaseQueue,
  startSweep,
} from './deliveries/index.ts';
import type { Dependencies } from './dependencies.ts';
import { mintOrgId } from './platform/tenant.ts';
import { offerFreedSlot, offerStillOpen } from './waitlist/index.ts';

export interface Worker {
  /** A job may be due. */
  wake(): void;
  /** Takes nothing new; what is in flight ends within that time or goes back to the queue. */
  drain(limitMs?: number): Promise<void>;
}

const REFRESH_TOKENS_EVERY_MS = 60_000;
// Checks on texts whose last callback never came.
const REFRESH_TEXTS_EVERY_MS = 300_000;
// No one waits for it: an expired hold is ignored anyway. It's for the screens and the waitlist.
const END_HOLDS_EVERY_MS = 30_000;
// Once at each start is enough, unless a worker of the previous release was still running then.
const BRING_UP_TO_DATE_EVERY_MS = 3_600_000;
const WAIT_FOR_RELINK_MS = 60_000;
const COUNTED_ATTEMPTS = 9;

/** The one handler table: here, and only here, a row of one room becomes a verb of another. */
export function startWorker(dependencies: Dependencies): Worker {
  const { database, log, clock, messaging, provisioning, calendarTokens } = dependencies;
  const outbox = startLeaseQueue({
    database,
    log,
    table: 'outbox',
    handlers: {
      ...messageJobs(dependencies).outbox,
      'calendar.push': calendarPush(dependencies),
      'waitlist.slot_freed': offerFreedSlot(dependencies.booking),
      'assistant.provision': provisioning.handler,
    },
  });
  const inbox = startLeaseQueue({
    database,
    log,
    table: 'webhook_delivery_log',
    handlers: webhookHandlers(dependencies),
  });
  const { carrier } = dependencies;
  // As many as a queue has slots: a row that waits for a slot waits in Redis, where another worker can take it.
  carrier?.work((table) => (table === 'outbox' ? outbox : inbox).take(), CONCURRENCY);
  const sweep = carrier && startSweep({ database, carrier, tables: ['outbox', 'webhook_delivery_log'], log });
  const cleanup = startCleanup({ database, log, clock });
  const refresh = () => {
    calendarTokens
      .refreshExpiring()
      .catch((err: unknown) => log.warn({ err }, '[GoogleCalendar] Could not check for expiring tokens'));
  };
  const refreshTexts = () => {
    messaging
      .refreshStatuses()
      .catch((err: unknown) => log.warn({ err }, '[Messaging] Could not check the status of texts'));
  };
  const endHolds = () => {
    sweepHolds({ database }).catch((err: unknown) =>
      log.warn({ err }, '[Booking] Could not end expired holds'),
    );
  };
  const bringUpToDate = () => {
    provisioning.queueOutdated().then(
      (clinics) => {
        if (clinics > 0)
          log.info({ clinics }, '[Assistant] Receptionists from an earlier release are being updated');
      },
      (err: unknown) =>
        log.warn({ err }, '[Assistant] Could not check for receptionists from an earlier release'),
    );
  };
  const timers = [
    setInterval(bringUpToDate, BRING_UP_TO_DATE_EVERY_MS),
    setInterval(endHolds, END_HOLDS_EVERY_MS),
    setInterval(refresh, REFRESH_TOKENS_EVERY_MS),
    setInterval(refreshTexts, REFRESH_TEXTS_EVERY_MS),
  ];
  refresh();
  bringUpToDate();
  return {
    wake() {
      outbox.wake();
      inbox.wake();
    },
    async drain(limitMs) {
      for (const timer of timers) clearInterval(timer);
      await Promise.all([outbox.drain(limitMs), inbox.drain(limitMs), sweep?.stop(), cleanup.stop()]);
    },
  };
}

const messageJobs = ({ messaging, database, clock, patients }: Dependencies) =>
  messaging.jobs({
    stillWanted: (orgId, text) => textStillWanted(database, mintOrgId(orgId), text, clock.now()),
    offerStillOpen: (orgId, offerId) => offerStillOpen(database, mintOrgId(orgId), offerId),
    links: patients.links,
  });

/** What is done with a webhook after its answer; a replay asks here, too. */
export const webhookHandlers = (dependencies: Dependencies): Record<string, JobHandler> => ({
  ...messageJobs(dependencies).webhooks,
  ...createVapiJobs(dependencies),
  'google.calendar': calendarPushHandler,
});

/** Those that only write what they return, so that it can be tried out and rolled back. */
export const DRY_RUNNABLE: ReadonlySet<string> = new Set([
  'vapi.end-of-call-report',
  'vapi.status-update',
  'twilio.status',
  'twilio.inbound',
  'google.calendar',
]);

const PushPayload = z.object({ appointment_id: z.guid() });

function calendarPush({
  database,
  connections,
  google,
  calendarTokens,
  resilience,
}: Dependencies): JobHandler {
  return async (job) => {
    const payload = PushPayload.safeParse(job.payload);
    if (!payload.success || job.org_id === null) throw new GiveUp('The row doesn’t name an appointment.');
    const orgId = mintOrgId(job.org_id);
    const { appointment_id: appointmentId } = payload.data;
    const view = await viewForCalendar(database, orgId, appointmentId);
    if (!view) return undefined;
    const pushed = await pushEvent({ google, tokens: calendarTokens, resilience }, orgId, view);
    switch (pushed.outcome) {
      case 'pushed':
        return (db) => markSynced(db, orgId, view, pushed);
      case 'removed':
        return (db) => markSynced(db, orgId, view, { ...pushed, eventId: null });
      case 'later':
        // Counted as long as that makes the delay grow, then no longer: Google may be down for a day.
        throw new RetryLater(pushed.reason, {
          countAttempt: job.attempts < COUNTED_ATTEMPTS,
          ...(pushed.retryAfterMs === undefined ? {} : { delayMs: pushed.retryAfterMs }),
        });
      case 'not_usable':
        // Unlinked: the next link pushes everything that waits, so this row has nothing left to do.
        if (pushed.reason === 'not_linked') {
          return async (db) => {
            await markNotSynced(db, orgId, appointmentId, 'not_linked');
            // A link that came in the meantime has left this row alone, because it was being worked on.
            if (await connections.find(orgId, 'google'))
              throw new RetryLater('The calendar was just linked.', { delayMs: 0, countAttempt: false });
          };
        }
        throw new RetryLater(`The calendar must be linked again (${pushed.reason}).`, {
          countAttempt: false,
          delayMs: WAIT_FOR_RELINK_MS,
        });
      case 'refused':
        await database.withService((db) => markNotSynced(db, orgId, appointmentId, 'error'));
        throw new GiveUp(pushed.reason);
    }
  };
}
