import { type NoTexts, visibleLines } from '@voxanne/contract';
import { type AvailabilityContext, type ClinicRules, rulesIn } from '../availability/index.ts';
import {
  cleanContact,
  fillMissingDetails,
  type GivenCall,
  hasDetails,
  isSameName,
  refusalOfTexts,
} from '../contacts/index.ts';
import { type Db, inTenant, queryIn, type Transact } from '../platform/database.ts';
import { spokenTime } from '../platform/local-time/wording.ts';
import type { TenantScope } from '../platform/tenant.ts';
import { pickService, serviceOf, withWhom } from '../schedule/index.ts';
import { bookingErrors } from './booking.errors.ts';
import { appointmentsWithin } from './booking.queries.ts';
import type { BookingContext } from './booking-context.ts';
import { inBookingTransaction } from './booking-transaction.ts';
import { bookAtomically, type ChangeOrigin, delayText, placeOf } from './changes.queries.ts';
import { type BookableSlot, checkSlot, type Insistence } from './check-slot.ts';
import { allowedProviders, auditOutsideHours } from './outside-hours.ts';
import { momentOf, requestedProvider, type When } from './requested-time.ts';
import { type Refusal, refusalOf, SlotRefused } from './slot-refusals.ts';

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
  /** An owner's wish to put it over another one; `reason` says why. */
  overbook?: boolean | undefined;
  reason?: string | undefined;
  insist?: Insistence | undefined;
  /** Those by which the request was understood; else they are read here. */
  rules?: ClinicRules | undefined;
}

/** Who books, for the audit log. A repeated booking of the same patient and time within one call is the same booking. */
export type BookingOrigin = ChangeOrigin;

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
 * here; that no one else has the time is `book_appointment_atomic`'s promise.
 * @throws {AppError} a code of `booking.errors.ts`; nothing is written then.
 */
export async function bookAppointment(
  context: BookingContext,
  scope: TenantScope,
  request: BookingRequest,
  origin: BookingOrigin,
  transact: Transact<BookedAppointment> = inTenant(context.database, scope),
): Promise<BookedAppointment> {
  const booked = await inBookingTransaction(context, scope, transact, async (db, commitWith) => {
    const rules = request.rules ?? (await rulesIn(context, queryIn(db), scope.orgId));
    const { clinic } = rules;
    const contact = cleanContact(request, clinic.country, clinic);
    const place =
      'holdId' in request.when
        ? await placeOfHold(db, scope, rules, request.when.holdId)
        : placeAskedFor(context, scope, rules, { ...request, when: request.when }, origin);
    const needsSecondWrite =
      hasDetails(contact.more) || place.against !== undefined || (request.notifyAfterSeconds ?? 0) > 0;
    const result = await bookAtomically(
      needsSecondWrite ? queryIn(db) : commitWith,
      {
        orgId: scope.orgId,
        name: contact.name,
        phone: contact.phone,
        email: contact.email,
        serviceType: place.service.slug,
        scheduledAt: place.at,
        durationMinutes: place.durationMinutes,
        ...allowedProviders(place),
        notes: request.notes === undefined ? null : visibleLines(request.notes),
        holdId: 'holdId' in request.when ? request.when.holdId : null,
        status: request.status ?? 'confirmed',
        overbook: request.overbook ?? false,
        reason: request.reason ?? null,
      },
      origin,
    );
    if (!result.success) {
      throw result.error === 'SLOT_UNAVAILABLE'
        ? new SlotRefused(place, takenFor(contact, place))
        : refusalOf(result, place);
    }
    if (hasDetails(contact.more)) await fillMissingDetails(db, scope.orgId, result.contact_id, contact.more);
    await auditOutsideHours(db, result.appointment_id, place, origin);
    await delayText(db, scope.orgId, result.appointment_id, request.notifyAfterSeconds);
    const when =
      spokenTime(place.at, clinic.time_zone, context.clock.now()) + withWhom(rules.staff, result.provider_id);
    return {
      appointmentId: result.appointment_id,
      contactId: result.contact_id,
      scheduledAt: place.at,
      noTexts: refusalOfTexts(result.no_text),
      repeated: result.repeated,
      confirmation:
        place.at <= context.clock.now()
          ? `${place.service.name} on ${when} is booked.`
          : result.status === 'pending'
            ? `Your request for ${place.service.name} on ${when} has been received. The clinic will confirm it.`
            : `You’re booked: ${place.service.name}, ${when}. ${promiseOfText(result.no_text, origin)}`,
    };
  });
  context.log.info(
    {
      org_id: scope.orgId,
      appointment_id: booked.appointmentId,
      source: origin.source,
      request_id: origin.requestId,
    },
    '[Booking] Appointment booked',
  );
  return booked;
}

/** Only what comes is promised. */
const promiseOfText = (whyNot: string | null, { source }: BookingOrigin): string => {
  if (whyNot !== null) return 'We can’t text that number, so please write it down.';
  return source === 'voice' ? 'I’m texting you the details.' : 'You’ll get a text to confirm it.';
};

/** Whose appointment it is comes before what else is free. */
const takenFor =
  ({ name, phone }: { name: string; phone: string }, place: BookableSlot): Refusal =>
  async (alternatives, ask, orgId) => {
    const theirs = await ask(appointmentsWithin(orgId, phone, place));
    const own = theirs.find(({ contact_name }) => isSameName(contact_name, name));
    return bookingErrors.taken(alternatives, own?.id);
  };

function placeAskedFor(
  context: AvailabilityContext,
  scope: TenantScope,
  rules: ClinicRules,
  request: BookingRequest & { when: When },
  { source }: BookingOrigin,
): BookableSlot {
  const { at, offer } = momentOf(context, scope, request.when, rules.clinic.time_zone);
  const service = pickService(rules.services, offer?.service ?? request.serviceType);
  return checkSlot(context, rules, {
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
async function placeOfHold(
  db: Db,
  scope: TenantScope,
  { clinic, services }: ClinicRules,
  holdId: string,
): Promise<BookableSlot> {
  const hold = await placeOf(db, scope.orgId, holdId);
  if (!hold?.hold_expires_at)
    throw bookingErrors.refused(
      'HOLD_NOT_FOUND',
      'We couldn’t find that hold. It may have expired; choose the time again.',
    );
  return {
    clinic,
    service: serviceOf(services, hold),
    at: hold.scheduled_at,
    durationMinutes: hold.duration_minutes,
    providerIds: [hold.provider_id],
    onDuty: [hold.provider_id],
  };
}
