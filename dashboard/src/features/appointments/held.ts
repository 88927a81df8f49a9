import type { HeldTime } from '@voxanne/contract';
import { formatDayShort, formatTime } from '../../lib/format/format.ts';
import { dayKey } from '../../lib/format/zoned.ts';

/** What is not over yet. What is kept for a patient is among the appointments, and not here. */
export const stillHeld = (held: HeldTime[], now: number): HeldTime[] =>
  held.filter((one) => Date.parse(one.expires_at) > now);

/** When the next one runs out; null when none will. */
export function nextExpiry(held: HeldTime[], now: number): number | null {
  const coming = held.map((one) => Date.parse(one.expires_at)).filter((at) => at > now);
  return coming.length === 0 ? null : Math.min(...coming);
}

/** Until when, with the day if it is not the day of the held time. */
export const endWords = ({ scheduled_at, expires_at }: HeldTime, timeZone: string): string =>
  dayKey(scheduled_at, timeZone) === dayKey(expires_at, timeZone)
    ? formatTime(expires_at, timeZone)
    : `${formatTime(expires_at, timeZone)}, ${formatDayShort(expires_at, timeZone)}`;

export const heldWords = (hold: HeldTime, timeZone: string): string =>
  `Held until ${endWords(hold, timeZone)}`;

const keepers: Record<string, string> = {
  voice: 'The receptionist, on a call',
  dashboard: 'Staff',
  api: 'An app using the API',
};
export const keeperWord = (source: string): string => keepers[source] ?? source;
