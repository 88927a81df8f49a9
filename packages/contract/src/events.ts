import { z } from 'zod';
import { Timestamp } from './common.ts';

export const LiveEventType = z.enum([
  'organization.updated',
  'calendar.connected',
  'calendar.changed',
  'assistant.ready',
  'appointment.booked',
  'appointment.updated',
  'message.created',
  'message.updated',
  'call.ended',
  'contact.updated',
  'waitlist.updated',
  'task.updated',
  'service.updated',
  'provider.updated',
  'time_off.updated',
  'team.updated',
  'api_key.updated',
]);
export type LiveEventType = z.infer<typeof LiveEventType>;

/**
 * One server-sent event of `GET /api/events`: the stream's `id:` is `id`, its `data:` is this object, and
 * there is no `event:` field, so that one `onmessage` hears everything.
 */
export const LiveEvent = z.object({
  id: z.string(),
  type: LiveEventType,
  at: Timestamp,
  data: z.record(z.string(), z.unknown()),
  change_id: z
    .string()
    .optional()
    .describe(
      'Of the change that made it: the same as in the header x-change-id of the answer to that request',
    ),
});
export type LiveEvent = z.infer<typeof LiveEvent>;
