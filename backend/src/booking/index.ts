export { registerAvailabilityRoutes } from './availability.routes.ts';
export { type BookingContext, type BookingRequest, bookAppointment } from './book-appointment.ts';
export { registerBookingRoutes } from './booking.routes.ts';
export { markNotSynced, markSynced, textStillWanted, viewForCalendar } from './calendar-view.ts';
export { cancelAppointment } from './cancel-appointment.ts';
export {
  asReadBack,
  type Confirmation,
  moveReadBack,
  NotReadBack,
  type ReadBackChange,
  readBack,
  tryOut,
  wasConfirmed,
} from './confirm-change.ts';
export { isPlaceholderPhone } from './contact.ts';
export { appointmentsOf } from './contact-history.queries.ts';
export { registerContactRoutes } from './contacts.routes.ts';
export {
  type CallersAppointment,
  findCallersAppointments,
  findJustCancelled,
} from './find-callers-appointments.ts';
export { sweepHolds } from './hold-slot.ts';
export { moveAppointment } from './move-appointment.ts';
export { offerFreedSlot } from './offer-freed-slot.ts';
export { offerStillOpen } from './offer-still-open.ts';
export { offerTimes } from './offer-times.ts';
export type { PatientContext } from './patient-context.ts';
export { registerPatientRoutes } from './patient-links.routes.ts';
export { createPatientLinks } from './patient-links.ts';
export { registerScheduleRoutes } from './rules/schedule.routes.ts';
export { withSaidProvider } from './said-provider.ts';
export { sayMoment, sayNow } from './say-moment.ts';
export { searchNumbers } from './search-contacts.ts';
export { comingDays } from './spoken-labels.ts';
export { leaveTask } from './tasks/leave-task.ts';
export { registerTaskRoutes } from './tasks/tasks.routes.ts';
export {
  type Correction,
  compareWithOffer,
  type SpokenBooking,
  understandSpokenTime,
} from './understand-spoken.ts';
export { registerWaitlistRoutes } from './waitlist.routes.ts';
