import { z } from 'zod';
import { type ClinicRulesOnce, readRulesOnce } from '../../availability/index.ts';
import {
  type BookingContext,
  type BookingRequest,
  bookAppointment,
  inBookingTransaction,
} from '../../booking/index.ts';
import { isPlaceholderPhone } from '../../contacts/index.ts';
import { AppError } from '../../platform/errors.ts';
import type { TenantScope } from '../../platform/tenant.ts';
import {
  type Correction,
  compareWithOffer,
  type SpokenBooking,
  understandSpokenTime,
  withSaidProvider,
} from '../../spoken/index.ts';
import { originOf, scopeOf, text, textUpTo } from './callers-appointment.ts';
import { appendCorrection, correctedFields, explainCorrectionOnFailure } from './corrected.ts';
import { PROVIDER, SERVICE, TIME } from './definitions.ts';
import { type CallContext, defineTool } from './tool.ts';

const minutes = z.preprocess(
  (value) => (value === null || value === '' ? undefined : value),
  z.coerce.number().int().min(5).max(480).optional(),
);

const Arguments = z.object({
  name: textUpTo(200),
  patientName: textUpTo(200),
  phone: textUpTo(200),
  patientPhone: textUpTo(200),
  // Spelled letter by letter.
  email: textUpTo(1_000),
  patientEmail: textUpTo(1_000),
  serviceType: text,
  appointmentDate: text,
  date: text,
  appointmentTime: text,
  time: text,
  scheduledAt: text,
  dateText: text,
  weekday: text,
  slotId: text,
  durationMinutes: minutes,
  providerName: text,
  notes: textUpTo(2_000),
});
type Arguments = z.infer<typeof Arguments>;

export const bookClinicAppointment = (context: BookingContext) =>
  defineTool({
    name: 'bookClinicAppointment',
    description:
      'Books an appointment for the caller. Use it after the caller has chosen one of the times that checkAvailability returned and has given their name. Pass the slot_id of that time as slotId. The answer says whether it is booked: read it to the caller, and don’t say it is booked until then.',
    parameters: {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'The patient’s first and last name' },
        phone: {
          type: 'string',
          description: 'Phone for the confirmation text, only if it is not the number they are calling from',
        },
        email: { type: 'string', description: 'Email address, only if the caller offers it' },
        ...SERVICE,
        slotId: { type: 'string', description: 'slot_id of the time they chose' },
        ...TIME,
        ...PROVIDER,
        notes: { type: 'string', description: 'Anything the clinic should know' },
      },
      required: ['name', 'serviceType'],
    },
    arguments: Arguments,
    async run(given, call) {
      const scope = scopeOf(call);
      const rules = readRulesOnce(context, scope);
      const { providerName } = await withSaidProvider(rules, {
        words: given.dateText,
        providerName: given.providerName,
      });
      const input = { ...given, providerName };
      const { when, correction } = await whenOf(context, scope, rules, input, call.callId);
      const request = { ...contactOf(input, call), serviceType: serviceOf(input), when, rules: rules.known };
      const origin = { ...originOf(call), ...(call.callId ? { actorId: call.callId } : {}) };
      const booked = await explainCorrectionOnFailure(
        correction,
        inBookingTransaction(context, scope, (tx) => bookAppointment(tx, request, origin)),
      );
      return {
        // A corrected date is heard in full before anyone relies on it.
        say: appendCorrection(booked.confirmation, correction),
        data: {
          ...correctedFields(correction),
          appointment_id: booked.appointmentId,
          contact_id: booked.contactId,
          ...(booked.repeated && { repeated: true }),
          scheduled_at: booked.scheduledAt.toISOString(),
        },
      };
    },
  });

function serviceOf({ serviceType }: Arguments): string {
  if (serviceType !== undefined) return serviceType;
  throw new AppError({
    code: 'MISSING_SERVICE',
    status: 400,
    detail: 'The service is missing. Ask what the appointment is for.',
  });
}

const contactOf = (input: Arguments, call: CallContext): Omit<BookingRequest, 'serviceType' | 'when'> => ({
  name: input.name ?? input.patientName ?? '',
  phone: spokenPhone(input) ?? call.callerNumber ?? '',
  call: { from: call.callerNumber, to: call.calledNumber },
  email: input.email ?? input.patientEmail,
  durationMinutes: input.durationMinutes,
  providerName: input.providerName,
  notes: input.notes,
});

/** "unknown" or "the same number" isn't a number: the number the call comes from is used instead. */
const spokenPhone = ({ phone, patientPhone }: Arguments): string | undefined =>
  [phone, patientPhone].find((given) => given !== undefined && !isPlaceholderPhone(given));

/** A chosen offer is exact unless other words come with it; anything else that was said is read with the clinic's calendar, or asked about. */
async function whenOf(
  context: BookingContext,
  scope: TenantScope,
  rules: ClinicRulesOnce,
  input: Arguments,
  callId: string | null,
): Promise<{ when: BookingRequest['when']; correction?: Correction }> {
  const spoken: SpokenBooking = {
    serviceType: serviceOf(input),
    durationMinutes: input.durationMinutes,
    providerName: input.providerName,
    date: input.appointmentDate ?? input.date,
    time: input.appointmentTime ?? input.time,
    at: input.scheduledAt,
    words: input.dateText,
    weekday: input.weekday,
    callId,
  };
  if (input.slotId !== undefined) {
    await compareWithOffer(context, scope, input.slotId, spoken, rules);
    return { when: { slotId: input.slotId } };
  }
  const { at, correction } = await understandSpokenTime(context, scope, spoken, rules);
  return { when: { at }, ...(correction && { correction }) };
}
