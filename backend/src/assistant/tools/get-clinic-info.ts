import { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import { comingDays } from '../../platform/local-time/day-names.ts';
import type { OrgId } from '../../platform/tenant.ts';
import type { ClinicInfo, ClosedDays } from './clinic-info.queries.ts';
import { defineTool } from './tool.ts';

type ClinicWithHolidays = ClinicInfo & { closedDays: ClosedDays[] };

export const getClinicInfo = (clock: Clock, clinicOf: (orgId: OrgId) => Promise<ClinicWithHolidays>) =>
  defineTool({
    name: 'getClinicInfo',
    description:
      'Gives the clinic’s name, services, opening hours, closed days, time zone, the local time and the dates of the next 14 days. Use it when the caller asks about the clinic, or before you work out what "tomorrow" or "next Friday" means.',
    parameters: { type: 'object', properties: {}, required: [] },
    arguments: z.object({}),
    async run(_input, call) {
      const clinic = await clinicOf(call.orgId);
      return {
        say: {
          name: clinic.name,
          time_zone: clinic.timeZone,
          coming_days: comingDays(clock.now(), clinic.timeZone),
          services: clinic.services,
          opening_hours: clinic.openingHours,
          closed_days: clinic.closedDays,
        },
      };
    },
  });
