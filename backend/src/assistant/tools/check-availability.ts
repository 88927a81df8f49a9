import type { Slot } from '@voxanne/contract';
import { z } from 'zod';
import {
  type BookingContext,
  findAvailability,
  spokenTime,
  understandSpokenDays,
} from '../../booking/index.ts';
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

export const checkAvailability = (context: BookingContext, timeZoneOf: (orgId: string) => Promise<string>) =>
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
      const { correction, ...days } = await understandSpokenDays(context, scope, {
        date: input.date || input.appointmentDate || undefined,
        words: input.dateText || undefined,
        weekday: input.weekday || undefined,
        from: input.from || undefined,
        to: input.to || undefined,
      });
      const [{ slots, reasons }, timeZone] = await Promise.all([
        findAvailability(context, scope, { serviceType: input.serviceType || 'consultation', ...days }),
        timeZoneOf(call.orgId),
      ]);
      const offers = spread(slots);
      const now = context.clock.now();
      return {
        say: JSON.stringify({
          slots: offers.map(({ slot_id, start, label }) => ({ slot_id, start, label })),
          say: correction ? `${sentence(offers, reasons)} ${correction.say}` : sentence(offers, reasons),
          now_local: spokenTime(now, timeZone, now),
          ...(correction && {
            corrected: true,
            original: correction.original,
            resolved: correction.resolved,
          }),
        }),
      };
    },
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
