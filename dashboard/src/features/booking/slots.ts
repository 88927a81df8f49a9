import type { Slot } from '@voxanne/contract';
import { z } from 'zod';
import type { ApiError } from '../../lib/api/api-error.ts';
import { groupByDay } from '../../lib/format/format.ts';

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

/** What the server offers instead when somebody was faster; null for every other failure. */
export function alternativesOf(error: ApiError): OpenSlot[] | null {
  if (error.status !== 409) return null;
  return Taken.safeParse(error.body).data?.alternatives ?? [];
}

/** Two providers can be free at the same time: a name is shown only where it tells them apart. */
export function slotDays(slots: Slot[], timeZone: string) {
  const severalProviders = new Set(slots.map((slot) => slot.provider_id)).size > 1;
  return { severalProviders, days: groupByDay(slots, (slot) => slot.start, timeZone) };
}

/** Free as far as is known here, while the linked calendar cannot be read. */
export const hasUncertain = (slots: Slot[]): boolean => slots.some((slot) => slot.calendar_state === 'stale');
