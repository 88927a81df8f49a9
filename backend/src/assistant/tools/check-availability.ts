import type { Slot } from '@voxanne/contract';
import { z } from 'zod';
import { readRulesOnce } from '../../availability/index.ts';
import type { BookingContext } from '../../booking/index.ts';
import { offerTimes, withSaidProvider } from '../../spoken/index.ts';
import { scopeOf, text } from './callers-appointment.ts';
import { appendCorrection, correctedFields } from './corrected.ts';
import { PROVIDER, SERVICE } from './definitions.ts';
import { defineTool } from './tool.ts';

export const checkAvailability = (context: BookingContext) =>
  defineTool({
    name: 'checkAvailability',
    description:
      'Finds free times. Use it before you offer any time, and again whenever the caller names another day, time or provider: it knows every free time, not just the ones it offered before. It answers with up to three times, each with a slot_id for bookClinicAppointment, and with a sentence to say.',
    parameters: {
      type: 'object',
      properties: {
        ...SERVICE,
        dateText: {
          type: 'string',
          description:
            'The caller’s own latest words for the day and time, all of them and unchanged, such as "Friday morning", "tomorrow after 3" or "as soon as possible"; if you asked which day they mean, their answer word for word',
        },
        date: {
          type: 'string',
          description: 'One day, as YYYY-MM-DD, by the clinic’s calendar. Pass dateText too',
        },
        time: { type: 'string', description: 'The time they ask for, as HH:MM. Pass dateText too' },
        weekday: { type: 'string', description: 'The weekday, if the caller said one' },
        from: { type: 'string', description: 'Only for a range of days: the first one, as YYYY-MM-DD' },
        to: { type: 'string', description: 'Only for a range of days: the last one, as YYYY-MM-DD' },
        ...PROVIDER,
      },
      required: ['serviceType'],
    },
    arguments: z.object({
      serviceType: text,
      date: text,
      appointmentDate: text,
      dateText: text,
      weekday: text,
      time: text,
      appointmentTime: text,
      scheduledAt: text,
      from: text,
      to: text,
      providerName: text,
    }),
    async run(input, call) {
      const scope = scopeOf(call);
      const rules = readRulesOnce(context, scope);
      const spoken = await withSaidProvider(rules, {
        serviceType: input.serviceType ?? 'consultation',
        date: input.date ?? input.appointmentDate,
        time: input.time ?? input.appointmentTime,
        at: input.scheduledAt,
        words: input.dateText,
        weekday: input.weekday,
        from: input.from,
        to: input.to,
        providerName: input.providerName,
        callId: call.callId,
      });
      const { offers, nearest, say, who, correction } = await offerTimes(context, scope, spoken, rules);
      return {
        say: {
          slots: offers.map(offered),
          ...(nearest.length > 0 && { nearest: nearest.map(offered) }),
          ...(who !== undefined && { provider_name: who }),
          ...correctedFields(correction),
          say: appendCorrection(say, correction),
        },
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
