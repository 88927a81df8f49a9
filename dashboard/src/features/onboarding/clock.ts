import type { Onboarding } from '@voxanne/contract';

export type ClockTone = 'running' | 'late' | 'over' | 'rest' | 'done';

/** After that no one is in a hurry anymore, and a running clock would only nag. */
export const RESTS_AFTER_S = 5 * 60;

type Times = Pick<Onboarding, 'started_at' | 'completed_at' | 'now' | 'target_seconds'>;

/**
 * Both ends come from the server. In between, this machine only counts on from the server's `now`, so that a
 * wrong clock here cannot make the setup look faster or slower.
 */
export function elapsedSeconds(times: Times, receivedAt: number, clientNow: number): number {
  const start = Date.parse(times.started_at);
  const end =
    times.completed_at === null
      ? Date.parse(times.now) + Math.max(0, clientNow - receivedAt)
      : Date.parse(times.completed_at);
  return Math.max(0, (end - start) / 1000);
}

export function clockTone(seconds: number, times: Pick<Times, 'completed_at' | 'target_seconds'>): ClockTone {
  if (times.completed_at !== null) return 'done';
  if (seconds >= RESTS_AFTER_S) return 'rest';
  if (seconds >= times.target_seconds) return 'over';
  return seconds >= times.target_seconds * 0.75 ? 'late' : 'running';
}

const two = (value: number) => String(value).padStart(2, '0');

/** 7 -> "0:07", 75 -> "1:15", 3675 -> "1:01:15" */
export function formatClock(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export const formatSplit = (seconds: number) =>
  seconds < 99.95 ? `${seconds.toFixed(1)} s` : `${formatClock(seconds)} min`;

export function clockWords(tone: ClockTone, seconds: number, target: number): string {
  switch (tone) {
    case 'done':
      if (seconds <= target) return `Done, with ${formatSplit(target - seconds)} to spare.`;
      return seconds < RESTS_AFTER_S ? `Done. It took longer than ${target} seconds.` : 'Done.';
    case 'over':
      return 'Taking a little longer. No rush: everything is saved.';
    case 'rest':
      return 'No rush: everything is saved. Continue whenever you like; a calendar is optional.';
    case 'late':
      return `Less than ${Math.round(target / 4)} seconds left of ${target}.`;
    default:
      return `From sign-up to a confirmed appointment in ${target} seconds.`;
  }
}

/** The marks a screen reader hears between two looks at the clock: the last one that was crossed. */
export function crossedMark(before: number, after: number): 15 | 30 | 45 | 60 | null {
  return ([60, 45, 30, 15] as const).find((mark) => before < mark && after >= mark) ?? null;
}
