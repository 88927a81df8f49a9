import type { HttpServer } from '../platform/http.ts';
import type { TenantResolver } from '../tenancy/index.ts';
import { registerFeedRoutes } from './feeds.routes.ts';
import type { PatientContext } from './patient-context.ts';
import { registerPatientPages } from './patient-page.routes.ts';

/** What reaches patients and their calendars without an account. */
export function registerPatientRoutes(
  server: HttpServer,
  options: { context: PatientContext; tenantResolver: TenantResolver },
): void {
  registerPatientPages(server, options);
  registerFeedRoutes(server, options);
}
