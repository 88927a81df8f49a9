import type { Slot } from '@voxanne/contract';
import type { Transact } from '../deliveries/index.ts';
import { type Ask, type Database, sqlState, type Work } from '../platform/database.ts';
import type { OrgId, TenantScope } from '../platform/tenant.ts';
import { availabilityErrors } from './availability/availability.errors.ts';
import { readRules } from './availability/calendar.queries.ts';
import {
  type ClinicRules,
  rulesFor,
  rulesOf,
  type ServiceFacts,
  staffFor,
} from './availability/clinic-calendar.ts';
import { dayNumberOf, localDay, minuteOf } from './availability/local-day.ts';
import { closedFor, spokenLength } from './availability/reason-details.ts';
import {
  dutyOn,
  isOnStep,
  nearest,
  type Provider,
  type Reason,
  type Rules,
  ruleAgainst,
} from './availability/rules.ts';
import type { AvailabilityContext } from './availability-context.ts';
import { bookingErrors } from './booking.errors.ts';
import { providersWhoLeft } from './booking.queries.ts';
import type { ChangeOrigin, Refused } from './changes.queries.ts';
import { findAlternatives, type Wish } from './find-alternatives.ts';
import { clockRange, clockTime, spokenDay } from './labels.ts';
import { type ProviderReading, type ProviderWish, readProvider } from './provider-wish.ts';
import { requestedErrors } from './rules/requested.errors.ts';
import { readSlot, type SlotOffer } from './slot-id.ts';
import { fromWallClock } from './wall-clock.ts';

const MINUTE_MS = 60_000;

export type When =
  | { slotId: string }
  | { at: Date }
  /** Wall clock of the clinic. */
  | { date: string; time: string };

/** A time within the clinic's rules, and who may have it there; that nobody else has it is SQL's promise. */
export interface Place extends Wish {
  /** Of those asked for, who works for the whole of that time. SQL chooses among them inside its lock. */
  onDuty: string[];
  /** The rule that staff set aside on purpose: nobody works then. */
  against?: HoursReason | undefined;
}

/** What staff may insist on; callers, patients and workers never can. */
export interface Insistence {
  /** Book although the provider does not work then. */
  outsideHours?: boolean | undefined;
  /** The patient is here: the start may have passed, as long as it is today. */
  alreadyHere?: boolean | undefined;
  /** Begin between the times at which the service begins. */
  offStep?: boolean | undefined;
  /** It is theirs already, and only what it is about changes: whether it could be booked now is not asked. */
  sameStart?: boolean | undefined;
}

const HOURS_REASONS = ['closed', 'too_short', 'break', 'holiday', 'time_off'] as const;
type HoursReason = (typeof HOURS_REASONS)[number];
const isAboutHours = (reason: Reason): reason is HoursReason =>
  (HOURS_REASONS as readonly Reason[]).includes(reason);

/** Signed-in people and their programs; not callers, patients by their links, or workers. */
export const isStaff = (by: ChangeOrigin['source']): boolean => by === 'dashboard' || by === 'api';

/** A start that staff may enter without a word about it: the patient sat down while the form was filled in. */
const JUST_PASSED_MS = 60 * MINUTE_MS;

/** The clinic's rules, as they are in the transaction that is asked, or by themselves. */
export const rulesIn = async (
  { clock }: Pick<AvailabilityContext, 'clock'>,
  ask: Ask,
  orgId: OrgId,
): Promise<ClinicRules> => rulesOf(await ask(readRules(orgId, clock.now())));

/** Nobody can see seconds: 10:00:30 is 10:00. */
export const wholeMinute = (at: Date): Date => new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS);

/**
 * When is meant, on a whole minute, and, for the handle of an offer, what was offered.
 * @throws {AppError} SLOT_EXPIRED: too old, changed, or made to somebody else. INVALID_TIME.
 */
export function momentOf(
  context: AvailabilityContext,
  scope: TenantScope,
  when: When,
  timeZone: string,
): { at: Date; offer?: SlotOffer } {
  if ('at' in when) return { at: wholeMinute(when.at) };
  if ('date' in when) return { at: fromWallClock(when.date, when.time, timeZone) };
  const offer = readSlot(context.slotKey, when.slotId, context.clock.now());
  if (offer === null || offer.orgId !== scope.orgId) throw availabilityErrors.slotExpired();
  return { at: offer.startsAt, offer };
}

/** An offer that names its provider is theirs; a name that was said besides cannot make it another one. */
export const whoIsAskedFor = (offer: SlotOffer | undefined, wish: ProviderWish): ProviderWish =>
  offer?.providerId ? { providerId: offer.providerId } : wish;

/**
 * Checks a time against the rules of the clinic, by the same function that decides what is offered: past, notice,
 * horizon, who offers the service, opening hours, breaks, holidays, absences, calendars that are not known.
 * @throws {NotThere} by every rule, and when nobody is meant; `changeOnce` adds the alternatives.
 */
