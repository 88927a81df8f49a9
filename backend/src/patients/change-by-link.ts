import {
  type ChangedAppointment,
  cancelAppointment,
  inBookingTransaction,
  moveAppointment,
  undoAppointment,
} from '../booking/index.ts';
import { keptOpen } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import type { OpenedAppointment } from './open-patient-link.ts';
import { byPatient, linkSpent, type PatientContext } from './patient-context.ts';
import { spendLink, takeBackLink } from './patient-links.queries.ts';

/**
 * Moves the appointment that a patient's link names; the link is spent in the same transaction, and the new text has a
 * new one.
 * @throws {AppError} LINK_SPENT, SAME_TIME, and what `moveAppointment` refuses; the link stays good then.
 */
export function moveByLink(
  context: PatientContext,
  opened: OpenedAppointment,
  slotId: string,
  requestId: string,
): Promise<void> {
  const move = { appointmentId: opened.appointment.id, when: { slotId } };
  return inBookingTransaction(context, opened.scope, async (tx) => {
    if (!(await spendLink(tx.db, namedBy(opened), 'moved'))) throw linkSpent();
    refuseUnchanged(opened, await moveAppointment(keptOpen(tx), move, byPatient(opened, requestId)));
  });
}

/** As {@link moveByLink}. */
export function cancelByLink(
  context: PatientContext,
  opened: OpenedAppointment,
  requestId: string,
): Promise<void> {
  const cancellation = { appointmentId: opened.appointment.id };
  return inBookingTransaction(context, opened.scope, async (tx) => {
    if (!(await spendLink(tx.db, namedBy(opened), 'cancelled'))) throw linkSpent();
    refuseUnchanged(
      opened,
      await cancelAppointment(keptOpen(tx), cancellation, byPatient(opened, requestId)),
    );
  });
}

/** Takes back what this link did, as long as no one changed the appointment since and the ten minutes last. */
export function undoByLink(
  context: PatientContext,
  opened: OpenedAppointment,
  requestId: string,
): Promise<void> {
  const undo = { appointmentId: opened.appointment.id };
  return inBookingTransaction(context, opened.scope, async (tx) => {
    if (!(await takeBackLink(tx.db, namedBy(opened)))) throw linkSpent();
    refuseUnchanged(opened, await undoAppointment(keptOpen(tx), undo, byPatient(opened, requestId)));
  });
}

const namedBy = ({ scope, appointment, version }: OpenedAppointment) => ({
  orgId: scope.orgId,
  appointmentId: appointment.id,
  version,
});

/** Nothing was written, so that no new link would come: this one must stay good. */
function refuseUnchanged(
  { appointment: before }: OpenedAppointment,
  { appointment }: ChangedAppointment,
): void {
  if (appointment.version !== before.version) return;
  throw new AppError({
    code: 'SAME_TIME',
    status: 409,
    detail: 'That’s the time you already have. Choose another one, or keep it.',
  });
}
