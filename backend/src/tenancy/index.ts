export { admitSignUp } from './admit-sign-up.ts';
export { registerApiKeyRoutes } from './api-keys.routes.ts';
export { writeAudit } from './audit.queries.ts';
export { registerInvitationRoutes } from './invitations.routes.ts';
export { createLiveEvents, type LiveEvents } from './live-events.ts';
export { registerMemberRoutes } from './members.routes.ts';
export { nameChanges } from './name-changes.ts';
export { notAMember } from './not-a-member.ts';
export { orgRateLimit } from './org-rate-limiter.ts';
export { registerOrganizationRoutes } from './organization.routes.ts';
export {
  type Clinic,
  type ClinicForBooking,
  findClinic,
  findClinicAlone,
  findOrganization,
} from './organizations.queries.ts';
export { registerOwnClinicRoutes } from './own-clinics.routes.ts';
export { setSignUpMode } from './owner-links.queries.ts';
export { registerOwnerLinkRoutes } from './owner-links.routes.ts';
export { firstOwnerWords } from './owner-links.ts';
export { type Access, accessOf, refuseRoutesWithoutRight, requireRight, rolesInWords } from './rights.ts';
export {
  createTenantResolvers,
  type Tenant,
  type TenantResolver,
  type TenantResolvers,
  tenantOf,
} from './tenant-resolver.ts';
