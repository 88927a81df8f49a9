import type { Slot } from '@voxanne/contract';
import { z } from 'zod';
import { type BookingContext, findAvailability, spokenTime } from '../../booking/index.ts';
import { defineTool } from './tool.ts';

const text = z.string().trim().max(80).nullish();
const Arguments = z.object({
  serviceType: text,
  date: text,
  appointmentDate: text,
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
      'Finds free times. Use it before offering any time to the caller. Give date for a certain day, or nothing for the soonest times. Answers with up to three times, each with a slot_id for bookClinicAppointment and a label to say.',
    parameters: {
      type: 'object',
      properties: {
        serviceType: { type: 'string', description: 'Which service, such as consultation' },
        date: { type: 'string', description: 'A certain day as YYYY-MM-DD, in the clinic’s time zone' },
      },
      required: ['serviceType'],
    },
    arguments: Arguments,
    async run(input, call) {
      const day = input.date || input.appointmentDate;
      const from = day || input.from;
      const to = day || input.to;
      const [{ slots, reasons }, timeZone] = await Promise.all([
        findAvailability(
          context,
          { orgId: call.orgId, userId: null },
          {
            serviceType: input.serviceType || 'consultation',
            ...(from ? { from } : {}),
            ...(to ? { to } : {}),
          },
        ),
        timeZoneOf(call.orgId),
      ]);
      const offers = spread(slots);
      const now = context.clock.now();
      return {
        say: JSON.stringify({
          slots: offers.map(({ slot_id, start, label }) => ({ slot_id, start, label })),
          say: sentence(offers, reasons),
          now_local: spokenTime(now, timeZone, now),
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
