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
  /** Who may do it: whoever was asked for, else everybody who offers it. */
  providerIds: string[];
  /** Whoever is free will do, so that the alternatives are not bound to one provider either. */
  anyProvider?: boolean | undefined;
}

const DAY_MS = 86_400_000;
const MIN_ALTERNATIVES = 2;
const MAX_ALTERNATIVES = 3;
/** Starts, of whole days, before it is said that nothing is free: 31 days of thirty who work by the quarter of an hour. */
const LOOKED_AT = 100_000;

/**
 * What is free around a time that could not be had: the three closest of those asked for within a week; when that is
 * not two, within a month; when they have not even that, of everybody who offers it.
 */
export async function findAlternatives(
  context: AvailabilityContext,
  ask: Query,
  { orgId }: Pick<TenantScope, 'orgId'>,
  wish: WantedSlot,
): Promise<Slot[]> {
  const now = context.clock.now();
  const horizon = now.getTime() + (wish.service.horizon_days ?? wish.clinic.booking_horizon_days) * DAY_MS;
  // Around a time that has passed, or is too far ahead, are the first and the last that can be booked.
  const at = Math.min(Math.max(wish.at.getTime(), now.getTime()), horizon);
  const rangeOf = (days: number) => ({
    from: Math.max(now.getTime() + 1, at >= horizon ? at - days * DAY_MS : at - DAY_MS),
    to: at + days * DAY_MS,
  });
  // The widest range at once: a second look would cost more than the days that are not looked at.
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
    const staff = staffFor(rules, wish.service).filter(({ id }) => anybody || wish.providerIds.includes(id));
    const { service, durationMinutes } = wish;
    const request = {
      ...rulesFor(rules, service, { now: now.getTime(), durationMinutes, ignoresNotice: false }),
      providers: calendarsOf(rows, staff, service, durationMinutes),
      from,
      stepMinutes: service.slot_step_minutes,
      bufferBeforeMs: service.buffer_before_minutes * 60_000,
      bufferAfterMs: service.buffer_after_minutes * 60_000,
      firstPerStart: true,
    };
    // What is free within a day is closer than all that lies beyond, and mostly enough.
    const near = findFreeTimes({
      ...request,
      from: Math.max(from, at - DAY_MS),
      to: Math.min(to, at + DAY_MS),
    });
    const { slots } =
      near.slots.length >= MAX_ALTERNATIVES
        ? near
        : findFreeTimes({ ...request, to, limits: { answers: Number.POSITIVE_INFINITY, starts: LOOKED_AT } });
    const closest = closestTo(slots, wish.at.getTime(), MAX_ALTERNATIVES);
    if (closest.length > best.length) best = closest;
    if (best.length >= MIN_ALTERNATIVES) break;
  }
  return presentSlots(best, {
    slotKey: context.slotKey,
    orgId,
    service: wish.service.slug,
    timeZone,
    now,
    anyProvider: wish.anyProvider,
  });
}

/** The slots closest to a time, in the order of the clock; one a start. */
export function closestTo(slots: FreeSlot[], at: number, count: number): FreeSlot[] {
  return firstPerStart(slots)
    .toSorted((a, b) => Math.abs(a.from - at) - Math.abs(b.from - at) || a.from - b.from)
    .slice(0, count)
    .sort((a, b) => a.from - b.from);
}
