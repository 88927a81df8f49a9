import { type NoTexts, visibleLines } from '@voxanne/contract';
import { type ClinicRules, rulesIn } from '../availability/index.ts';
import {
  type CleanContact,
  cleanContact,
  fillMissingDetails,
  type GivenCall,
  hasDetails,
  isSameName,
  refusalOfTexts,
} from '../contacts/index.ts';
import { spokenTime } from '../platform/local-time/wording.ts';
import { pickService, serviceOf, withWhom } from '../schedule/index.ts';
import { bookingErrors } from './booking.errors.ts';
import { appointmentsWithin } from './booking.queries.ts';
import type { BookingTransaction } from './booking-transaction.ts';
import {
  type AtomicResult,
  bookAtomically,
  type ChangeOrigin,
  delayText,
  placeOf,
  type Refused,
} from './changes.queries.ts';
import { type BookableSlot, checkSlot, type Insistence } from './check-slot.ts';
import { allowedProviders, auditOutsideHours } from './outside-hours.ts';
import { momentOf, requestedProvider, type When } from './requested-time.ts';
import { refusalOf, SlotRefused } from './slot-refusals.ts';

export interface BookingRequest {
  name: string;
  phone: string;
  email?: string | undefined;
  /** By voice: the numbers of the call, from the telephone network. */
  call?: GivenCall | undefined;
  serviceType: string;
  when: When | { holdId: string };
  durationMinutes?: number | undefined;
  providerId?: string | undefined;
  providerName?: string | undefined;
  notes?: string | undefined;
  /** How long the text about it waits; default not at all. */
  notifyAfterSeconds?: number | undefined;
  /** Default confirmed. No one hears of a pending one before it is confirmed. */
  status?: 'confirmed' | 'pending' | undefined;
  /** An owner puts it over another one; `reason` says why. */
  overbook?: boolean | undefined;
  reason?: string | undefined;
  insist?: Insistence | undefined;
  /** Those by which the request was understood; else they are read here. */
  rules?: ClinicRules | undefined;
}

type Booked = Extract<AtomicResult, { success: true }>;

export interface BookedAppointment {
  appointmentId: string;
  contactId: string;
  scheduledAt: Date;
  /** Why the patient gets no text about it; null when they do. */
  noTexts: NoTexts | null;
  /** It was booked before, by the same caller or hold; nothing was written. */
  repeated: boolean;
  /** A sentence to show or to speak. */
  confirmation: string;
}

/**
 * Books, or says why not and what else is free. The rules of the clinic (opening hours, horizon) are checked
 * here; that no one else has the time is `book_appointment_atomic`'s promise. The same patient and time within one call
 * is the same booking.
 * @throws {SlotRefused} by a rule, or when the time is taken.
 * @throws {AppError} a code of `booking.errors.ts`.
 */
export async function bookAppointment(
  tx: BookingTransaction,
  request: BookingRequest,
  origin: ChangeOrigin,
): Promise<BookedAppointment> {
  const rules = request.rules ?? (await rulesIn(tx, tx.query, tx.orgId));
  const contact = cleanContact(request, rules.clinic.country, rules.clinic);
  const slot =
    'holdId' in request.when
      ? await heldSlot(tx, rules, request.when.holdId)
      : checkRequest(tx, rules, request, request.when, origin);
  const booked = await writeBooking(tx, request, contact, slot, origin);
  return {
    appointmentId: booked.appointment_id,
    contactId: booked.contact_id,
    scheduledAt: slot.at,
    noTexts: refusalOfTexts(booked.no_text),
    repeated: booked.repeated,
    confirmation: sayBooked(tx, rules, slot, booked, origin),
  };
}

function checkRequest(
  tx: BookingTransaction,
  rules: ClinicRules,
  request: BookingRequest,
  when: When,
  { source }: ChangeOrigin,
): BookableSlot {
  const { at, offer } = momentOf(tx, when, rules.clinic.time_zone);
  const service = pickService(rules.services, offer?.service ?? request.serviceType);
  return checkSlot(tx, rules, {
    service,
    at,
    durationMinutes: request.durationMinutes ?? service.duration_minutes,
    provider: requestedProvider(offer, request),
    by: source,
    insist: request.insist,
    isOffered: offer !== undefined,
  });
}

