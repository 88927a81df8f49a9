import type { Slot } from '@voxanne/contract';
import type { Query } from '../platform/database.ts';
import type { TenantScope } from '../platform/tenant.ts';
import type { ServiceFacts } from '../schedule/index.ts';
import type { ClinicForBooking } from '../tenancy/index.ts';
import type { AvailabilityContext } from './availability-context.ts';
import { readCalendar, withBuffers } from './calendar.queries.ts';
import { calendarsOf, rulesFor, rulesOf, staffFor } from './clinic-calendar.ts';
import { type FreeSlot, findFreeTimes, firstPerStart } from './find-free-times.ts';
import { presentSlots } from './present-slots.ts';

export interface WantedSlot {
  clinic: ClinicForBooking;
  service: ServiceFacts;
  at: Date;
  durationMinutes: number;
  /** Who may do it: the provider who was asked for, or everyone who offers it. */
  providerIds: string[];
  /** Any free provider will do, so the alternatives aren't bound to one provider either. */
  anyProvider?: boolean | undefined;
}

const DAY_MS = 86_400_000;
const MIN_ALTERNATIVES = 2;
const MAX_ALTERNATIVES = 3;
/** How many starts to search before saying that nothing is free: 31 days of 30 providers in quarter hours. */
const MAX_STARTS_SEARCHED = 100_000;

/**
 * Free times around one that can't be booked: the three closest with the requested providers within a week; if that is
 * not two, within a month; if there are still too few, with everyone who offers it.
 */
export async function findAlternatives(
  context: AvailabilityContext,
  ask: Query,
  { orgId }: Pick<TenantScope, 'orgId'>,
  wanted: WantedSlot,
): Promise<Slot[]> {
  const now = context.clock.now();
  const horizon =
    now.getTime() + (wanted.service.horizon_days ?? wanted.clinic.booking_horizon_days) * DAY_MS;
  // For a time that has passed, or is too far ahead, these are the first and the last bookable ones.
  const at = Math.min(Math.max(wanted.at.getTime(), now.getTime()), horizon);
  const rangeOf = (days: number) => ({
    from: Math.max(now.getTime() + 1, at >= horizon ? at - days * DAY_MS : at - DAY_MS),
    to: at + days * DAY_MS,
  });
  // The widest range at once: a second search would cost more than the extra days.
  const widest = rangeOf(31);
  const rows = await ask(readCalendar(orgId, now, ...withBuffers(widest.from, widest.to)));
  const rules = rulesOf(rows);
  const timeZone = rules.clinic.time_zone;
  let best: FreeSlot[] = [];
  for (const { days, anybody } of [
    { days: 7, anybody: false },
    { days: 31, anybody: false },
    { days: 31, anybody: true },
  ]) {
    const { from, to } = rangeOf(days);
    const staff = staffFor(rules, wanted.service).filter(
      ({ id }) => anybody || wanted.providerIds.includes(id),
    );
    const { service, durationMinutes } = wanted;
    const request = {
      ...rulesFor(rules, service, { now: now.getTime(), durationMinutes, ignoresNotice: false }),
      providers: calendarsOf(rows, staff, service, durationMinutes),
      from,
      stepMinutes: service.slot_step_minutes,
      bufferBeforeMs: service.buffer_before_minutes * 60_000,
      bufferAfterMs: service.buffer_after_minutes * 60_000,
      firstPerStart: true,
    };
    // What is free within a day is closer than anything beyond it, and usually enough.
    const near = findFreeTimes({
      ...request,
      from: Math.max(from, at - DAY_MS),
      to: Math.min(to, at + DAY_MS),
    });
    const { slots } =
      near.slots.length >= MAX_ALTERNATIVES
        ? near
        : findFreeTimes({
            ...request,
            to,
            limits: { answers: Number.POSITIVE_INFINITY, starts: MAX_STARTS_SEARCHED },
          });
    const closest = closestTo(slots, wanted.at.getTime(), MAX_ALTERNATIVES);
    if (closest.length > best.length) best = closest;
    if (best.length >= MIN_ALTERNATIVES) break;
  }
  return presentSlots(best, {
    slotKey: context.slotKey,
    orgId,
    service: wanted.service.slug,
    timeZone,
    now,
    anyProvider: wanted.anyProvider,
  });
}

/** The slots closest to a time, by time of day; one per start. */
export function closestTo(slots: FreeSlot[], at: number, count: number): FreeSlot[] {
  return firstPerStart(slots)
    .toSorted((a, b) => Math.abs(a.from - at) - Math.abs(b.from - at) || a.from - b.from)
    .slice(0, count)
    .sort((a, b) => a.from - b.from);
}
