import type { TimeOff } from '@voxanne/contract';
import { Temporal } from 'temporal-polyfill';
import type { TimeOffRow } from './time-off.queries.ts';

const MIDNIGHT = 'T00:00:00';

/** A row as the API tells it: whole days have their last one named, because "until the 27th" is misread. */
export function presentTimeOff(row: TimeOffRow): TimeOff {
  const { starts_local: starts, ends_local: ends } = row;
  const end = Temporal.PlainDate.from(ends.slice(0, 10));
  const endsAtMidnight = ends.endsWith(MIDNIGHT);
  return {
    ...row,
    all_day: starts.endsWith(MIDNIGHT) && endsAtMidnight,
    first_day: starts.slice(0, 10),
    last_day: (endsAtMidnight ? end.subtract({ days: 1 }) : end).toString(),
  };
}
