import type { OrganizationPatch } from '@voxanne/contract';
import type { Database } from '../platform/database.ts';
import { AppError } from '../platform/errors.ts';
import { writeAudit } from './audit.queries.ts';
import { checkedPhone, checkedTimeZone } from './clinic-facts.ts';
import { maxRequestsPerHour, refuseAbove } from './org-rate-limiter.ts';
import {
  appointmentsMovedByZone,
  findOrganization,
  type OrganizationChanges,
  type OrganizationRow,
  updateOrganization,
} from './organizations.queries.ts';
import type { Tenant } from './tenant-resolver.ts';

/**
 * Changes the caller's clinic, its data and its rules; audited in the same transaction.
 * @param options.requestsPerHour - What the deployment allows the programs of a clinic.
 * @throws {AppError} INVALID_PHONE, INVALID_TIME_ZONE, LIMIT_TOO_HIGH, VALIDATION_FAILED (400), TIME_ZONE_MOVES_APPOINTMENTS (409).
 */
export async function changeOrganization(
  database: Database,
  tenant: Tenant,
  patch: OrganizationPatch,
  { requestId, requestsPerHour }: { requestId: string; requestsPerHour: number },
): Promise<OrganizationRow> {
  return database.withTenant(tenant, async (db) => {
    const before = await findOrganization(db, tenant.orgId);
    const { requests_per_hour: limit } = patch;
    if (typeof limit === 'number') refuseAbove(maxRequestsPerHour(before, requestsPerHour), limit);
    const country = patch.country?.toUpperCase() ?? before.country;
    const wanted: OrganizationChanges = {
      ...rulesOf(patch),
      ...(patch.name === undefined ? {} : { name: patch.name }),
      ...(patch.country === undefined ? {} : { country }),
      ...(patch.time_zone === undefined ? {} : { time_zone: checkedTimeZone(patch.time_zone) }),
      ...phonesOf(patch, country),
      ...(limit === undefined ? {} : { own_requests_per_hour: limit }),
    };
    const names = (Object.keys(wanted) as (keyof OrganizationChanges)[]).filter(
      (name) => wanted[name] !== before[name],
    );
    if (names.length === 0) return before;
    if (wanted.time_zone !== undefined && patch.confirm_time_zone !== true) {
      const zones = { from: before.time_zone, to: wanted.time_zone };
      const moved = await appointmentsMovedByZone(db, tenant.orgId, zones);
      if (moved.count > 0) throw movesAppointments(moved, zones);
    }
    const changes: OrganizationChanges = Object.fromEntries(names.map((name) => [name, wanted[name]]));
    const after = await updateOrganization(db, tenant.orgId, changes);
    await writeAudit(db, {
      action: 'organization.changed',
      objectId: tenant.orgId,
      before: Object.fromEntries(names.map((name) => [name, before[name]])),
      after: changes,
      requestId,
    });
    return after;
  });
}

const RULES = [
  'calendar_policy',
  'uses_google_calendar',
  'booking_horizon_days',
  'message_retention_days',
] as const;
/** What is stored as it was given. */
const rulesOf = (patch: OrganizationPatch): OrganizationChanges =>
  Object.fromEntries(RULES.flatMap((name) => (patch[name] === undefined ? [] : [[name, patch[name]]])));

const PHONES = ['phone', 'public_phone'] as const;
const phonesOf = (patch: OrganizationPatch, country: string): OrganizationChanges =>
  Object.fromEntries(
    PHONES.flatMap((name) => {
      const typed = patch[name];
      return typed === undefined ? [] : [[name, typed === null ? null : checkedPhone(name, typed, country)]];
    }),
  );

function movesAppointments(
  { count, first }: { count: number; first: Date[] },
  { from, to }: { from: string; to: string },
): AppError {
  const at = (timeZone: string) =>
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      month: 'short',
      day: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
    }).format(first[0]);
  return new AppError({
    code: 'TIME_ZONE_MOVES_APPOINTMENTS',
    status: 409,
    detail: `${count === 1 ? 'One upcoming appointment would stay at the same moment but' : `${count} upcoming appointments would stay at the same moment but`} show a different time: ${at(from)} would become ${at(to)}. Nothing was changed. If that’s right, send it again with confirm_time_zone: true.`,
    extra: { appointments: count, first: first.map((date) => date.toISOString()) },
  });
}
