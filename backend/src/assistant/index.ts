import type { BookingContext } from '../booking/index.ts';
import { sayNow } from '../platform/local-time/say-now.ts';
import type { OrgId } from '../platform/tenant.ts';
import { findClinicAlone } from '../tenancy/index.ts';
import { bookClinicAppointment } from './tools/book-clinic-appointment.ts';
import { cancelAppointmentTool } from './tools/cancel-appointment.ts';
import { checkAvailability } from './tools/check-availability.ts';
import { readClinicInfo, readClosedDays } from './tools/clinic-info.queries.ts';
import { findAppointmentsTool } from './tools/find-appointments.ts';
import { getClinicInfo } from './tools/get-clinic-info.ts';
import { rescheduleAppointmentTool } from './tools/reschedule-appointment.ts';
import { takeMessage } from './tools/take-message.ts';
import type { Tool } from './tools/tool.ts';

export { registerAdmissionRoutes } from './admission.routes.ts';
export { type Admission, createAdmission } from './admission.ts';
export { registerVapiIntegrationRoutes } from './integration.routes.ts';
export { createProvisioning, type Provisioning } from './provision.ts';
export { createSandboxClient } from './sandbox.client.ts';
export { registerSimulatorRoutes } from './simulator.routes.ts';
export { createVapiClient } from './vapi.client.ts';
export { registerVapiRoutes } from './vapi.routes.ts';
export { createVapiAuth } from './vapi-auth.ts';
export { createVapiJobs } from './vapi-jobs.ts';
export { createVapiKeyCheck } from './vapi-key.ts';

/** Everything the receptionist can do, by the name Vapi calls it. */
export function createTools(booking: BookingContext): Record<string, Tool> {
  const { clock } = booking;
  const tools = [
    bookClinicAppointment(booking),
    checkAvailability(booking),
    findAppointmentsTool(booking),
    rescheduleAppointmentTool(booking),
    cancelAppointmentTool(booking),
    takeMessage(booking),
    getClinicInfo(clock, (orgId) =>
      booking.database.withTenant({ orgId, userId: null }, async (db) => ({
        ...(await readClinicInfo(db, orgId)),
        closedDays: await readClosedDays(db, orgId, clock.now()),
      })),
    ),
  ];
  // Asked with every tool call, hence by itself.
  const nowLocal = async (orgId: OrgId): Promise<string> =>
    sayNow(clock.now(), (await findClinicAlone(booking.database, orgId)).time_zone);
  return Object.fromEntries(tools.map((tool) => [tool.name, { ...tool, nowLocal }]));
}