/** The rules were checked when it was held; its time, provider and service count. */
async function heldSlot(
  { db, orgId }: BookingTransaction,
  { clinic, services }: ClinicRules,
  holdId: string,
): Promise<BookableSlot> {
  const hold = await placeOf(db, orgId, holdId);
  if (!hold?.hold_expires_at) {
    throw bookingErrors.refused(
      'HOLD_NOT_FOUND',
      'We couldn’t find that hold. It may have expired; choose the time again.',
    );
  }
  return {
    clinic,
    service: serviceOf(services, hold),
    at: hold.scheduled_at,
    durationMinutes: hold.duration_minutes,
    providerIds: [hold.provider_id],
    onDuty: [hold.provider_id],
  };
}

/** The appointment, and what the function that books has no room for: seldom there, so that mostly nothing follows it. */
async function writeBooking(
  tx: BookingTransaction,
  request: BookingRequest,
  contact: CleanContact,
  slot: BookableSlot,
  origin: ChangeOrigin,
): Promise<Booked> {
  const { db, orgId } = tx;
  const hasMore =
    hasDetails(contact.more) || slot.against !== undefined || (request.notifyAfterSeconds ?? 0) > 0;
  const result = await bookAtomically(
    hasMore ? tx.query : tx.final,
    {
      orgId,
      name: contact.name,
      phone: contact.phone,
      email: contact.email,
      serviceType: slot.service.slug,
      scheduledAt: slot.at,
      durationMinutes: slot.durationMinutes,
      ...allowedProviders(slot),
      notes: request.notes === undefined ? null : visibleLines(request.notes),
      holdId: 'holdId' in request.when ? request.when.holdId : null,
      status: request.status ?? 'confirmed',
      overbook: request.overbook ?? false,
      reason: request.reason ?? null,
    },
    origin,
  );
  if (!result.success) throw refusalOfBooking(result, contact, slot);
  if (hasDetails(contact.more)) await fillMissingDetails(db, orgId, result.contact_id, contact.more);
  await auditOutsideHours(db, result.appointment_id, slot, origin);
  await delayText(db, orgId, result.appointment_id, request.notifyAfterSeconds);
  tx.logOnCommit(
    {
      org_id: orgId,
      appointment_id: result.appointment_id,
      source: origin.source,
      request_id: origin.requestId,
    },
    '[Booking] Appointment booked',
  );
  return result;
}

/** Whose appointment it is comes before what else is free. */
function refusalOfBooking(refused: Refused, { name, phone }: CleanContact, slot: BookableSlot): Error {
  if (refused.error !== 'SLOT_UNAVAILABLE') return refusalOf(refused, slot);
  return new SlotRefused(slot, async (alternatives, ask, orgId) => {
    const theirs = await ask(appointmentsWithin(orgId, phone, slot));
    const own = theirs.find(({ contact_name }) => isSameName(contact_name, name));
    return bookingErrors.taken(alternatives, own?.id);
  });
}

function sayBooked(
  { clock }: BookingTransaction,
  { clinic, staff }: ClinicRules,
  { at, service }: BookableSlot,
  booked: Booked,
  origin: ChangeOrigin,
): string {
  const when = spokenTime(at, clinic.time_zone, clock.now()) + withWhom(staff, booked.provider_id);
  if (at <= clock.now()) return `${service.name} on ${when} is booked.`;
  if (booked.status === 'pending') {
    return `Your request for ${service.name} on ${when} has been received. The clinic will confirm it.`;
  }
  return `You’re booked: ${service.name}, ${when}. ${promiseOfText(booked.no_text, origin)}`;
}

/** Only what comes is promised. */
function promiseOfText(whyNot: string | null, { source }: ChangeOrigin): string {
  if (whyNot !== null) return 'We can’t text that number, so please write it down.';
  return source === 'voice' ? 'I’m texting you the details.' : 'You’ll get a text to confirm it.';
}