export function findPlace(
  context: AvailabilityContext,
  clinicRules: ClinicRules,
  wish: {
    service: ServiceFacts;
    at: Date;
    durationMinutes: number;
    provider: ProviderWish;
    by: ChangeOrigin['source'];
    insist?: Insistence | undefined;
    /** It was offered, so it is a start, or a session that can be joined. */
    isOffered?: boolean | undefined;
  },
): Place {
  const { service, at, durationMinutes, insist } = wish;
  const who = readProvider(clinicRules.staff, wish.provider);
  const asked = whoIsMeant(clinicRules.staff, who);
  const offering = staffFor(clinicRules, service);
  // Who is on the phone chooses among times; of all others those who name nobody are shown with whom they book.
  const anyProvider = wish.by === 'voice' && who.kind === 'anyone';
  const able = asked.filter((provider) => offering.includes(provider));
  const place = {
    clinic: clinicRules.clinic,
    service,
    at,
    durationMinutes,
    providerIds: (able.length > 0 ? able : offering).map(({ id }) => id),
    anyProvider,
  };
  if (asked.length === 0) throw new NotThere(place, refusalOfNobody(wish.provider, who, clinicRules.staff));
  if (able.length === 0) {
    const names = asked.map(({ name }) => name).join(', ');
    throw new NotThere(place, (alternatives) =>
      availabilityErrors.notOffered(names, service.name, alternatives),
    );
  }
  const start = at.getTime();
  const now = context.clock.now().getTime();
  const isHere =
    isStaff(wish.by) &&
    (insist?.sameStart || (start <= now && start >= earliestHere(now, clinicRules, insist)));
  const rules = rulesFor(clinicRules, service, {
    now: isHere ? Math.min(now, start - 1) : now,
    durationMinutes,
    // The front desk sees who is standing there. Everyone else keeps the notice, programs too.
    ignoresNotice: wish.by === 'dashboard' || isHere,
  });
  const day = localDay(dayNumberOf(start, rules.timeZone), rules.timeZone);
  const minute = minuteOf(day, start);
  const found = able.map((provider) => {
    const duty = dutyOn(provider, day, rules.timeZone);
    return {
      id: provider.id,
      reason: ruleAgainst(rules, provider, duty, start),
      isStart: isOnStep(duty, minute, service.slot_step_minutes),
    };
  });
  const free = found.filter(({ reason }) => reason === undefined);
  const onDuty = free.filter(({ isStart }) => isStart || isHere || !keepsStep(wish)).map(({ id }) => id);
  if (onDuty.length > 0) return { ...place, onDuty };
  if (free.length > 0) {
    const said = clockTime(at, rules.timeZone);
    throw new NotThere(place, (alternatives) =>
      bookingErrors.offStep(
        { service: service.name, stepMinutes: service.slot_step_minutes, at, said },
        alternatives,
      ),
    );
  }
  let why: Reason = 'closed';
  for (const { reason } of found) if (reason !== undefined) why = nearest(why, reason);
  if (insist?.outsideHours && isStaff(wish.by) && isAboutHours(why)) {
    const willing = found.filter(({ reason }) => reason !== undefined && isAboutHours(reason));
    return { ...place, onDuty: willing.map(({ id }) => id), against: why };
  }
  throw new NotThere(place, (alternatives) =>
    refusalFor(why, { rules, clinicRules, service, start, able }, alternatives),
  );
}

/**
 * Who cannot see the calendar keeps to the starts of the service: one between them costs three others. A group meets
 * when it meets.
 */
const keepsStep = ({ by, service, insist, isOffered }: Parameters<typeof findPlace>[2]): boolean =>
  (by === 'voice' || (by === 'api' && !insist?.offStep)) &&
  !insist?.sameStart &&
  !isOffered &&
  service.capacity === 1;

/** Since when a start can be that of a patient who is here. */
function earliestHere(now: number, { clinic }: ClinicRules, insist: Insistence | undefined): number {
  if (!insist?.alreadyHere) return now - JUST_PASSED_MS;
  return localDay(dayNumberOf(now, clinic.time_zone), clinic.time_zone).starts;
}

function refusalFor(
  reason: Reason,
  {
    rules,
    clinicRules,
    service,
    start,
    able,
  }: { rules: Rules; clinicRules: ClinicRules; service: ServiceFacts; start: number; able: Provider[] },
  alternatives: Slot[],
): Error {
  const end = start + rules.durationMs;
  const [only, ...others] = able;
  const who = only && others.length === 0 ? only.name : undefined;
  const range = clockRange(new Date(start), new Date(end), rules.timeZone);
  switch (reason) {
    case 'past':
      return bookingErrors.inThePast(alternatives);
    case 'horizon':
      return bookingErrors.beyondHorizon(spokenDay(new Date(rules.horizon), rules.timeZone), alternatives);
    case 'notice':
      return bookingErrors.tooSoon(spokenLength(rules.noticeMs), alternatives);
    case 'calendar_stale':
      return bookingErrors.calendarStale(alternatives);
    case 'holiday':
      return bookingErrors.outsideHours(reason, closedFor(clinicRules.holidays, start, end), alternatives);
    default:
      return bookingErrors.outsideHours(
        reason,
        whyNobodyIsThere(reason, who ?? `Nobody who offers ${service.name}`, who !== undefined, range),
        alternatives,
      );
  }
}

