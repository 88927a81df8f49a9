import { z } from 'zod';
import {
  type BookingContext,
  type BookingRequest,
  bookAppointment,
  isPlaceholderPhone,
} from '../../booking/index.ts';
import { AppError } from '../../platform/errors.ts';
import { type CallContext, defineTool } from './tool.ts';

// A model fills what it does not know with "" or null, and numbers come as text: all is tolerated, nothing is believed.
const text = (longest: number) =>
  z
    .union([z.string(), z.number()])
    .nullish()
    .transform((value) => String(value ?? '').trim())
    .pipe(z.string().max(longest, `is longer than ${longest} characters`))
    .transform((value) => (value === '' ? undefined : value));
const minutes = z.preprocess(
  (value) => (value === null || value === '' ? undefined : value),
  z.coerce.number().int().min(5).max(480).optional(),
);

const Arguments = z.object({
  name: text(200),
  patientName: text(200),
  phone: text(60),
  patientPhone: text(60),
  email: text(254),
  patientEmail: text(254),
  serviceType: text(80),
  appointmentDate: text(40),
  appointmentTime: text(40),
  scheduledAt: text(60),
  slotId: text(400),
  durationMinutes: minutes,
  providerName: text(120),
  notes: text(2_000),
});
type Arguments = z.infer<typeof Arguments>;

export const bookClinicAppointment = (context: BookingContext) =>
  defineTool({
    name: 'bookClinicAppointment',
    description:
      'Books an appointment for the caller. Use it after the caller has chosen one of the times that checkAvailability returned and has given their name. Pass the slot_id of that time as slotId. The answer says whether it is booked: read it to the caller, and never say it is booked before.',
    parameters: {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'First and last name of the patient' },
        phone: {
          type: 'string',
          description: 'Phone for the confirmation text, only if it is not the number they call from',
        },
        email: { type: 'string', description: 'E-mail address, only if the caller offers it' },
        serviceType: { type: 'string', description: 'Which service, such as consultation' },
        slotId: { type: 'string', description: 'slot_id of the chosen time' },
        appointmentDate: {
          type: 'string',
          description: 'Only without slotId: date as YYYY-MM-DD, in the clinic’s time zone',
        },
        appointmentTime: {
          type: 'string',
          description: 'Only without slotId: time as HH:MM, in the clinic’s time zone',
        },
        notes: { type: 'string', description: 'Anything the clinic should know' },
      },
      required: ['name', 'serviceType'],
    },
    arguments: Arguments,
    async run(input, call) {
      const booked = await bookAppointment(
        context,
        { orgId: call.orgId, userId: null },
        toRequest(input, call),
        {
          source: 'voice',
          requestId: call.requestId,
          ...(call.callId ? { actorId: call.callId } : {}),
          // Outside a call (the short form) the tool call itself is what a repeat repeats.
          callId: call.callId ?? `tool:${call.toolCallId}`,
        },
      );
      return {
        say: booked.confirmation,
        data: {
          appointment_id: booked.appointmentId,
          contact_id: booked.contactId,
          scheduled_at: booked.scheduledAt.toISOString(),
        },
      };
    },
  });

function toRequest(input: Arguments, call: CallContext): BookingRequest {
  const { serviceType } = input;
  if (serviceType === undefined) {
    throw new AppError({
      code: 'MISSING_SERVICE',
      status: 400,
      detail: 'The service is missing. Ask what the appointment is for.',
    });
  }
  return {
    name: input.name ?? input.patientName ?? '',
    phone: spokenPhone(input) ?? call.callerNumber ?? '',
    email: input.email ?? input.patientEmail,
    serviceType,
    when: whenOf(input),
    durationMinutes: input.durationMinutes,
    providerName: input.providerName,
    notes: input.notes,
  };
}

/** "unknown" or "the same number" is no number: the one the call comes from stands in for it. */
const spokenPhone = ({ phone, patientPhone }: Arguments): string | undefined =>
  [phone, patientPhone].find((given) => given !== undefined && !isPlaceholderPhone(given));

function whenOf(input: Arguments): BookingRequest['when'] {
  if (input.slotId !== undefined) return { slotId: input.slotId };
  if (input.appointmentDate !== undefined && input.appointmentTime !== undefined) {
    return { date: input.appointmentDate, time: input.appointmentTime };
  }
  const at = z.iso.datetime({ offset: true }).safeParse(input.scheduledAt);
  if (at.success) return { at: new Date(at.data) };
  throw new AppError({
    code: 'INVALID_TIME',
    status: 400,
    detail:
      input.scheduledAt === undefined
        ? 'The time is missing. Offer the free times of checkAvailability and ask which one suits.'
        : 'That time cannot be understood. Use the slot_id of checkAvailability, or a date and a time.',
  });
}
