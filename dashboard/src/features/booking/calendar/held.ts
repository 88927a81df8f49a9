import type { HeldTime } from '@voxanne/contract';
import { formatTime } from '../../../lib/format/format.ts';

/** What is not over yet. What is kept for a patient is among the appointments, and not here. */
export const stillHeld = (held: HeldTime[], now: number): HeldTime[] =>
  held.filter((one) => Date.parse(one.expires_at) > now);

/** When the next one runs out; null when none will. */
export function nextExpiry(held: HeldTime[], now: number): number | null {
  const coming = held.map((one) => Date.parse(one.expires_at)).filter((at) => at > now);
  return coming.length === 0 ? null : Math.min(...coming);
}

export const heldWords = ({ expires_at }: HeldTime, timeZone: string): string =>
  `Held until ${formatTime(expires_at, timeZone)}`;

const keepers: Record<string, string> = {
  voice: 'The receptionist, on a call',
  dashboard: 'Staff',
  api: 'A program',
};
export const keeperWord = (source: string): string => keepers[source] ?? source;
