import { bookingErrors, inBookingTransaction, releaseAtomically } from '../booking/index.ts';
import { inTenant } from '../platform/database.ts';
import { answerOffer, bookOffered, leaveWaitlist } from '../waitlist/index.ts';
import type { OpenedOffer } from './open-patient-link.ts';
import { byPatient, linkSpent, type PatientContext } from './patient-context.ts';

/**
 * Makes the held time the patient's appointment. Only one of several clicks books.
 * @throws {AppError} LINK_SPENT when it was answered already or the time for it is over.
 */
export async function acceptOffer(
  context: PatientContext,
  opened: OpenedOffer,
  requestId: string,
): Promise<void> {
  const { scope, offer } = opened;
  const { orgId } = scope;
  await inBookingTransaction(context, scope, inTenant<void>(context.database, scope), async (db) => {
    if (!(await answerOffer(db, orgId, offer.id, 'accepted', by(opened, requestId)))) throw linkSpent();
    const result = await bookOffered(db, orgId, offer, byPatient(opened, requestId));
    if (result.success) return;
    // It ran out, or staff gave it to someone else: the page says that it has ended.
    if (result.error === 'HOLD_EXPIRED') throw linkSpent();
    throw bookingErrors.refused(result.error, result.message);
  });
  context.log.info(
    { org_id: orgId, appointment_id: offer.hold_id, source: 'patient', request_id: requestId },
    '[Booking] Appointment booked',
  );
}

/** Gives the held time back; the next person is offered it. The patient goes on waiting for other times. */
export function declineOffer(context: PatientContext, opened: OpenedOffer, requestId: string): Promise<void> {
  const { scope, offer } = opened;
  return inBookingTransaction(context, scope, inTenant<void>(context.database, scope), async (db) => {
    if (!(await answerOffer(db, scope.orgId, offer.id, 'declined', by(opened, requestId)))) throw linkSpent();
    const result = await releaseAtomically(db, scope.orgId, offer.hold_id, byPatient(opened, requestId));
    if (!result.success) throw bookingErrors.refused(result.error, result.message);
  });
}

/** The patient is no longer waiting; an open offer goes to the next person. */
export async function leaveByLink(
  context: PatientContext,
  opened: OpenedOffer,
  requestId: string,
): Promise<void> {
  const { scope, offer } = opened;
  await inBookingTransaction(context, scope, inTenant<void>(context.database, scope), async (db) => {
    const by = { source: 'patient', actorId: offer.contact_id, requestId };
    const answer = await leaveWaitlist(db, scope.orgId, offer.waitlist_id, by);
    if (!answer.success) throw linkSpent();
  });
}

const by = ({ offer }: OpenedOffer, requestId: string) => ({ actorId: offer.contact_id, requestId });
