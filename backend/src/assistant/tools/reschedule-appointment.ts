import { z } from 'zod';
import {
  type BookingContext,
  moveAppointment,
  sayMoment,
  understandSpokenTime,
} from '../../booking/index.ts';
import { consent, IDENTITY, originOf, text, theOneMeant } from './callers-appointment.ts';
import { correctedFields, restingOn, withReadBack } from './corrected.ts';
import { defineTool } from './tool.ts';

export const rescheduleAppointmentTool = (context: BookingContext) =>
  defineTool({
    name: 'rescheduleAppointment',
    description:
      'Moves an appointment of the caller to another time. Find the time with checkAvailability and pass its slot_id as slotId. First call it without confirmed: it answers with the question to read to the caller. Only after a clear yes call it again with confirmed "yes".',
    parameters: {
      type: 'object',
      properties: {
        ...IDENTITY,
        slotId: { type: 'string', description: 'slot_id of the new time' },
        appointmentDate: { type: 'string', description: 'Only without slotId: new date as YYYY-MM-DD' },
        appointmentTime: { type: 'string', description: 'Only without slotId: new time as HH:MM' },
        dateText: {
          type: 'string',
          description: 'Only without slotId: the caller’s own words for the new day and time',
        },
      },
      required: ['name'],
    },
    arguments: z.object({
      name: text,
      patientName: text,
      appointmentId: text,
      confirmed: consent,
      slotId: text,
      appointmentDate: text,
      appointmentTime: text,
      scheduledAt: text,
      dateText: text,
      weekday: text,
    }),
    async run(input, call) {
      const scope = { orgId: call.orgId, userId: null };
      const meant = await theOneMeant(context, call, { ...input, name: input.name ?? input.patientName });
      const spoken =
        input.slotId === undefined
          ? await understandSpokenTime(context, scope, {
              appointmentId: meant.appointmentId,
              serviceType: meant.serviceType,
              date: input.appointmentDate,
              time: input.appointmentTime,
              at: input.scheduledAt,
              words: input.dateText,
              weekday: input.weekday,
              callId: call.callId,
            })
          : undefined;
      const when = spoken ? { at: spoken.at } : { slotId: input.slotId ?? '' };
      const correction = spoken?.correction;
      if (input.confirmed !== 'yes') {
        const newTime = await sayMoment(context, scope, when);
        const asked = `Nothing is changed yet. Ask: shall I move your appointment on ${meant.label} to ${newTime}?`;
        return {
          say: withReadBack(asked, correction),
          data: {
            ...correctedFields(correction),
            appointment_id: meant.appointmentId,
            confirmed: false,
          },
        };
      }
      const { appointment, confirmation } = await restingOn(
        correction,
        moveAppointment(context, scope, { appointmentId: meant.appointmentId, when }, originOf(call)),
      );
      return {
        say: withReadBack(confirmation, correction),
        data: {
          ...correctedFields(correction),
          appointment_id: appointment.id,
          scheduled_at: appointment.scheduled_at.toISOString(),
        },
      };
    },
  });
