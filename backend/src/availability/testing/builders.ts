import { type Interval, NOTHING, spansOf } from '../../platform/local-time/spans.ts';
import type { WorkingHours } from '../../schedule/working-hours.ts';
import { type FreeTimesRequest, findFreeTimes, type ProviderCalendar } from '../find-free-times.ts';
import { weekOf } from '../week.ts';

export const MINUTE = 60_000;
export const DAY = 1_440 * MINUTE;

export const week = (hours: WorkingHours) => weekOf(JSON.stringify(hours));
export const daily = (from: string, to: string): WorkingHours =>
  Object.fromEntries(['1', '2', '3', '4', '5', '6', '7'].map((day) => [day, [[from, to]]]));
const nineToFive: WorkingHours = Object.fromEntries(
  ['1', '2', '3', '4', '5'].map((day) => [day, [['09:00', '17:00']]]),
);

/** Someone with an empty calendar, unless something else is said. */
export function provider(
  id: string,
  {
    busy = [],
    hours = nineToFive,
    ...change
  }: Partial<Omit<ProviderCalendar, 'hours'>> & { busy?: Interval[]; hours?: WorkingHours } = {},
): ProviderCalendar {
  const sorted = busy.toSorted((a, b) => a.from - b.from);
  return {
    id,
    name: id,
    hours: week(hours),
    breaks: week({}),
    absences: NOTHING,
    calendar: 'none',
    appointments: spansOf(busy),
    blocks: NOTHING,
    sessions: [],
    starts: Float64Array.from(sorted, ({ from }) => from),
    ends: Float64Array.from(sorted, ({ to }) => to),
    ...change,
  };
}

/** Half-hours every quarter of an hour, with no other rule than the opening hours, unless something else is said. */
export const freeTimes = (change: Pick<FreeTimesRequest, 'from' | 'to'> & Partial<FreeTimesRequest>) =>
  findFreeTimes({
    providers: [provider('ada')],
    timeZone: 'UTC',
    now: change.from - 1,
    durationMs: 30 * MINUTE,
    noticeMs: 0,
    horizon: Number.MAX_SAFE_INTEGER,
    holidays: NOTHING,
    stalePolicy: 'internal_only',
    stepMinutes: 15,
    bufferBeforeMs: 0,
    bufferAfterMs: 0,
    ...change,
  });
