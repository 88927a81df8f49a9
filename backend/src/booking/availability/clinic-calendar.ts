import { z } from 'zod';
import type { Busy, Session } from './busy.ts';
import type { CalendarRow } from './calendar.queries.ts';
import type { ProviderCalendar } from './find-free-times.ts';
import { edgeAt, localDay } from './local-day.ts';
import type { Provider, Rules } from './rules.ts';
import { type Interval, spansOf } from './spans.ts';
import { weekOf } from './week.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/**
 * A mirror that was whole within this time is believed: the sync hears of changes by a push and looks by itself every
 * few minutes, so that half an hour without a word means that it cannot hear.
 */
const CALENDAR_FRESH_MS = 30 * MINUTE_MS;

const ServiceFacts = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  duration_minutes: z.number(),
  active: z.boolean(),
  buffer_before_minutes: z.number(),
  buffer_after_minutes: z.number(),
  capacity: z.number(),
  min_notice_minutes: z.number(),
  horizon_days: z.number().nullable(),
  slot_step_minutes: z.number(),
  /** Who offers it; null: everybody. */
  provider_ids: z.array(z.string()).nullable(),
});
export type ServiceFacts = z.infer<typeof ServiceFacts>;

const many = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullable()
    .transform((items) => items ?? []);
const ClinicFacts = z.object({
  clinic: z.object({
    name: z.string(),
    time_zone: z.string(),
    country: z.string(),
    booking_horizon_days: z.number(),
    calendar_policy: z.enum(['closed', 'internal_only']),
  }),
  services: many(ServiceFacts),
  providers: many(
    z.object({
      id: z.string(),
      name: z.string(),
      hours: z.string(),
      breaks: z.string(),
      mirrored: z.boolean(),
      synced_at: z.number().nullable(),
    }),
  ),
  time_off: many(
    z.object({ provider_id: z.string().nullable(), title: z.string(), from: z.string(), to: z.string() }),
  ),
});
export type ClinicFacts = z.infer<typeof ClinicFacts>;

const SessionFacts = many(
  z.object({
    provider_id: z.string(),
    service: z.string(),
    start: z.number(),
    minutes: z.number(),
    from: z.number(),
    to: z.number(),
    seats: z.array(z.number()),
  }),
);

/** What a clinic's rules are at a moment, read for the engine. */
export interface ClinicRules extends ClinicFacts {
  /** The providers who can be booked, with what they do when. */
  staff: Provider[];
  holidays: (Interval & { title: string })[];
}

/** @throws when the statement gave no rules. */
export function rulesOf(rows: CalendarRow[], now: number): ClinicRules {
  const facts = ClinicFacts.parse(rows.find(({ kind }) => kind === 'rules')?.facts);
  const zone = facts.clinic.time_zone;
  const off = facts.time_off.map((one) => ({
    ...one,
    from: instantOf(one.from, zone),
    to: instantOf(one.to, zone),
  }));
  return {
    ...facts,
    holidays: off.filter((one) => one.provider_id === null),
    staff: facts.providers.map((provider) => ({
      id: provider.id,
      name: provider.name,
      hours: weekOf(provider.hours),
      breaks: weekOf(provider.breaks),
      absences: spansOf(off.filter((one) => one.provider_id === provider.id)),
      calendar: !provider.mirrored
        ? 'none'
        : provider.synced_at !== null && now - provider.synced_at <= CALENDAR_FRESH_MS
          ? 'fresh'
          : 'stale',
    })),
  };
}

/** Who offers a service. */
export const staffFor = (rules: ClinicRules, service: Pick<ServiceFacts, 'provider_ids'>): Provider[] =>
  rules.staff.filter(({ id }) => service.provider_ids?.includes(id) ?? true);

/** What every start of a service must keep to. */
export const rulesFor = (
  { clinic, holidays }: ClinicRules,
  service: ServiceFacts,
  { now, durationMinutes, ignoresNotice }: { now: number; durationMinutes: number; ignoresNotice: boolean },
): Rules => ({
  timeZone: clinic.time_zone,
  now,
  durationMs: durationMinutes * MINUTE_MS,
  noticeMs: ignoresNotice ? 0 : service.min_notice_minutes * MINUTE_MS,
  horizon: now + (service.horizon_days ?? clinic.booking_horizon_days) * DAY_MS,
  holidays: spansOf(holidays),
  stalePolicy: clinic.calendar_policy,
});

/** Providers with what takes their time, for starts of that service and length. */
export function calendarsOf(
  rows: CalendarRow[],
  staff: Provider[],
  service: ServiceFacts,
  durationMinutes: number,
): ProviderCalendar[] {
  const sessions = SessionFacts.parse(rows.find(({ kind }) => kind === 'sessions')?.facts ?? null);
  return staff.map((provider) => {
    const of = (kind: CalendarRow['kind']) =>
      intervalsOf(rows.find((row) => row.kind === kind && row.provider_id === provider.id));
    const closed = of('appointments');
    const open: Session[] = [];
    for (const session of sessions) {
      if (session.provider_id !== provider.id) continue;
      const { start, from, to } = session;
      const isWanted = session.service === service.slug && session.minutes === durationMinutes;
      // A capacity that was lowered leaves seats behind that nobody can be given any more.
      const seatsLeft = service.capacity - session.seats.filter((seat) => seat <= service.capacity).length;
      if (isWanted && seatsLeft > 0) open.push({ start, from, to, seatsLeft });
      else closed.push({ from, to });
    }
    return { ...provider, ...busyOf(closed, open, of('blocks')) };
  });
}

function busyOf(closed: Interval[], sessions: Session[], blocks: Interval[]): Busy {
  const work = [...closed, ...sessions].sort((a, b) => a.from - b.from);
  return {
    appointments: spansOf(closed),
    blocks: spansOf(blocks),
    sessions,
    begins: work.map(({ from }) => from),
    ends: work.map(({ to }) => to),
  };
}

const POSTGRES_EPOCH_MS = 946_684_800_000;
// An array of one dimension: five integers of header, then each element's length and its eight bytes.
const HEADER = 20;
const ELEMENT = 12;

function intervalsOf(row: CalendarRow | undefined): Interval[] {
  const intervals: Interval[] = [];
  const { froms, tos } = row ?? {};
  if (!froms || !tos) return intervals;
  for (let at = HEADER + 4; at < froms.length; at += ELEMENT) {
    intervals.push({ from: momentAt(froms, at), to: momentAt(tos, at) });
  }
  return intervals;
}

const momentAt = (bytes: Buffer, at: number): number =>
  (bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4)) / 1_000 + POSTGRES_EPOCH_MS;

/** `2026-12-24T00:00:00` on the wall, as an instant; what the clocks skip begins and ends when they change. */
function instantOf(local: string, timeZone: string): number {
  const wall = Date.parse(`${local}Z`);
  const number = Math.floor(wall / DAY_MS);
  return edgeAt(localDay(number, timeZone), (wall - number * DAY_MS) / MINUTE_MS);
}
