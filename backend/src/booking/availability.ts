import { type Interval, localDate, repeatedPart, type WorkingHours, windowsOf } from './working-hours.ts';

export interface ProviderSchedule {
  id: string;
  name: string;
  hours: WorkingHours;
  /** What occupies the provider, in any order. */
  busy: Interval[];
}

export interface AvailabilityRequest {
  providers: ProviderSchedule[];
  /** Nothing before it is offered, nor at or after `to`. */
  from: number;
  to: number;
  durationMs: number;
  timeZone: string;
}

export interface FreeSlot extends Interval {
  providerId: string;
  providerName: string;
}

export interface EmptyDay {
  /** `2026-11-23` in the clinic's zone. */
  date: string;
  reason: 'closed' | 'too_short' | 'past' | 'out_of_range' | 'full';
}

export interface FreeTimes {
  slots: FreeSlot[];
  emptyDays: EmptyDay[];
}

// Anchored to each opening time, so that a clinic that opens at 9:10 offers 9:10, 9:25 ...
const STEP_MS = 15 * 60_000;

/** All free slots of a range, by start; days without one say why. Integers only in the loops. */
export function findFreeTimes(request: AvailabilityRequest): FreeTimes {
  const { timeZone, from, to, durationMs } = request;
  const providers = request.providers.map((provider) => ({
    ...provider,
    busy: provider.busy.toSorted((a, b) => a.from - b.from),
  }));
  const slots: FreeSlot[] = [];
  const emptyDays: EmptyDay[] = [];
  const last = localDate(to - 1, timeZone);
  for (let day = localDate(from, timeZone); day.toString() <= last.toString(); day = day.add({ days: 1 })) {
    const before = slots.length;
    const repeated = repeatedPart(day, timeZone);
    const seen = { open: false, longEnough: false, left: false, asked: false };
    for (const provider of providers) {
      for (const window of windowsOf(provider.hours, day, timeZone)) {
        const lastStart = window.to - durationMs;
        seen.open = true;
        if (lastStart >= window.from) seen.longEnough = true;
        if (lastStart >= Math.max(window.from, from)) seen.left = true;
        if (sweep(window, provider, request, repeated, slots)) seen.asked = true;
      }
    }
    if (slots.length === before) emptyDays.push({ date: day.toString(), reason: reasonOf(seen) });
  }
  slots.sort((a, b) => a.from - b.from || (a.providerId < b.providerId ? -1 : 1));
  return { slots, emptyDays };
}

function reasonOf(day: {
  open: boolean;
  longEnough: boolean;
  left: boolean;
  asked: boolean;
}): EmptyDay['reason'] {
  if (!day.open) return 'closed';
  if (!day.longEnough) return 'too_short';
  if (!day.left) return 'past';
  return day.asked ? 'full' : 'out_of_range';
}

/** @returns whether the range that was asked for holds any start of this window, free or not. */
function sweep(
  window: Interval,
  provider: ProviderSchedule,
  request: AvailabilityRequest,
  repeated: Interval | undefined,
  slots: FreeSlot[],
): boolean {
  const { from, to, durationMs } = request;
  let index = 0;
  let asked = false;
  for (let start = window.from; start + durationMs <= window.to; start += STEP_MS) {
    if (start < from || start >= to) continue;
    // Nobody can say which of two "1:30 in the morning" is meant: the first is offered.
    if (repeated && start >= repeated.from && start < repeated.to) continue;
    asked = true;
    const end = start + durationMs;
    while (index < provider.busy.length && (provider.busy[index]?.to ?? 0) <= start) index += 1;
    const next = provider.busy[index];
    if (next && next.from < end) continue;
    slots.push({ from: start, to: end, providerId: provider.id, providerName: provider.name });
  }
  return asked;
}

/** The slots closest to a time, in the order of the clock; one a start. */
export function closestTo(slots: FreeSlot[], at: number, count: number): FreeSlot[] {
  const oneEach = slots.filter((slot, index) => slot.from !== slots[index - 1]?.from);
  return oneEach
    .toSorted((a, b) => Math.abs(a.from - at) - Math.abs(b.from - at) || a.from - b.from)
    .slice(0, count)
    .sort((a, b) => a.from - b.from);
}
