import type { SafeCallInstance, SafeCallResult } from '@voxanne/safe-call';
import type { OrgId } from '../platform/tenant.ts';
import type { GoogleClient, GoogleEvent } from './google.client.ts';
import { CalendarNotUsable, type CalendarTokens } from './tokens.ts';

/** An appointment as the calendar needs it; where it comes from is not this room's business. */
export interface EventToPush {
  appointmentId: string;
  /** Counts up when Google has used an id for an event that was deleted since. */
  generation: number;
  /** removed: the appointment was cancelled. Default shown. */
  wanted?: 'shown' | 'removed';
  summary: string;
  description: string;
  start: Date;
  end: Date;
  timeZone: string;
}

export type PushOutcome =
  | { outcome: 'pushed'; eventId: string; generation: number }
  /** No event of this appointment is there (anymore); `generation` is the next that an undo may use. */
  | { outcome: 'removed'; generation: number }
  /** Waits for a person to link the calendar (again). */
  | { outcome: 'not_usable'; reason: CalendarNotUsable['reason'] }
  /** Waits for Google. */
  | { outcome: 'later'; reason: string; retryAfterMs?: number }
  | { outcome: 'refused'; reason: string };

export interface PushEventOptions {
  google: GoogleClient;
  tokens: CalendarTokens;
  resilience: SafeCallInstance;
}

const CALENDAR = 'primary';
const MAX_GENERATIONS = 5;

/**
 * Base32hex as Google demands (a-v, 0-9): the appointment's id is in it, so that inserting twice is a 409 and
 * never a second event.
 */
export const eventIdFor = (appointmentId: string, generation: number): string =>
  `${appointmentId.replaceAll('-', '')}g${generation}`;

const APPOINTMENT_PROPERTY = 'voxanne_appointment_id';

type Call = <T>(work: (accessToken: string, signal: AbortSignal) => Promise<T>) => Promise<SafeCallResult<T>>;

/** Brings the clinic's primary calendar in line with an appointment, once, however often it is called. */
export function pushEvent(
  options: PushEventOptions,
  orgId: OrgId,
  wanted: EventToPush,
): Promise<PushOutcome> {
  const { google, tokens, resilience } = options;
  const call: Call = (work) =>
    resilience.safeCall(
      'google_calendar_events',
      ({ signal }) => tokens.use(orgId, (accessToken) => work(accessToken, signal)),
      // The id is ours, so a repeat cannot double: idempotent. The deadline stays within a few lease renewals.
      { key: orgId, timeoutMs: 10_000, deadlineMs: 25_000 },
    );
  return wanted.wanted === 'removed' ? removeEvent(google, call, wanted) : showEvent(google, call, wanted);
}

async function showEvent(google: GoogleClient, call: Call, wanted: EventToPush): Promise<PushOutcome> {
  for (
    let generation = wanted.generation;
    generation < wanted.generation + MAX_GENERATIONS;
    generation += 1
  ) {
    const event = toGoogleEvent(wanted, generation);
    const inserted = await call((accessToken, signal) =>
      google.insertEvent(accessToken, CALENDAR, event, signal),
    );
    // An answer without an id says nothing; one with another id says that ours wasn't kept.
    if (inserted.success && (!inserted.data || inserted.data === event.id))
      return { outcome: 'pushed', eventId: event.id, generation };
    if (!inserted.success && inserted.error.status !== 409) return failed(inserted);

    const existing = await call((accessToken, signal) =>
      google.getEvent(accessToken, CALENDAR, event.id, signal),
    );
    if (!existing.success) {
      if (inserted.success && isGone(existing)) return removeStranger(google, call, inserted.data);
      return failed(existing);
    }
    if (existing.data.status === 'cancelled') continue;
    if (!isOurs(existing.data, wanted)) continue;
    if (sameTime(existing.data, event)) return { outcome: 'pushed', eventId: event.id, generation };
    const patched = await call((accessToken, signal) =>
      google.patchEvent(accessToken, CALENDAR, event, signal),
    );
    return patched.success ? { outcome: 'pushed', eventId: event.id, generation } : failed(patched);
  }
  return { outcome: 'refused', reason: 'Every id for this event is already used in Google Calendar.' };
}