function whyNobodyIsThere(reason: Reason, who: string, isNamed: boolean, range: string): string {
  switch (reason) {
    case 'time_off':
      return isNamed ? `${who} is away then (${range}).` : `${who} is there then (${range}).`;
    case 'break':
      return isNamed ? `${who} has a break then (${range}).` : 'That time runs into a break.';
    default:
      return isNamed ? `${who} doesn't work then (${range}).` : `${who} works then (${range}).`;
  }
}

const whoIsMeant = (staff: Provider[], who: ProviderReading<Provider>): Provider[] =>
  who.kind === 'anyone' ? staff : who.kind === 'one' ? [who.provider] : [];

/** Of those who can be booked nobody is meant for sure: several could be, one who left is, or nobody ever was. */
const refusalOfNobody =
  (asked: ProviderWish, who: ProviderReading<Provider>, staff: Provider[]): Refusal =>
  async (alternatives, ask, orgId) => {
    if (who.kind === 'anyone' || who.kind === 'one') return requestedErrors.nobodyThere();
    const names = who.choices.map(({ name }) => name).toSorted();
    if (who.kind === 'several') return requestedErrors.whichProvider(names);
    const left = readProvider(await ask(providersWhoLeft(orgId)), asked);
    if (left.kind === 'one') return bookingErrors.providerGone(left.provider.name, alternatives);
    if (asked.providerId !== undefined) return requestedErrors.unknownProvider([]);
    return names.length > 0
      ? requestedErrors.whichProvider(names)
      : requestedErrors.unknownProvider(staff.map(({ name }) => name).toSorted());
  };

/** May look for what the error should say; nothing is locked any more then. */
export type Refusal = (alternatives: Slot[], ask: Ask, orgId: OrgId) => Error | Promise<Error>;

/** It cannot be then: ends the transaction, so that the search for other times holds neither lock nor connection. */
export class NotThere extends Error {
  readonly wish: Wish;
  readonly refusal: Refusal;

  constructor(wish: Wish, refusal: NotThere['refusal']) {
    super('not there');
    this.wish = wish;
    this.refusal = refusal;
  }
}

/** What a function of the database refused, as an error; taken times with their alternatives. */
export function refusalOf({ error, message, existing_id }: Refused, wish: Wish): Error {
  if (error === 'SLOT_UNAVAILABLE')
    return new NotThere(wish, (alternatives) => bookingErrors.taken(alternatives));
  if (error === 'ALREADY_BOOKED') return bookingErrors.alreadyBooked(existing_id);
  if (error === 'HOLD_EXPIRED') return new NotThere(wish, bookingErrors.holdExpired);
  return bookingErrors.refused(error, message);
}

/** Statements outside of any transaction, as the clinic that asks. */
export const askAlone =
  ({ database }: Pick<AvailabilityContext, 'database'>, scope: TenantScope): Ask =>
  (statement) =>
    database.tenantStatement(scope, statement);

export const inTenant =
  <R>(database: Database, scope: TenantScope): Transact<R> =>
  (work) =>
    database.withTenant(scope, work);

// A deadlock or serialization failure says nothing about the slot; the whole transaction was rolled back.
const TRANSIENT = new Set(['40P01', '40001']);
const LOCK_NOT_AVAILABLE = '55P03';
/** Of `app_private.keep_patient_in_one_place`. */
const PATIENT_ELSEWHERE = 'VX001';

/**
 * One change in one transaction, tried once more where the database asks for that.
 * @throws {AppError} what the rules or the database refuse, with alternatives; BUSY; and what `work` throws.
 */
export async function changeOnce<R>(
  context: AvailabilityContext,
  scope: TenantScope,
  transact: Transact<R>,
  work: Work<R>,
): Promise<R> {
  try {
    return await transact(work).catch((error: unknown) => {
      if (!TRANSIENT.has(sqlState(error) ?? '')) throw error;
      return transact(work);
    });
  } catch (error) {
    if (sqlState(error) === LOCK_NOT_AVAILABLE) throw requestedErrors.busy();
    if (sqlState(error) === PATIENT_ELSEWHERE) throw bookingErrors.alreadyBooked();
    if (!(error instanceof NotThere)) throw error;
    const ask = askAlone(context, scope);
    throw await error.refusal(await findAlternatives(context, ask, scope, error.wish), ask, scope.orgId);
  }
}
