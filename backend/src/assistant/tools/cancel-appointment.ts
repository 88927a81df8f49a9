import { z } from 'zod';
import {
  type BookingContext,
  type CallersAppointment,
  cancelAppointment,
  confirmReadBack,
  findJustCancelled,
  inBookingTransaction,
  NotReadBack,
  readBack,
} from '../../booking/index.ts';
import { AppError } from '../../platform/errors.ts';
import {
  type ChangeInput,
  callerOf,
  callIdOf,
  changeFields,
  confirmationOf,
  IDENTITY,
  originOf,
  resolveCallersAppointment,
  sayWhose,
  scopeOf,
  text,
} from './callers-appointment.ts';
import { type CallContext, defineTool, type ToolAnswer } from './tool.ts';

export const cancelAppointmentTool = (context: BookingContext) =>
  defineTool({
    name: 'cancelAppointment',
    description:
      'Cancels one of the caller’s appointments. First call it without confirmed: it answers with a question to read to the caller. Only after a clear yes, call it again with confirmed "yes" and the confirmToken of that question.',
    parameters: {
      type: 'object',
      properties: {
        ...IDENTITY,
        reason: { type: 'string', description: 'The reason, if the caller gives one' },
      },
      required: ['name'],
    },
    arguments: z.object({ ...changeFields('cancel'), reason: text }),
    async run(input, call): Promise<ToolAnswer> {
      const scope = scopeOf(call);
      const meant = await resolveCallersAppointment(context, call, input).catch((error: unknown) =>
        cancelledBefore(context, call, input, error),
      );
      if ('isCancelled' in meant) {
        return {
          say: sayWhose(meant, `The appointment on ${meant.label} has been canceled.`),
          data: { appointment_id: meant.appointmentId, status: 'cancelled' },
        };
      }
      const change = {
        verb: 'cancel' as const,
        appointmentId: meant.appointmentId,
        standsAt: meant.scheduledAt,
      };
      if (input.confirmed === 'no') {
        return {
          say: sayWhose(
            meant,
            `Okay, I haven’t canceled anything. The appointment on ${meant.label} is still booked.`,
          ),
          data: unchanged(meant),
        };
      }
      if (input.confirmed === 'yes') {
        try {
          const cancellation = { appointmentId: meant.appointmentId, reason: input.reason };
          const { appointment, confirmation } = await inBookingTransaction(context, scope, async (tx) => {
            await confirmReadBack(tx, change, confirmationOf(input, call));
            return cancelAppointment(tx, cancellation, originOf(call));
          });
          return {
            say: sayWhose(meant, confirmation),
            data: { appointment_id: appointment.id, status: appointment.status },
          };
        } catch (error) {
          if (!(error instanceof NotReadBack)) throw error;
        }
      }
      const confirmToken = await readBack(context, scope, change, callIdOf(call));
      return {
        say: sayWhose(
          meant,
          `Nothing has been canceled yet. Ask: would you like me to cancel your appointment on ${meant.label}?`,
        ),
        data: { ...unchanged(meant), confirmToken },
      };
    },
  });

const unchanged = ({ appointmentId }: CallersAppointment) => ({
  appointment_id: appointmentId,
  confirmed: false,
});

/** A model that asks again in the same call hears what was done, not that there is no such appointment. */
async function cancelledBefore(
  context: BookingContext,
  call: CallContext,
  input: ChangeInput,
  error: unknown,
): Promise<CallersAppointment & { isCancelled: true }> {
  if (!(error instanceof AppError) || error.code !== 'APPOINTMENT_NOT_FOUND') throw error;
  const caller = callerOf(call, input.name ?? input.patientName);
  const found = await findJustCancelled(context, scopeOf(call), caller, confirmationOf(input, call));
  const asked = found.filter(
    ({ appointmentId }) => input.appointmentId === undefined || appointmentId === input.appointmentId,
  );
  const last = asked.at(-1);
  if (!last) throw error;
  return { ...last, isCancelled: true };
}
