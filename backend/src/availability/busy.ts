import { type Interval, overlaps, type Spans } from '../platform/local-time/spans.ts';

/** A shared session of the requested service. */
export interface Session extends Interval {
  start: number;
  /** How many places the service has now. */
  seatsLeft: number;
}

/** What takes a provider's time. */
export interface Busy {
  appointments: Spans;
  /** What a linked calendar says is taken. */
  blocks: Spans;
  /** Sessions one could join; they keep everything else out, as appointments do. */
  sessions: readonly Session[];
  /** When each appointment starts and ends, in order: how busy someone is, and since when they are free. */
  starts: Float64Array;
  ends: Float64Array;
}

/** Why a start is refused because of what is already there; the service's buffers are kept free too. */
export function conflictAt(
  busy: Busy,
  start: number,
  from: number,
  to: number,
): 'full' | 'busy_elsewhere' | undefined {
  if (overlaps(busy.appointments, from, to)) return 'full';
  for (const session of busy.sessions) {
    const joins = session.start === start && session.seatsLeft > 0;
    if (!joins && session.from < to && from < session.to) return 'full';
  }
  if (overlaps(busy.blocks, from, to)) return 'busy_elsewhere';
  return undefined;
}

/** Who to offer first: the least booked that day, then the one who has been free the longest. */
export interface Load {
  joins: boolean;
  booked: number;
  idleSince: number;
}

/** A provider's appointments on a day, as seen from a start. Rows that start together count once. */
export function loadOn(busy: Busy, day: { starts: number; ends: number }, start: number): Load {
  let booked = 0;
  let idleSince = day.starts;
  let last = Number.NaN;
  for (let index = lowerBound(busy.starts, day.starts); index < busy.starts.length; index += 1) {
    const starts = busy.starts[index] as number;
    if (starts >= day.ends) break;
    if (starts !== last) booked += 1;
    last = starts;
    if (starts < start) idleSince = Math.max(idleSince, busy.ends[index] as number);
  }
  return { joins: busy.sessions.some((session) => session.start === start), booked, idleSince };
}

export const fairest = (a: Load, b: Load): number =>
  Number(b.joins) - Number(a.joins) || a.booked - b.booked || a.idleSince - b.idleSince;

function lowerBound(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
