import { visibleLines } from '@voxanne/contract';
import { z } from 'zod';
import {
  type BookingContext,
  type CallersAppointment,
  type Confirmation,
  findCallersAppointments,
} from '../../booking/index.ts';
import { AppError } from '../../platform/errors.ts';
import { type Asked, readConsent } from './consent.ts';
import type { CallContext } from './tool.ts';

// A model fills what it does not know with "" or null.
export const textUpTo = (characters: number) =>
  z
    .union([z.string(), z.number()])
    .nullish()
    .transform((value) => visibleLines(String(value ?? '')))
    .pipe(z.string().max(characters, `is longer than ${characters} characters`))
    .transform((value) => (value === '' ? undefined : value));
export const text = textUpTo(400);

export const IDENTITY = {
  name: { type: 'string' as const, description: 'The patient’s first and last name, as the caller says it' },
  appointmentId: {
    type: 'string' as const,
    description: 'appointment_id from findAppointments; needed only when there are several',
  },
  confirmed: {
    type: 'string' as const,
    description: '"yes" only after you read this tool’s question to the caller and they said yes',
  },
  confirmToken: {
    type: 'string' as const,
    description: 'Goes with confirmed: the confirmToken at the end of this tool’s question',
  },
};

// What a listener can keep in mind.
const MAX_READ = 3;

/** Outside a call (the short form) the tool call itself is what a repeat repeats. */
export const callIdOf = (call: CallContext): string =>
  call.callId ?? `tool:${call.toolCallId || call.requestId}`;

export const originOf = (call: CallContext) => ({
  source: 'voice' as const,
  requestId: call.requestId,
  callId: callIdOf(call),
});

export const scopeOf = (call: CallContext) => ({ orgId: call.orgId, userId: null });

/** What both steps of a change say. */
export const changeFields = (asked: Asked) => ({
  name: text,
  patientName: text,
  appointmentId: text,
  /** The answer to the question that was read to the caller, in whatever words the model hands it on. */
  confirmed: z
    .unknown()
    .optional()
    .transform((said) => readConsent(said, asked)),
  confirmToken: text,
});
export type ChangeInput = z.infer<z.ZodObject<ReturnType<typeof changeFields>>>;

export const confirmationOf = (input: ChangeInput, call: CallContext): Confirmation => ({
  callId: callIdOf(call),
  token: input.confirmToken,
  arrivedAt: call.arrivedAt,
});

/** @throws {AppError} INVALID_NAME, CALLER_UNKNOWN, WHICH_PATIENT, TOO_MANY_NAMES. */
export const appointmentsOf = (
  context: BookingContext,
  call: CallContext,
  name: string | undefined,
): Promise<CallersAppointment[]> => findCallersAppointments(context, scopeOf(call), callerOf(call, name));

export function callerOf(call: CallContext, name: string | undefined) {
  if (name !== undefined)
    return { number: call.callerNumber, name, callId: callIdOf(call), requestId: call.requestId };
  throw new AppError({
    code: 'INVALID_NAME',
    status: 400,
    detail: 'The name is missing. Ask for the first and last name of the patient.',
  });
}

/** The appointment the caller means; if there are several, they have to say which. @throws {AppError} */
export async function resolveCallersAppointment(
  context: BookingContext,
  call: CallContext,
  input: ChangeInput,
): Promise<CallersAppointment> {
  const all = await appointmentsOf(context, call, input.name ?? input.patientName);
  const asked = all.filter(
    ({ appointmentId }) => input.appointmentId === undefined || appointmentId === input.appointmentId,
  );
  const [one, another] = asked;
  if (one && !another) return one;
  throw new AppError({
    code: one ? 'WHICH_APPOINTMENT' : 'APPOINTMENT_NOT_FOUND',
    status: 422,
    detail: one
      ? `I see ${listed(asked)}. Ask which one they mean, and pass its appointment_id.`
      : `${NONE_FOUND} Check the name, or offer to take a message.`,
  });
}

export const NONE_FOUND = 'I don’t see an upcoming appointment under that name and this number.';

/** "2 upcoming appointments: Monday, November 23 at 9:00 AM (appointment_id …); …", each with its patient on a shared phone. */
export function listed(appointments: CallersAppointment[]): string {
  const read = appointments
    .slice(0, MAX_READ)
    .map(
      ({ appointmentId, label, isSharedPhone, patientName }) =>
        `${isSharedPhone ? `${patientName} on ` : ''}${label} (appointment_id ${appointmentId})`,
    );
  const more = appointments.length - read.length;
  const rest = more > 0 ? `; and ${more} more after that` : '';
  const count =
    appointments.length === 1 ? 'one upcoming appointment' : `${appointments.length} upcoming appointments`;
  return `${count}: ${read.join('; ')}${rest}`;
}

/** The sentence as it is, or with the patient's name where "your appointment" could be that of another one. */
export const sayWhose = ({ isSharedPhone, patientName }: CallersAppointment, sentence: string): string =>
  isSharedPhone
    ? sentence.replace(/\b(?:your|the) appointment\b/i, () => `${patientName}’s appointment`)
    : sentence;
