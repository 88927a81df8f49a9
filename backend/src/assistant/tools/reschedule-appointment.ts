import { z } from 'zod';
import { readRulesOnce } from '../../availability/index.ts';
import {
  type BookingContext,
  type BookingTransaction,
  type CallersAppointment,
  type ChangedAppointment,
  type Confirmation,
  confirmReadBack,
  inBookingTransaction,
  moveAppointment,
  moveReadBack,
  NotReadBack,
  type ReadBackChange,
  readBack,
  sayMoment,
  tryOut,
  wasConfirmed,
} from '../../booking/index.ts';
import {
  type Correction,
  compareWithOffer,
  understandSpokenTime,
  withSaidProvider,
} from '../../spoken/index.ts';
import {
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
import { appendCorrection, correctedFields, explainCorrectionOnFailure } from './corrected.ts';
import { PROVIDER, TIME } from './definitions.ts';
import { type CallContext, defineTool, type ToolAnswer } from './tool.ts';

const Arguments = z.object({
  ...changeFields('move'),
  slotId: text,
  appointmentDate: text,
  date: text,
  appointmentTime: text,
  time: text,
  scheduledAt: text,
  dateText: text,
  weekday: text,
  providerName: text,
});
type Arguments = z.infer<typeof Arguments>;

export const rescheduleAppointmentTool = (context: BookingContext) =>
  defineTool({
    name: 'rescheduleAppointment',
    description:
      'Moves one of the caller’s appointments to another time. Find the time with checkAvailability and pass its slot_id as slotId. First call it without confirmed: it answers with a question to read to the caller. Only after a clear yes, call it again with confirmed "yes" and the confirmToken of that question.',
    parameters: {
      type: 'object',
      properties: {
        ...IDENTITY,
        slotId: { type: 'string', description: 'slot_id of the new time' },
        ...TIME,
        ...PROVIDER,
      },
      required: ['name'],
    },
    arguments: Arguments,
    async run(input, call): Promise<ToolAnswer> {
      const scope = scopeOf(call);
      const meant = await resolveCallersAppointment(context, call, input);
      const data = { appointment_id: meant.appointmentId };
      if (input.confirmed === 'no') {
        return {
          say: sayWhose(
            meant,
            `Okay, I haven’t changed anything. The appointment is still on ${meant.label}.`,
          ),
          data: { ...data, confirmed: false },
        };
      }
      const confirmation = confirmationOf(input, call);
      const to = await whereTo(context, call, meant, input, confirmation);
      const { correction, providerName } = to;
      const { at, label } = await sayMoment(context, scope, to.when);
      const move = (tx: BookingTransaction) =>
        moveAppointment(
          tx,
          { appointmentId: meant.appointmentId, when: to.when, providerName },
          originOf(call),
        );
      const change = {
        verb: 'move' as const,
        appointmentId: meant.appointmentId,
        standsAt: meant.scheduledAt,
        at,
        providerName,
      };
      const done = ({ appointment, confirmation: said }: ChangedAppointment) => ({
        say: appendCorrection(sayWhose(meant, said), correction),
        data: {
          ...correctedFields(correction),
          ...data,
          scheduled_at: appointment.scheduled_at.toISOString(),
        },
      });
      if (input.confirmed === 'yes') {
        try {
          // Of a repeat, and of one that is there already, nothing is left to do or to ask.
          const isDone = await isThere(context, scope, meant, change, confirmation);
          const moved = inBookingTransaction(context, scope, async (tx) => {
            if (!isDone) await confirmReadBack(tx, change, confirmation);
            return move(tx);
          });
          return done(await explainCorrectionOnFailure(correction, moved));
        } catch (error) {
          if (!(error instanceof NotReadBack)) throw error;
        }
      }
      await explainCorrectionOnFailure(correction, tryOut(context, scope, move));
      const confirmToken = await readBack(context, scope, change, callIdOf(call));
      const who = providerName === undefined ? '' : ` with ${providerName}`;
      const asked = `Nothing has been changed yet. Ask: would you like me to move your appointment on ${meant.label} to ${label}${who}?`;
      return {
        say: appendCorrection(sayWhose(meant, asked), correction),
        data: { ...correctedFields(correction), ...data, confirmed: false, confirmToken },
      };
    },
  });

const isThere = async (
  context: BookingContext,
  scope: ReturnType<typeof scopeOf>,
  meant: CallersAppointment,
  change: Extract<ReadBackChange, { verb: 'move' }>,
  confirmation: Confirmation,
): Promise<boolean> =>
  meant.scheduledAt.getTime() === change.at.getTime() &&
  (change.providerName === undefined || (await wasConfirmed(context, scope, change, confirmation)));

interface Target {
  when: { slotId: string } | { at: Date };
  providerName: string | undefined;
  correction?: Correction | undefined;
}

/** The new time; a second step that does not say it again means the one that was read back. */
async function whereTo(
  context: BookingContext,
  call: CallContext,
  meant: CallersAppointment,
  input: Arguments,
  confirmation: Confirmation,
): Promise<Target> {
  const scope = scopeOf(call);
  const rules = readRulesOnce(context, scope);
  const { providerName } = await withSaidProvider(rules, {
    words: input.dateText,
    providerName: input.providerName,
  });
  const said = {
    date: input.appointmentDate ?? input.date,
    time: input.appointmentTime ?? input.time,
    at: input.scheduledAt,
    words: input.dateText,
    weekday: input.weekday,
  };
  const spoken = {
    appointmentId: meant.appointmentId,
    serviceType: meant.serviceType,
    ...said,
    callId: call.callId,
  };
  if (input.slotId !== undefined) {
    await compareWithOffer(context, scope, input.slotId, spoken, rules);
    return { when: { slotId: input.slotId }, providerName };
  }
  if (input.confirmed === 'yes' && Object.values(said).every((one) => one === undefined)) {
    const before = await moveReadBack(context, scope, meant.appointmentId, confirmation);
    if (before) return { when: { at: before.at }, providerName: providerName ?? before.providerName };
  }
  const { at, correction } = await understandSpokenTime(context, scope, spoken, rules);
  return { when: { at }, providerName, correction };
}
