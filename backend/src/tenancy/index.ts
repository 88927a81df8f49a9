export { writeAudit } from './audit.queries.ts';
export { createLiveEvents, type LiveEvents } from './live-events.ts';
export { refuseMember } from './may-change-settings.ts';
export { nameChanges } from './name-changes.ts';
export { registerOrganizationRoutes } from './organization.routes.ts';
export { type ClinicForBooking, findClinic, findOrganization } from './organizations.queries.ts';
export {
  createTenantResolvers,
  type Tenant,
  type TenantResolver,
  type TenantResolvers,
  tenantOf,
} from './tenant-resolver.ts';
