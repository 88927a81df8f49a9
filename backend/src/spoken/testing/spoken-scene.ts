import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import type { Provider } from '../../availability/slot-rules.ts';
import { weekOf } from '../../availability/week.ts';
import { edgeAt, localDay } from '../../platform/local-time/local-day.ts';
import { type Interval, NOTHING, spansOf } from '../../platform/local-time/spans.ts';
import { isMonthFirst } from '../../platform/local-time/wall-clock.ts';
import type { WorkingHours } from '../../schedule/working-hours.ts';
import type { SpokenSetting } from '../read-spoken-time.ts';
import { dutyOf } from '../spoken-duty.ts';

/** A clinic and the moment in which a caller calls it, as the test data writes them. */
export const SpokenScene = z.strictObject({
  now: z.iso.datetime(),
  zone: z.string(),
  country: z.string(),
  /** The horizon of the service. */
  days: z.int().default(365),
  hours: z.enum(['office', 'always', 'long', 'early and late']).default('office'),
  notice_minutes: z.int().default(0),
  /** The same for each provider, every day. */
  breaks: z.array(z.tuple([z.string(), z.string()])).default([]),
  /** From one local day and minute to another; of the clinic, or of the first provider alone. */
  holidays: z.array(z.tuple([z.string(), z.string()])).default([]),
  away: z.array(z.tuple([z.string(), z.string()])).default([]),
});

const WORKDAYS = [1, 2, 3, 4, 5];
const WEEK = [...WORKDAYS, 6, 7];
const days = (numbers: number[], ...windows: [string, string][]): WorkingHours =>
  Object.fromEntries(numbers.map((number) => [String(number), windows]));
/** The weeks of the providers. */
export const HOURS = {
  office: [days(WORKDAYS, ['09:00', '17:00'])],
  always: [days(WEEK, ['00:00', '24:00'])],
  long: [days(WORKDAYS, ['07:00', '20:00'])],
  'early and late': [days(WORKDAYS, ['06:00', '12:00']), days(WORKDAYS, ['13:00', '21:00'])],
};
const DAY_MS = 86_400_000;

/** What the readers of spoken words know of the clinic in such a moment. */
export function settingOf(given: z.input<typeof SpokenScene>): SpokenSetting {
  const scene = SpokenScene.parse(given);
  const now = Date.parse(scene.now);
  const spans = (off: [string, string][]) =>
    off.length === 0 ? NOTHING : spansOf(off.map(([from, to]): Interval => ({ from: at(from), to: at(to) })));
  const at = (local: string): number => {
    const wall = Date.parse(`${local}Z`);
    const day = Math.floor(wall / DAY_MS);
    return edgeAt(localDay(day, scene.zone), (wall - day * DAY_MS) / 60_000);
  };
  const staff = HOURS[scene.hours].map(
    (hours, index): Provider => ({
      id: `provider-${index}`,
      name: `Dr. ${index}`,
      hours: weekOf(JSON.stringify(hours)),
      breaks: weekOf(JSON.stringify(days(WEEK, ...scene.breaks))),
      absences: index === 0 ? spans(scene.away) : NOTHING,
      calendar: 'stale',
    }),
  );
  const horizon = now + scene.days * DAY_MS;
  const rules = {
    timeZone: scene.zone,
    now,
    durationMs: 30 * 60_000,
    noticeMs: scene.notice_minutes * 60_000,
    horizon,
    holidays: spans(scene.holidays),
    stalePolicy: 'internal_only' as const,
  };
  return {
    now: new Date(now),
    timeZone: scene.zone,
    horizon: new Date(horizon),
    monthFirst: isMonthFirst(scene.country),
    ...dutyOf(rules, staff, 15),
  };
}

/** The moment as the clocks of the zone show it. */
export const onClock = (at: Date, zone: string): Temporal.PlainDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDateTime();
