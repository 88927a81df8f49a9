import type { Slot } from '@voxanne/contract';
import { z } from 'zod';
import type { ApiError } from '../../lib/api/api-error.ts';
import { minuteOfDay } from '../../lib/format/zoned.ts';

export type OpenSlot = Pick<Slot, 'slot_id' | 'start' | 'end'> & { provider_name?: string | undefined };

const Taken = z.object({
  alternatives: z.array(
    z.object({
      slot_id: z.string(),
      start: z.string(),
      end: z.string(),
      provider_name: z.string().optional(),
    }),
  ),
});

/** What the server offers instead when someone was faster; null for every other failure. */
export function alternativesOf(error: ApiError): OpenSlot[] | null {
  if (error.status !== 409) return null;
  return Taken.safeParse(error.body).data?.alternatives ?? [];
}

/**
 * Each start once, however many are free then: of several the first has the least to do.
 * @param chosen - The slot that represents its start, even if another one comes first by now.
 */
export function slotsByStart(slots: Slot[], chosen = ''): Slot[] {
  const starts = new Map<string, Slot>();
  for (const slot of slots)
    if (!starts.has(slot.start) || slot.slot_id === chosen) starts.set(slot.start, slot);
  return [...starts.values()];
}

const PARTS = [
  ['Morning', 0],
  ['Afternoon', 12 * 60],
  ['Evening', 17 * 60],
] as const;

/** The parts of a day that have a time, in their order. */
export function partsOfDay(slots: Slot[], timeZone: string): [string, Slot[]][] {
  const parts = new Map<string, Slot[]>();
  for (const slot of slots) {
    const minute = minuteOfDay(slot.start, timeZone);
    const [part] = PARTS.findLast(([, from]) => minute >= from) ?? PARTS[0];
    parts.set(part, [...(parts.get(part) ?? []), slot]);
  }
  return [...parts];
}

/** Free as far as is known here, while the linked calendar cannot be read. */
export const hasUncertain = (slots: Slot[]): boolean => slots.some((slot) => slot.calendar_state === 'stale');
