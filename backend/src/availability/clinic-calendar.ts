import { z } from 'zod';
import { edgeAt, localDay } from '../platform/local-time/local-day.ts';
import {
  type Interval,
  inOrder,
  merged,
  NOTHING,
  type Spans,
  spansOf,
} from '../platform/local-time/spans.ts';
import { ServiceFacts } from '../schedule/index.ts';
import { notAMember } from '../tenancy/index.ts';
import type { Session } from './busy.ts';
import type { CalendarRow } from './calendar.queries.ts';
import type { ProviderCalendar } from './find-free-times.ts';
import type { Provider, Rules } from './slot-rules.ts';
import { weekOf } from './week.ts';

const MINUTE_MS = 60_000;

const DAY_MS = 1_440 * MINUTE_MS;

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
    /** The owner's, which calls are transferred to. */
    phone: z.string().nullable(),
    /** The clinic's numbers that only machines answer. */
    lines: many(z.string()),
  }),
  services: many(ServiceFacts),
  providers: many(
    z.object({
      id: z.string(),
      name: z.string(),
      hours: z.string(),
      breaks: z.string(),
      /** Decided by `app_private.calendar_stale`, which also records what couldn't be checked. */
      calendar: z.enum(['none', 'fresh', 'stale']),
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

/** A clinic's rules at one moment, read for the engine. */
export interface ClinicRules extends ClinicFacts {
  /** The providers who can be booked, with what they do when. */
  staff: Provider[];
  holidays: (Interval & { title: string })[];
}

/** @throws when the statement gave no rules. */
export function rulesOf(rows: Pick<CalendarRow, 'kind' | 'facts'>[]): ClinicRules {
  const read = rows.find(({ kind }) => kind === 'rules')?.facts as { clinic?: unknown } | null | undefined;
  // The clinic is gone; who belonged to it is believed for a moment longer.
  if (read?.clinic == null) throw notAMember();
  const facts = ClinicFacts.parse(read);
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
      calendar: provider.calendar,
    })),
  };
}

/** Who offers a service. */
export const staffFor = (rules: ClinicRules, service: Pick<ServiceFacts, 'provider_ids'>): Provider[] =>
  rules.staff.filter(({ id }) => service.provider_ids?.includes(id) ?? true);

/** The rules that every start of a service must follow. */
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

/** Providers and what keeps them busy, for starts of that service and length. */
export function calendarsOf(
  rows: CalendarRow[],
  staff: Provider[],
  service: ServiceFacts,
  durationMinutes: number,
): ProviderCalendar[] {
  const sessions = SessionFacts.parse(rows.find(({ kind }) => kind === 'sessions')?.facts ?? null);
  return staff.map((provider) => {
    const taken = (kind: CalendarRow['kind']) =>
      takenIn(rows.find((row) => row.kind === kind && row.provider_id === provider.id));
    const mine = sessions.filter((session) => session.provider_id === provider.id);
    const appointments = taken('appointments');
    const blocks = merged(taken('blocks'));
    if (mine.length === 0) {
      const { from: starts, to: ends } = appointments;
      return { ...provider, appointments: merged(appointments), blocks, sessions: [], starts, ends };
    }
    const open: Session[] = [];
    const closed: Interval[] = [];
    for (const { start, from, to, ...session } of mine) {
      const isWanted = session.service === service.slug && session.minutes === durationMinutes;
      // After the capacity is lowered, some seats can no longer be given to anyone.
      const seatsLeft = service.capacity - session.seats.filter((seat) => seat <= service.capacity).length;
      if (isWanted && seatsLeft > 0) open.push({ start, from, to, seatsLeft });
      else closed.push({ from, to });
    }
    const work = inOrder(joined(appointments, mine));
    return {
      ...provider,
      appointments: merged(inOrder(joined(appointments, closed))),
      blocks,
      sessions: open,
      starts: work.from,
      ends: work.to,
    };
  });
}

const joined = ({ from, to }: Spans, more: Interval[]): Spans => ({
  from: Float64Array.from([...from, ...more.map((one) => one.from)]),
  to: Float64Array.from([...to, ...more.map((one) => one.to)]),
  near: 0,
});

const POSTGRES_EPOCH_MS = 946_684_800_000;

// An array of one dimension: five integers of header, then each element's length and its eight bytes.
const HEADER = 20;

const ELEMENT = 12;

/** By their beginning; those of one row may overlap. */
function takenIn(row: CalendarRow | undefined): Spans {
  const { froms, tos } = row ?? {};
  return froms && tos ? inOrder({ from: momentsOf(froms), to: momentsOf(tos), near: 0 }) : NOTHING;
}

function momentsOf(bytes: Buffer): Float64Array {
  const moments = new Float64Array((bytes.length - HEADER) / ELEMENT);
  for (let index = 0, at = HEADER + 4; index < moments.length; index += 1, at += ELEMENT) {
    const micros = bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
    moments[index] = micros / 1_000 + POSTGRES_EPOCH_MS;
  }
  return moments;
}

/** `2026-12-24T00:00:00` on the wall, as an instant; what the clocks skip begins and ends when they change. */
function instantOf(local: string, timeZone: string): number {
  const wall = Date.parse(`${local}Z`);
  const number = Math.floor(wall / DAY_MS);
  return edgeAt(localDay(number, timeZone), (wall - number * DAY_MS) / MINUTE_MS);
}
