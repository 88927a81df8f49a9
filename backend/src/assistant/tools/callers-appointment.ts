import { visibleLines } from '@voxanne/contract';
import { z } from 'zod';
import {
  type BookingContext,
  type CallersAppointment,
  findCallersAppointments,
} from '../../booking/index.ts';
import { AppError } from '../../platform/errors.ts';
import { readConsent } from './consent.ts';
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

/** The answer to a question that was read to the caller, in whatever words the model hands it on. */
export const consent = z.unknown().optional().transform(readConsent);

export const IDENTITY = {
  name: { type: 'string' as const, description: 'First and last name of the patient, as the caller says it' },
  appointmentId: {
    type: 'string' as const,
    description: 'appointment_id from findAppointments; only needed when there are several',
  },
  confirmed: {
    type: 'string' as const,
    description: '"yes" only after the question of this tool was read to the caller and they said yes',
  },
};

// What a listener can keep in mind.
const MOST_READ = 3;

export const originOf = (call: CallContext) => ({
  source: 'voice' as const,
  requestId: call.requestId,
  callId: call.callId ?? `tool:${call.toolCallId}`,
});

export async function appointmentsOf(
  context: BookingContext,
  call: CallContext,
  name: string | undefined,
): Promise<CallersAppointment[]> {
  if (name === undefined) {
    throw new AppError({
      code: 'INVALID_NAME',
      status: 400,
      detail: 'The name is missing. Ask for the first and last name of the patient.',
    });
  }
  const scope = { orgId: call.orgId, userId: null };
  return findCallersAppointments(context, scope, { number: call.callerNumber, name });
}

/** @throws {AppError} APPOINTMENT_NOT_FOUND, or WHICH_APPOINTMENT with what there is to choose from. */
export async function theOneMeant(
  context: BookingContext,
  call: CallContext,
  wish: { name?: string | undefined; appointmentId?: string | undefined },
): Promise<CallersAppointment> {
  const all = await appointmentsOf(context, call, wish.name);
  const asked = all.filter(
    ({ appointmentId }) => wish.appointmentId === undefined || appointmentId === wish.appointmentId,
  );
  const [one, another] = asked;
  if (one && !another) return one;
  throw new AppError({
    code: one ? 'WHICH_APPOINTMENT' : 'APPOINTMENT_NOT_FOUND',
    status: 422,
    detail: one
      ? `There are several appointments: ${listed(asked)}. Ask which one is meant, and pass its appointment_id.`
      : 'No coming appointment is known for that name and the number of this call. Check the name, or offer to take a message.',
  });
}

export const listed = (appointments: CallersAppointment[]): string =>
  appointments
    .slice(0, MOST_READ)
    .map(({ appointmentId, label }) => `${label} (appointment_id ${appointmentId})`)
    .join(', ');
