export {
  type BookedAppointment,
  type BookingContext,
  type BookingOrigin,
  type BookingRequest,
  bookAppointment,
} from './book-appointment.ts';
export { registerBookingRoutes } from './booking.routes.ts';
export {
  type CalendarView,
  confirmationStillWanted,
  markNotSynced,
  markSynced,
  viewForCalendar,
} from './calendar-view.ts';
export { type AvailabilityAnswer, type AvailabilityQuery, findAvailability } from './find-availability.ts';
export { spokenTime } from './labels.ts';
