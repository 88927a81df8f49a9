import { bookingErrors, inBookingTransaction, releaseHold } from '../booking/index.ts';
import { answerOffer, bookOffered, leaveWaitlist } from '../waitlist/index.ts';
import type { OpenedOffer } from './open-patient-link.ts';
import { byPatient, linkSpent, type PatientContext } from './patient-context.ts';

/**
 * Makes the held time the patient's appointment. Only one of several clicks books.
 * @throws {AppError} LINK_SPENT when it was answered already or the time for it is over.
 */
export function acceptOffer(context: PatientContext, opened: OpenedOffer, requestId: string): Promise<void> {
  const { scope, offer } = opened;
  return inBookingTransaction(context, scope, async (tx) => {
    const isOpen = await answerOffer(tx.db, tx.orgId, offer.id, 'accepted', by(opened, requestId));
    if (!isOpen) throw linkSpent();
    const result = await bookOffered(tx, offer, byPatient(opened, requestId));
    // It ran out, or staff gave it to someone else: the page says that it has ended.
    if (!result.success && result.error === 'HOLD_EXPIRED') throw linkSpent();
    if (!result.success) throw bookingErrors.refused(result.error, result.message);
    tx.logOnCommit(
      { org_id: tx.orgId, appointment_id: offer.hold_id, source: 'patient', request_id: requestId },
      '[Booking] Appointment booked',
    );
  });
}

/** Gives the held time back; the next person is offered it. The patient goes on waiting for other times. */
export function declineOffer(context: PatientContext, opened: OpenedOffer, requestId: string): Promise<void> {
  const { scope, offer } = opened;
  return inBookingTransaction(context, scope, async (tx) => {
    const isOpen = await answerOffer(tx.db, tx.orgId, offer.id, 'declined', by(opened, requestId));
    if (!isOpen) throw linkSpent();
    await releaseHold(tx, offer.hold_id, byPatient(opened, requestId));
  });
}

/** The patient is no longer waiting; an open offer goes to the next person. */
export function leaveByLink(context: PatientContext, opened: OpenedOffer, requestId: string): Promise<void> {
  const { scope, offer } = opened;
  return inBookingTransaction(context, scope, async (tx) => {
    const patient = { source: 'patient', actorId: offer.contact_id, requestId };
    const answer = await leaveWaitlist(tx.db, tx.orgId, offer.waitlist_id, patient);
    if (!answer.success) throw linkSpent();
  });
}

const by = ({ offer }: OpenedOffer, requestId: string) => ({ actorId: offer.contact_id, requestId });
