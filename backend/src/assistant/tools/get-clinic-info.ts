import { z } from 'zod';
import { comingDays } from '../../booking/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Clinic, ClosedDays } from '../clinic.queries.ts';
import { defineTool } from './tool.ts';

type ClinicWithHolidays = Clinic & { closedDays: ClosedDays[] };

export const getClinicInfo = (clock: Clock, clinicOf: (orgId: string) => Promise<ClinicWithHolidays>) =>
  defineTool({
    name: 'getClinicInfo',
    description:
      'Tells the clinic’s name, services, opening hours, closed days, time zone, the local time now and the dates of the next 14 days. Use it when the caller asks about the clinic, or before resolving words such as tomorrow.',
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
