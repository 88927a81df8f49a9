import type { Slot } from '@voxanne/contract';
import { spokenTimes } from '../platform/local-time/wording.ts';
import { type FreeSlot, firstPerStart } from './find-free-times.ts';
import { slotSigner } from './slot-id.ts';

interface Offering {
  slotKey: Buffer;
  orgId: string;
  /** Slug of the service. */
  service: string;
  /** For the labels. */
  timeZone: string;
  now: Date;
  /** One offer per start, with any provider who is free when it is taken; it shows who would be first. */
  anyProvider?: boolean | undefined;
}

/** Free slots as they are offered: with a signed handle, and a label to show or to say. */
export function presentSlots(
  slots: FreeSlot[],
  { slotKey, orgId, service, timeZone, now, anyProvider = false }: Offering,
): Slot[] {
  const label = spokenTimes(timeZone, now);
  const sign = slotSigner(slotKey, { orgId, service }, now);
  let last: Pick<Slot, 'start' | 'end' | 'label'> | undefined;
  let lastFrom = Number.NaN;
  const offered = anyProvider ? firstPerStart(slots) : slots;
  return offered.map((slot) => {
    // Several providers are free at most times.
    if (!last || slot.from !== lastFrom) {
      last = {
        start: new Date(slot.from).toISOString(),
        end: new Date(slot.to).toISOString(),
        label: label(slot.from),
      };
      lastFrom = slot.from;
    }
    return {
      slot_id: sign(anyProvider ? null : slot.providerId, slot.from),
      start: last.start,
      end: last.end,
      provider_id: slot.providerId,
      provider_name: slot.providerName,
      label: last.label,
      ...(slot.stale && { calendar_state: 'stale' as const }),
    };
  });
}
