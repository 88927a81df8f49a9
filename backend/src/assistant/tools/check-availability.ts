import type { Slot } from '@voxanne/contract';
import { z } from 'zod';
import { type BookingContext, findAvailability, understandSpokenDays } from '../../booking/index.ts';
import { correctedFields, restingOn, withReadBack } from './corrected.ts';
import { defineTool } from './tool.ts';

const text = z.string().trim().max(80).nullish();
const Arguments = z.object({
  serviceType: text,
  date: text,
  appointmentDate: text,
  dateText: z.string().trim().max(200).nullish(),
  weekday: text,
  from: text,
  to: text,
});

// Three times are what a listener can keep in mind.
const MOST_OFFERS = 3;
const APART_MS = 60 * 60_000;

export const checkAvailability = (context: BookingContext) =>
  defineTool({
    name: 'checkAvailability',
    description:
      'Finds free times. Use it before offering any time to the caller. Give date or dateText for a certain day, or nothing for the soonest times. Answers with up to three times, each with a slot_id for bookClinicAppointment and a label to say.',
    parameters: {
      type: 'object',
      properties: {
        serviceType: { type: 'string', description: 'Which service, such as consultation' },
        date: { type: 'string', description: 'A certain day as YYYY-MM-DD, in the clinic’s time zone' },
        dateText: {
          type: 'string',
          description:
            'The caller’s own latest words for the day, such as "Friday morning" or "the 5th"; if you asked which day is meant, the words of their answer',
        },
        weekday: { type: 'string', description: 'The weekday, if the caller said one' },
      },
      required: ['serviceType'],
    },
    arguments: Arguments,
    async run(input, call) {
      const scope = { orgId: call.orgId, userId: null };
      const serviceType = input.serviceType || 'consultation';
      const { correction, ...days } = await understandSpokenDays(context, scope, {
        serviceType,
        date: input.date || input.appointmentDate || undefined,
        words: input.dateText || undefined,
        weekday: input.weekday || undefined,
        from: input.from || undefined,
        to: input.to || undefined,
        callId: call.callId,
      });
      const { slots, reasons } = await restingOn(
        correction,
        findAvailability(context, scope, { serviceType, ...days, anyProvider: true }),
      );
      const offers = spread(slots);
      const facts = {
        ...correctedFields(correction),
        say: withReadBack(sentence(offers, reasons), correction),
      };
      return {
        say: { slots: offers.map(offered), ...facts },
        data: correctedFields(correction),
      };
    },
  });

/** A time that no calendar could be asked about says so. */
const offered = ({ slot_id, start, label, calendar_state }: Slot) => ({
  slot_id,
  start,
  label,
  ...(calendar_state && { calendar_state }),
});

function spread(slots: Slot[]): Slot[] {
  const offers: Slot[] = [];
  for (const slot of slots) {
    const last = offers.at(-1);
    if (last && Date.parse(slot.start) - Date.parse(last.start) < APART_MS) continue;
    offers.push(slot);
    if (offers.length === MOST_OFFERS) break;
  }
  return offers;
}

function sentence(offers: Slot[], reasons: { detail: string }[]): string {
  const labels = offers.map((offer) => offer.label);
  const last = labels.pop();
  if (last === undefined) return `Nothing is free then. ${reasons[0]?.detail ?? 'Ask for another day.'}`;
  return labels.length === 0 ? `Free is ${last}.` : `Free are ${labels.join(', ')} and ${last}.`;
}
