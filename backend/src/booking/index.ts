export { type BookingRequest, bookAppointment } from './book-appointment.ts';
export { bookingErrors } from './booking.errors.ts';
export { type AppointmentRow, findAppointment } from './booking.queries.ts';
export { registerBookingRoutes } from './booking.routes.ts';
export type { BookingContext } from './booking-context.ts';
export { type BookingTransaction, inBookingTransaction } from './booking-transaction.ts';
export { markNotSynced, markSynced, viewForCalendar } from './calendar-view.ts';
export { cancelAppointment } from './cancel-appointment.ts';
export type { ChangedAppointment } from './changed-appointment.ts';
export {
  type AtomicResult,
  bookAtomically,
  type ChangeOrigin,
} from './changes.queries.ts';
export {
  type Confirmation,
  confirmReadBack,
  moveReadBack,
  NotReadBack,
  readBack,
  tryOut,
  wasConfirmed,
} from './confirm-change.ts';
export { appointmentsOf } from './contact-history.queries.ts';
export {
  type CallersAppointment,
  findCallersAppointments,
  findJustCancelled,
} from './find-callers-appointments.ts';
export { holdSlot, releaseHold, sweepHolds } from './hold-slot.ts';
export { moveAppointment } from './move-appointment.ts';
export type { ReadBackChange } from './read-backs.queries.ts';
export { type BookingRouteOptions, originOf } from './request-origin.ts';
export { sayMoment } from './say-moment.ts';
export { textStillWanted } from './text-still-wanted.ts';
export { undoAppointment } from './undo-appointment.ts';
