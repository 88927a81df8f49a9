import type { Slot } from '@voxanne/contract';
import type { Transact } from '../deliveries/index.ts';
import { type Database, type Db, sqlState } from '../platform/database.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { bookingErrors } from './booking.errors.ts';
import { activeProviders, type ClinicForBooking, type ServiceRow } from './booking.queries.ts';
import { type AvailabilityContext, findAlternatives, type Wish } from './find-availability.ts';
import { spokenDay } from './labels.ts';
import { readSlot, type SlotOffer } from './slot-id.ts';
import { fromWallClock } from './wall-clock.ts';
import { isOpen, WorkingHours } from './working-hours.ts';

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

const DAY_MS = 86_400_000;

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

/**
 * Checks a time against the rules of the clinic: past, horizon, opening hours.
 * @throws {AppError} IN_THE_PAST, BEYOND_HORIZON, PROVIDER_NOT_FOUND, OUTSIDE_HOURS (with alternatives).
 */
export async function findPlace(
  context: AvailabilityContext,
  db: Db,
  scope: TenantScope,
  wish: {
    clinic: ClinicForBooking;
    service: ServiceRow;
    at: Date;
    durationMinutes: number;
    provider: ProviderWish;
  },
): Promise<Place> {
  const { clinic, at, durationMinutes } = wish;
  const now = context.clock.now();
  const horizon = new Date(now.getTime() + clinic.booking_horizon_days * DAY_MS);
  if (at <= now) throw bookingErrors.inThePast();
  if (at > horizon) throw bookingErrors.beyondHorizon(spokenDay(horizon, clinic.time_zone));
  const asked = await whoIsMeant(db, scope, wish.provider);
  const appointment = { from: at.getTime(), to: at.getTime() + durationMinutes * 60_000 };
  const onDuty = asked.filter((provider) =>
    isOpen(WorkingHours.parse(provider.working_hours), appointment, clinic.time_zone),
  );
  const place = {
    clinic,
    service: wish.service,
    at,
    durationMinutes,
    providerIds: asked.map((provider) => provider.id),
    onDuty: onDuty.map((provider) => provider.id),
  };
  if (onDuty.length === 0) {
    throw bookingErrors.outsideHours(await findAlternatives(context, db, scope.orgId, place));
  }
  return place;
}

async function whoIsMeant(db: Db, scope: TenantScope, wish: ProviderWish) {
  const name = wish.providerName?.trim().toLowerCase();
  const asked = (await activeProviders(db, scope.orgId)).filter(
    (provider) =>
      (wish.providerId === undefined || provider.id === wish.providerId) &&
      (!name || provider.name.toLowerCase().includes(name)),
  );
  if (asked.length === 0) throw bookingErrors.unknownProvider();
  return asked;
}

/** Somebody else has it: ends the transaction, so that the search for other times holds no lock. */
class Taken extends Error {
  readonly wish: Wish;
  readonly code: 'SLOT_UNAVAILABLE' | 'HOLD_EXPIRED';

  constructor(wish: Wish, code: Taken['code'] = 'SLOT_UNAVAILABLE') {
    super(code);
    this.wish = wish;
    this.code = code;
  }
}

/** What a function of the database refused, as an error; taken times with their alternatives. */
export function refusalOf({ error, message }: { error: string; message: string }, wish: Wish): Error {
  if (error === 'SLOT_UNAVAILABLE' || error === 'HOLD_EXPIRED') return new Taken(wish, error);
  return bookingErrors.refused(error, message);
}

export const inTenant =
  <R>(database: Database, scope: TenantScope): Transact<R> =>
  (work) =>
    database.withTenant(scope, work);

// A deadlock or serialization failure says nothing about the slot; the whole transaction was rolled back.
const TRANSIENT = new Set(['40P01', '40001']);
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * One change in one transaction, tried once more where the database asks for that.
 * @throws {AppError} SLOT_UNAVAILABLE or HOLD_EXPIRED with alternatives, BUSY, and what `work` throws.
 */
export async function changeOnce<R>(
  context: AvailabilityContext,
  scope: TenantScope,
  transact: Transact<R>,
  work: (db: Db) => Promise<R>,
): Promise<R> {
  try {
    return await transact(work).catch((error: unknown) => {
      if (!TRANSIENT.has(sqlState(error) ?? '')) throw error;
      return transact(work);
    });
  } catch (error) {
    if (sqlState(error) === LOCK_NOT_AVAILABLE) throw bookingErrors.busy();
    if (!(error instanceof Taken)) throw error;
    const { wish, code } = error;
    const alternatives: Slot[] = await context.database.withTenant(scope, (db) =>
      findAlternatives(context, db, scope.orgId, wish),
    );
    throw code === 'HOLD_EXPIRED'
      ? bookingErrors.holdExpired(alternatives)
      : bookingErrors.taken(alternatives);
  }
}
