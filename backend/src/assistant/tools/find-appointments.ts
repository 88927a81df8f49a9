import { z } from 'zod';
import type { BookingContext } from '../../booking/index.ts';
import { appointmentsOf, IDENTITY, listed, NONE_FOUND, text } from './callers-appointment.ts';
import { defineTool } from './tool.ts';

export const findAppointmentsTool = (context: BookingContext) =>
  defineTool({
    name: 'findAppointments',
    description:
      'Finds the caller’s upcoming appointments. Use it before you move or cancel one. It looks under the number they are calling from, so ask only for the first and last name. Where several patients share that number, it says whose each appointment is.',
    parameters: { type: 'object', properties: { name: IDENTITY.name }, required: ['name'] },
    arguments: z.object({ name: text, patientName: text }),
    async run(input, call) {
      const found = await appointmentsOf(context, call, input.name ?? input.patientName);
      return {
        say: found.length === 0 ? NONE_FOUND : `I see ${listed(found)}.`,
        data: {
          appointments: found.map(({ appointmentId, serviceType, scheduledAt, label, patientName }) => ({
            appointment_id: appointmentId,
            service_type: serviceType,
            scheduled_at: scheduledAt.toISOString(),
            label,
            patient_name: patientName,
          })),
        },
      };
    },
  });
