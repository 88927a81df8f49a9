import type { HttpServer } from '../platform/http.ts';
import { registerProviderRoutes } from './providers.routes.ts';
import type { ScheduleRouteOptions } from './schedule-context.ts';
import { registerServiceRoutes } from './services.routes.ts';
import { registerTimeOffRoutes } from './time-off.routes.ts';

/** What a clinic offers, who works when, and when no one does. */
export function registerScheduleRoutes(server: HttpServer, options: ScheduleRouteOptions): void {
  registerServiceRoutes(server, options);
  registerProviderRoutes(server, options);
  registerTimeOffRoutes(server, options);
}
