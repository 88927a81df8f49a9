import { z } from 'zod';
import { type BookingContext, cancelAppointment } from '../../booking/index.ts';
import { consent, IDENTITY, originOf, text, theOneMeant } from './callers-appointment.ts';
import { defineTool } from './tool.ts';

export const cancelAppointmentTool = (context: BookingContext) =>
  defineTool({
    name: 'cancelAppointment',
    description:
      'Cancels an appointment of the caller. First call it without confirmed: it answers with the question to read to the caller. Only after a clear yes call it again with confirmed "yes".',
    parameters: {
      type: 'object',
      properties: {
        ...IDENTITY,
        reason: { type: 'string', description: 'Why, if the caller says so' },
      },
      required: ['name'],
    },
    arguments: z.object({
      name: text,
      patientName: text,
      appointmentId: text,
      confirmed: consent,
      reason: text,
    }),
    async run(input, call) {
      const meant = await theOneMeant(context, call, { ...input, name: input.name ?? input.patientName });
      if (input.confirmed !== 'yes') {
        return {
          say: `Nothing is cancelled yet. Ask: shall I cancel your appointment on ${meant.label}?`,
          data: { appointment_id: meant.appointmentId, confirmed: false },
        };
      }
      const { appointment, confirmation } = await cancelAppointment(
        context,
        { orgId: call.orgId, userId: null },
        { appointmentId: meant.appointmentId, reason: input.reason },
        originOf(call),
      );
      return { say: confirmation, data: { appointment_id: appointment.id, status: appointment.status } };
    },
  });
