import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { type BookingContext, holdSlot, inBookingTransaction } from '../booking/index.ts';
import { GiveUp, type JobHandler, RetryLater } from '../deliveries/index.ts';
import { keptOpen } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { holds, minutesOf } from '../platform/local-time/repeating-clock.ts';
import { mintOrgId, type TenantScope } from '../platform/tenant.ts';
import { findClinic } from '../tenancy/index.ts';
import { quietForMs } from './quiet-hours.ts';
import { type FreedSlot, offerSlot, waitingFor } from './waitlist.queries.ts';

/** How long a freed time is held for the person it was offered to. */
const OFFER_SECONDS = 15 * 60;
const PAGE = 50;

const FreedPayload = z.object({
  provider_id: z.guid(),
  scheduled_at: z.iso.datetime({ offset: true }),
  /** Who had it. */
  contact_id: z.guid().optional(),
});
const Windows = z.array(z.tuple([z.string(), z.string()]));

/**
 * For the worker: offers a freed time to the next person it works for. At night it waits for the morning, and the time
 * is open to everyone until then.
 */
export function offerFreedSlot(context: BookingContext): JobHandler {
  const { database, clock } = context;
  return async (job) => {
    const payload = FreedPayload.safeParse(job.payload);
    if (!payload.success || job.org_id === null)
      throw new GiveUp('The row doesn’t say which time opened up.');
    const scope: TenantScope = { orgId: mintOrgId(job.org_id), userId: null };
    const at = new Date(payload.data.scheduled_at);
    // There must be time left to say yes.
    if (at.getTime() <= clock.now().getTime() + OFFER_SECONDS * 1_000) return undefined;
    const { time_zone: timeZone } = await database.withTenant(scope, (db) => findClinic(db, scope.orgId));
    const delayMs = quietForMs(clock.now(), timeZone);
    if (delayMs > 0) throw new RetryLater('Offers aren’t texted at night.', { delayMs, countAttempt: false });
    const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone);
    const freed = {
      providerId: payload.data.provider_id,
      at,
      date: local.toPlainDate().toString(),
      freedBy: payload.data.contact_id,
    };
    await offerToTheNext(context, scope, freed, local.toPlainTime());
    return undefined;
  };
}

async function offerToTheNext(
  context: BookingContext,
  scope: TenantScope,
  freed: FreedSlot,
  time: Temporal.PlainTime,
): Promise<void> {
  // Whether it can be booked depends only on the service, so it's checked once for everyone waiting for it.
  const refused = new Set<string>();
  let decidesLater = false;
  for (let after: string | undefined; ; ) {
    const waiting = await context.database.withTenant(scope, (db) =>
      waitingFor(db, scope.orgId, freed, { after, limit: PAGE }),
    );
    for (const entry of waiting) {
      if (refused.has(entry.service_type) || !suits(entry, time)) continue;
      if (entry.has_offer) {
        decidesLater = true;
        continue;
      }
      const outcome = await offer(context, scope, freed, entry);
      if (outcome === 'offered') return;
      if (outcome === 'not_to_be_had') refused.add(entry.service_type);
    }
    after = waiting.at(-1)?.id;
    if (waiting.length < PAGE) break;
  }
  if (decidesLater) {
    throw new RetryLater('The patients it would work for already have an open offer.', {
      delayMs: OFFER_SECONDS * 1_000,
      countAttempt: false,
    });
  }
}

type Waiting = Awaited<ReturnType<typeof waitingFor>>[number];

/** The whole appointment fits in the requested parts of the day. */
function suits({ windows, duration_minutes }: Waiting, time: Temporal.PlainTime): boolean {
  const wanted = Windows.parse(windows).map(([from, to]) => [minutesOf(from), minutesOf(to)] as const);
  const from = time.hour * 60 + time.minute;
  return wanted.length === 0 || holds(wanted, [from, from + duration_minutes], 1_440);
}

/** Rolls the hold back: that person left, or got another offer this moment. */
class NotToThem extends Error {
  override readonly name = 'NotToThem';
}

/**
 * Hold, offer and the order to text it are one transaction: a worker that is killed has done all of it or nothing, and
 * the second of two workers finds the time taken.
 */
async function offer(
  context: BookingContext,
  scope: TenantScope,
  freed: FreedSlot,
  entry: Waiting,
): Promise<'offered' | 'not_to_them' | 'not_to_be_had'> {
  try {
    await inBookingTransaction(context, scope, async (tx) => {
      const hold = {
        serviceType: entry.service_type,
        when: { at: freed.at },
        providerId: freed.providerId,
        seconds: OFFER_SECONDS,
        contactId: entry.contact_id,
      };
      const origin = { source: 'system', requestId: null, actorId: 'waitlist' } as const;
      const { holdId } = await holdSlot(keptOpen(tx), hold, origin);
      if ((await offerSlot(tx.db, tx.orgId, entry.id, holdId)) === undefined) throw new NotToThem();
    });
  } catch (error) {
    if (error instanceof NotToThem) return 'not_to_them';
    if (error instanceof AppError && !error.retryable && error.status < 500) return 'not_to_be_had';
    throw error;
  }
  context.log.info({ org_id: scope.orgId, waitlist_id: entry.id }, '[Waitlist] Freed time offered');
  return 'offered';
}
