import type { HttpServer } from '../platform/http.ts';
import { registerAppointmentRoutes } from './appointments.routes.ts';
import { registerChangeRoutes } from './changes.routes.ts';
import { registerHoldRoutes } from './holds.routes.ts';
import type { BookingRouteOptions } from './request-origin.ts';

/** Appointments and held times, as they are made and changed over HTTP. */
export function registerBookingRoutes(server: HttpServer, options: BookingRouteOptions): void {
  registerAppointmentRoutes(server, options);
  registerChangeRoutes(server, options);
  registerHoldRoutes(server, options);
}
