import type { Slot } from '@voxanne/contract';
import type { FreeSlot } from './availability/find-free-times.ts';
import { spokenTimes } from './labels.ts';
import { signSlot } from './slot-id.ts';

interface Offering {
  slotKey: Buffer;
  orgId: string;
  /** Slug of the service. */
  service: string;
  /** For the labels. */
  timeZone: string;
  now: Date;
}

/** Free slots as they are offered: with a signed handle, and a label to show or to say. */
export function presentSlots(
  slots: FreeSlot[],
  { slotKey, orgId, service, timeZone, now }: Offering,
): Slot[] {
  const label = spokenTimes(timeZone, now);
  let last: Pick<Slot, 'start' | 'end' | 'label'> | undefined;
  let lastFrom = Number.NaN;
  return slots.map((slot) => {
    const startsAt = new Date(slot.from);
    // Several providers are free at most times.
    if (!last || slot.from !== lastFrom) {
      last = { start: startsAt.toISOString(), end: new Date(slot.to).toISOString(), label: label(slot.from) };
      lastFrom = slot.from;
    }
    return {
      slot_id: signSlot(slotKey, { orgId, providerId: slot.providerId, service, startsAt }, now),
      start: last.start,
      end: last.end,
      provider_id: slot.providerId,
      provider_name: slot.providerName,
      label: last.label,
      ...(slot.stale && { calendar_state: 'stale' as const }),
    };
  });
}
