import type { Provider, TimeOff, WeeklyHours } from '@voxanne/contract';
import { addDays, weekdayOf } from '../../lib/format/zoned.ts';
import { DAY_MINUTES, type Range, skippedPart } from './days.ts';

export interface Band extends Range {
  kind: 'closed' | 'break' | 'off' | 'skipped';
  label: string;
}

export interface Opening {
  /** When a provider can be booked. */
  open: Range[];
  /** What is shaded, with the reason. */
  bands: Band[];
}

type Who = Pick<Provider, 'id' | 'working_hours' | 'breaks' | 'active'>;

/** When one provider can be booked on a day, and why not otherwise. */
export function openingOf(provider: Who, day: string, timeOff: TimeOff[], timeZone: string): Opening {
  const working = provider.active ? windowsOf(provider.working_hours, day) : [];
  const skipped = skippedPart(day, timeZone);
  const breaks = windowsOf(provider.breaks, day).filter((range) =>
    working.some((one) => overlap(one, range)),
  );
  const away = timeOff
    .filter((one) => one.provider_id === null || one.provider_id === provider.id)
    .flatMap((one) => {
      const range = partOfDay(one, day);
      return range === null ? [] : [{ ...range, title: one.title }];
    });
  const taken = [...breaks, ...away, ...(skipped === null ? [] : [skipped])];
  return {
    open: without(working, taken),
    bands: [
      ...without([{ from: 0, to: DAY_MINUTES }], working).map((range) => band(range, 'closed', 'Closed')),
      ...breaks.map((range) => band(range, 'break', 'Break')),
      ...away.map((range) => band(range, 'off', range.title)),
      ...(skipped === null ? [] : [band(skipped, 'skipped', 'The clocks skip this time')]),
    ],
  };
}

/** When at least one of several can be booked. What closes all of them keeps its reason. */
export function openingOfAll(providers: Who[], day: string, timeOff: TimeOff[], timeZone: string): Opening {
  const [only] = providers;
  if (only !== undefined && providers.length === 1) return openingOf(only, day, timeOff, timeZone);
  const open = union(providers.flatMap((one) => openingOf(one, day, timeOff, timeZone).open));
  const ofTheClinic = timeOff.filter((one) => one.provider_id === null);
  const skipped = skippedPart(day, timeZone);
  return {
    open,
    bands: [
      ...without([{ from: 0, to: DAY_MINUTES }], open).map((range) => band(range, 'closed', 'Closed')),
      ...ofTheClinic.flatMap((one) => {
        const range = partOfDay(one, day);
        return range === null ? [] : [band(range, 'off', one.title)];
      }),
      ...(skipped === null ? [] : [band(skipped, 'skipped', 'The clocks skip this time')]),
    ],
  };
}

const band = ({ from, to }: Range, kind: Band['kind'], label: string): Band => ({ from, to, kind, label });

function windowsOf(hours: WeeklyHours, day: string): Range[] {
  const windows = hours[String(weekdayOf(day)) as keyof WeeklyHours] ?? [];
  return union(windows.map(([from, to]) => ({ from: minutesOf(from), to: minutesOf(to) })));
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** The time off that an appointment lies in, by its title; undefined when it lies in none. */
export function offDuring(
  timeOff: TimeOff[],
  providerId: string,
  day: string,
  range: Range,
): string | undefined {
  return timeOff.find((one) => {
    const away = one.provider_id === null || one.provider_id === providerId ? partOfDay(one, day) : null;
    return away !== null && overlap(away, range);
  })?.title;
}

/** Wall clock against wall clock: no time zone is needed, and none can be wrong. */
function partOfDay({ starts_local, ends_local }: TimeOff, day: string): Range | null {
  if (ends_local <= `${day}T00:00:00` || starts_local.slice(0, 10) > day) return null;
  const from = starts_local.slice(0, 10) === day ? minutesOf(starts_local.slice(11)) : 0;
  const to = ends_local < `${addDays(day, 1)}T00:00:00` ? minutesOf(ends_local.slice(11)) : DAY_MINUTES;
  return from < to ? { from, to } : null;
}

export const overlap = (a: Range, b: Range): boolean => a.from < b.to && b.from < a.to;

function union(ranges: Range[]): Range[] {
  const merged: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.to) last.to = Math.max(last.to, range.to);
    else if (range.from < range.to) merged.push({ ...range });
  }
  return merged;
}

/** What is left of some ranges when others are taken out. */
function without(ranges: Range[], taken: Range[]): Range[] {
  return taken.reduce(
    (left, one) =>
      left.flatMap((range) =>
        overlap(range, one)
          ? [
              { from: range.from, to: Math.min(range.to, one.from) },
              { from: Math.max(range.from, one.to), to: range.to },
            ].filter(({ from, to }) => from < to)
          : [range],
      ),
    ranges,
  );
}
