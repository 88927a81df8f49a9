import type { Slot } from '@voxanne/contract';
import type { Transact } from '../deliveries/index.ts';
import { type Ask, type Database, sqlState, type Work } from '../platform/database.ts';
import type { OrgId, TenantScope } from '../platform/tenant.ts';
import { readRules } from './availability/calendar.queries.ts';
import {
  type ClinicRules,
  rulesFor,
  rulesOf,
  type ServiceFacts,
  staffFor,
} from './availability/clinic-calendar.ts';
import { dayNumberOf, localDay } from './availability/local-day.ts';
import { closedFor, spokenLength } from './availability/reason-details.ts';
import {
  dutyOn,
  nearest,
  type Provider,
  type Reason,
  type Rules,
  ruleAgainst,
} from './availability/rules.ts';
import type { AvailabilityContext } from './availability-context.ts';
import { bookingErrors } from './booking.errors.ts';
import { whoLeft } from './booking.queries.ts';
import type { ChangeOrigin } from './changes.queries.ts';
import { findAlternatives, type Wish } from './find-alternatives.ts';
import { spokenDay } from './labels.ts';
import { readSlot, type SlotOffer } from './slot-id.ts';
import { fromWallClock } from './wall-clock.ts';

export type When =
  | { slotId: string }
  | { at: Date }
  /** Wall clock of the clinic. */
  | { date: string; time: string };

export interface ProviderWish {
  providerId?: string | undefined;
  providerName?: string | undefined;
}

/** A time within the clinic's rules, and who may have it there; that nobody else has it is SQL's promise. */
export interface Place extends Wish {
  /** Of those asked for, who works for the whole of that time. SQL chooses among them inside its lock. */
  onDuty: string[];
}

/** The clinic's rules, as they are in the transaction that is asked, or by themselves. */
export const rulesIn = async (
  { clock }: Pick<AvailabilityContext, 'clock'>,
  ask: Ask,
  orgId: OrgId,
): Promise<ClinicRules> => rulesOf(await ask(readRules(orgId, clock.now())));

/**
 * When is meant, and, for the handle of an offer, what was offered.
 * @throws {AppError} SLOT_EXPIRED: too old, changed, or made to somebody else. INVALID_TIME.
 */
export function momentOf(
  context: AvailabilityContext,
  scope: TenantScope,
  when: When,
  timeZone: string,
): { at: Date; offer?: SlotOffer } {
  if ('at' in when) return { at: when.at };
  if ('date' in when) return { at: fromWallClock(when.date, when.time, timeZone) };
  const offer = readSlot(context.slotKey, when.slotId, context.clock.now());
  if (offer === null || offer.orgId !== scope.orgId) throw bookingErrors.slotExpired();
  return { at: offer.startsAt, offer };
}

/** An offer that names its provider is theirs; a name that was said besides cannot make it another one. */
export const whoIsAskedFor = (offer: SlotOffer | undefined, wish: ProviderWish): ProviderWish =>
  offer?.providerId ? { providerId: offer.providerId } : wish;

export const namesSomebody = ({ providerId, providerName }: ProviderWish): boolean =>
  Boolean(providerId ?? providerName?.trim());

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
  },
): Place {
  const { service, at, durationMinutes } = wish;
  const asked = namedAmong(clinicRules.staff, wish.provider);
  const offering = staffFor(clinicRules, service);
  // Who is on the phone chooses among times; of all others those who name nobody are shown with whom they book.
  const anyProvider = wish.by === 'voice' && !namesSomebody(wish.provider);
  const able = asked.filter((provider) => offering.includes(provider));
  const place = {
    clinic: clinicRules.clinic,
    service,
    at,
    durationMinutes,
    providerIds: (able.length > 0 ? able : offering).map(({ id }) => id),
    anyProvider,
  };
  if (asked.length === 0) throw new NotThere(place, refusalOfNobody(wish.provider));
  if (able.length === 0) {
    const who = asked.map(({ name }) => name).join(', ');
    throw new NotThere(place, (alternatives) => bookingErrors.notOffered(who, service.name, alternatives));
  }
  const rules = rulesFor(clinicRules, service, {
    now: context.clock.now().getTime(),
    durationMinutes,
    // The front desk sees who is standing there. Everybody else keeps the notice, programs too.
    ignoresNotice: wish.by === 'dashboard',
  });
  const start = at.getTime();
  const day = localDay(dayNumberOf(start, rules.timeZone), rules.timeZone);
  let why: Reason | undefined;
  const onDuty: string[] = [];
  for (const provider of able) {
    const reason = ruleAgainst(rules, provider, dutyOn(provider, day), start);
    if (reason === undefined) onDuty.push(provider.id);
    else why = nearest(why, reason);
  }
  if (onDuty.length > 0) return { ...place, onDuty };
  throw new NotThere(place, (alternatives) =>
    refusalFor(why ?? 'closed', { rules, clinicRules, start, able }, alternatives),
  );
}

function refusalFor(
  reason: Reason,
  {
    rules,
    clinicRules,
    start,
    able,
  }: { rules: Rules; clinicRules: ClinicRules; start: number; able: Provider[] },
  alternatives: Slot[],
): Error {
  const end = start + rules.durationMs;
  const [only, ...others] = able;
  const who = only && others.length === 0 ? only.name : undefined;
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
    case 'time_off':
      return bookingErrors.outsideHours(
        reason,
        `${who ?? 'Nobody who offers this'} is ${who ? 'away' : 'there'} then.`,
        alternatives,
      );
    case 'break':
      return bookingErrors.outsideHours(reason, 'That time runs into a break.', alternatives);
    default:
      return bookingErrors.outsideHours(
        reason,
        'The clinic is not open for the whole of that time.',
        alternatives,
      );
  }
}

/** Whom a wish could mean: all of them when it names nobody. */
export function namedAmong(staff: Provider[], wish: ProviderWish): Provider[] {
  const name = wish.providerName?.trim().toLowerCase();
  return staff.filter(
    (provider) =>
      (wish.providerId === undefined || provider.id === wish.providerId) &&
      (!name || provider.name.toLowerCase().includes(name)),
  );
}

/** Of those who can be booked nobody is meant: one who left, or one who never was there. */
const refusalOfNobody =
  (asked: ProviderWish): Refusal =>
  async (alternatives, ask, orgId) => {
    if (!namesSomebody(asked)) return bookingErrors.nobodyThere();
    const [left] = await ask(whoLeft(orgId, asked));
    return left ? bookingErrors.providerGone(left.name, alternatives) : bookingErrors.unknownProvider();
  };

/** May look for what the error should say; nothing is locked any more then. */
type Refusal = (alternatives: Slot[], ask: Ask, orgId: OrgId) => Error | Promise<Error>;

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
export function refusalOf({ error, message }: { error: string; message: string }, wish: Wish): Error {
  if (error === 'SLOT_UNAVAILABLE') return new NotThere(wish, bookingErrors.taken);
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
    if (sqlState(error) === LOCK_NOT_AVAILABLE) throw bookingErrors.busy();
    if (!(error instanceof NotThere)) throw error;
    const ask = askAlone(context, scope);
    throw await error.refusal(await findAlternatives(context, ask, scope, error.wish), ask, scope.orgId);
  }
}
