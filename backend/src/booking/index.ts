export { type BookingContext, type BookingRequest, bookAppointment } from './book-appointment.ts';
export { registerBookingRoutes } from './booking.routes.ts';
export { confirmationStillWanted, markNotSynced, markSynced, viewForCalendar } from './calendar-view.ts';
export { isPlaceholderPhone } from './contact.ts';
export { findAvailability } from './find-availability.ts';
export { spokenTime } from './labels.ts';