/** An event with an id we didn't choose could never be moved: the next push would duplicate it. */
async function removeStranger(google: GoogleClient, call: Call, id: string | null): Promise<PushOutcome> {
  if (id !== null) {
    const deleted = await call((accessToken, signal) =>
      google.deleteEvent(accessToken, CALENDAR, id, signal),
    );
    if (!deleted.success && !isGone(deleted)) return failed(deleted);
  }
  return {
    outcome: 'refused',
    reason:
      'The calendar didn’t keep the event’s id, so Voxanne couldn’t have moved or removed it later and deleted it again. Check GOOGLE_API_ROOT_URL.',
  };
}

/**
 * Looks before it deletes: a stranger's event may have our id. An id is only used when the one before
 * it is gone or taken, so that the first one that Google does not know ends the search.
 */
async function removeEvent(google: GoogleClient, call: Call, wanted: EventToPush): Promise<PushOutcome> {
  let { generation } = wanted;
  for (; generation < wanted.generation + MAX_GENERATIONS; generation += 1) {
    const id = eventIdFor(wanted.appointmentId, generation);
    const existing = await call((accessToken, signal) => google.getEvent(accessToken, CALENDAR, id, signal));
    if (!existing.success) {
      if (isGone(existing)) break;
      return failed(existing);
    }
    if (existing.data.status === 'cancelled' || !isOurs(existing.data, wanted)) continue;
    const deleted = await call((accessToken, signal) =>
      google.deleteEvent(accessToken, CALENDAR, id, signal),
    );
    if (!deleted.success && !isGone(deleted)) return failed(deleted);
    return { outcome: 'removed', generation: generation + 1 };
  }
  // No event with our id doesn't mean no event: any event marked with the appointment goes, whatever its id.
  const named = await call((accessToken, signal) =>
    google.findEvents(accessToken, CALENDAR, `${APPOINTMENT_PROPERTY}=${wanted.appointmentId}`, signal),
  );
  if (!named.success) return failed(named);
  for (const id of named.data) {
    const deleted = await call((accessToken, signal) =>
      google.deleteEvent(accessToken, CALENDAR, id, signal),
    );
    if (!deleted.success && !isGone(deleted)) return failed(deleted);
  }
  return { outcome: 'removed', generation };
}

const isGone = ({ error }: Extract<SafeCallResult<unknown>, { success: false }>): boolean =>
  error.status === 404 || error.status === 410;

const isOurs = (event: GoogleEvent, { appointmentId }: EventToPush): boolean =>
  event.extendedProperties?.private?.[APPOINTMENT_PROPERTY] === appointmentId;

function toGoogleEvent(wanted: EventToPush, generation: number): GoogleEvent & { id: string } {
  return {
    id: eventIdFor(wanted.appointmentId, generation),
    summary: wanted.summary,
    description: wanted.description,
    start: { dateTime: wanted.start.toISOString(), timeZone: wanted.timeZone },
    end: { dateTime: wanted.end.toISOString(), timeZone: wanted.timeZone },
    extendedProperties: { private: { [APPOINTMENT_PROPERTY]: wanted.appointmentId } },
  };
}

const instant = (at: GoogleEvent['start']): number => new Date(at?.dateTime ?? Number.NaN).getTime();

const sameTime = (a: GoogleEvent, b: GoogleEvent): boolean =>
  instant(a.start) === instant(b.start) && instant(a.end) === instant(b.end);

function failed(result: Extract<SafeCallResult<unknown>, { success: false }>): PushOutcome {
  const { error } = result;
  if (error.cause instanceof CalendarNotUsable) return { outcome: 'not_usable', reason: error.cause.reason };
  const reason = `Google Calendar: ${error.kind}${error.status ? ` (${error.status})` : ''}`;
  if (error.kind === 'PERMANENT') return { outcome: 'refused', reason };
  return {
    outcome: 'later',
    reason,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  };
}
