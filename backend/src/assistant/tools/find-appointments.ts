import { z } from 'zod';
import type { BookingContext } from '../../booking/index.ts';
import { appointmentsOf, IDENTITY, listed, text } from './callers-appointment.ts';
import { defineTool } from './tool.ts';

export const findAppointmentsTool = (context: BookingContext) =>
  defineTool({
    name: 'findAppointments',
    description:
      'Finds the upcoming appointments of the caller. Use it before changing or cancelling one. It looks under the number of the call; ask for the first and last name.',
    parameters: { type: 'object', properties: { name: IDENTITY.name }, required: ['name'] },
    arguments: z.object({ name: text, patientName: text }),
    async run(input, call) {
      const found = await appointmentsOf(context, call, input.name ?? input.patientName);
      return {
        say:
          found.length === 0
            ? 'I don’t see an upcoming appointment under that name and this number.'
            : `Upcoming appointments: ${listed(found)}.`,
        data: {
          appointments: found.map(({ appointmentId, serviceType, scheduledAt, label }) => ({
            appointment_id: appointmentId,
            service_type: serviceType,
            scheduled_at: scheduledAt.toISOString(),
            label,
          })),
        },
      };
    },
  });
