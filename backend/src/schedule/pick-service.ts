import type { Db } from '../platform/database.ts';
import type { OrgId } from '../platform/tenant.ts';
import { requestedErrors } from './requested.errors.ts';
import type { ServiceFacts } from './service-facts.ts';
import { servicesOf } from './services.queries.ts';

/** Accepts "Follow up", "follow_up" and "followup" for `follow-up`: a voice agent writes what it heard. */
export function pickService(services: ServiceFacts[], asked: string): ServiceFacts {
  const key = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
  const offered = services.filter(({ active }) => active);
  const found = offered.find((service) =>
    [service.slug, service.name].some((name) => key(name) === key(asked)),
  );
  if (found) return found;
  throw requestedErrors.unknownService(
    asked,
    offered.map(({ slug }) => slug),
  );
}

/** @throws {AppError} UNKNOWN_SERVICE. */
export const findService = async (db: Db, orgId: OrgId, asked: string): Promise<ServiceFacts> =>
  pickService(await servicesOf(db, orgId), asked);

/** The service of an appointment that exists; also one that is not offered anymore. */
export const bookedService = async (
  db: Db,
  orgId: OrgId,
  booked: { service_type: string; duration_minutes: number },
): Promise<ServiceFacts> => serviceOf(await servicesOf(db, orgId), booked);

/** As `bookedService`, of services that were read. */
export function serviceOf(
  services: ServiceFacts[],
  { service_type: slug, duration_minutes }: { service_type: string; duration_minutes: number },
): ServiceFacts {
  return (
    services.find((service) => service.slug === slug) ?? {
      id: '',
      name: slug,
      slug,
      duration_minutes,
      active: false,
      buffer_before_minutes: 0,
      buffer_after_minutes: 0,
      capacity: 1,
      min_notice_minutes: 0,
      horizon_days: null,
      slot_step_minutes: 15,
      provider_ids: null,
    }
  );
}
