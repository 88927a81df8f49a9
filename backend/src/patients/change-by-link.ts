import {
  type ChangedAppointment,
  cancelAppointment,
  moveAppointment,
  undoAppointment,
} from '../booking/index.ts';
import { type Db, queryIn, type Transact } from '../platform/database.ts';
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
): Promise<ChangedAppointment> {
  return moveAppointment(
    context,
    opened.scope,
    { appointmentId: opened.appointment.id, when: { slotId } },
    byPatient(opened, requestId),
    inOneTransaction(context, opened, (db) => spendLink(db, namedBy(opened), 'moved')),
  );
}

/** As {@link moveByLink}. */
export function cancelByLink(
  context: PatientContext,
  opened: OpenedAppointment,
  requestId: string,
): Promise<ChangedAppointment> {
  return cancelAppointment(
    context,
    opened.scope,
    { appointmentId: opened.appointment.id },
    byPatient(opened, requestId),
    inOneTransaction(context, opened, (db) => spendLink(db, namedBy(opened), 'cancelled')),
  );
}

/** Takes back what this link did, as long as no one changed the appointment since and the ten minutes last. */
export function undoByLink(
  context: PatientContext,
  opened: OpenedAppointment,
  requestId: string,
): Promise<ChangedAppointment> {
  return undoAppointment(
    context,
    opened.scope,
    { appointmentId: opened.appointment.id },
    byPatient(opened, requestId),
    inOneTransaction(context, opened, (db) => takeBackLink(db, namedBy(opened))),
  );
}

const namedBy = ({ scope, appointment, version }: OpenedAppointment) => ({
  orgId: scope.orgId,
  appointmentId: appointment.id,
  version,
});

const inOneTransaction =
  (
    { database }: PatientContext,
    { scope, appointment }: OpenedAppointment,
    claim: (db: Db) => Promise<boolean>,
  ): Transact<ChangedAppointment> =>
  (work) =>
    database.withTenant(scope, async (db) => {
      if (!(await claim(db))) throw linkSpent();
      const changed = await work(db, queryIn(db));
      // Nothing was written, so that no new link would come: this one must stay good.
      if (changed.appointment.version === appointment.version) throw sameTime();
      return changed;
    });

const sameTime = () =>
  new AppError({
    code: 'SAME_TIME',
    status: 409,
    detail: 'That’s the time you already have. Choose another one, or keep it.',
  });
