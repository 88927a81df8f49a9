import { z } from 'zod';
import { Id, PageQuery, page, Timestamp } from './common.ts';
import { singleLine, visibleLine } from './text.ts';

/** `sending` is written before the provider is called; `unknown` means it may have been sent and is being checked. */
export const MessageStatus = z.enum([
  'queued',
  'sending',
  'unknown',
  'accepted',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'received',
]);
export type MessageStatus = z.infer<typeof MessageStatus>;

const Resendable = z
  .boolean()
  .describe('Whether it failed and can be sent again: it’s still accurate, and the number gets texts');

/** The newest text of a kind, for those who look at an appointment or a patient. */
export const TextState = z
  .object({
    kind: z.string().describe('confirmation, cancellation, waitlist_offer, direct, ...'),
    status: z
      .enum([...MessageStatus.options, 'waiting'])
      .describe('Like a message’s; waiting: it’s sent at `sends_at`, and can be stopped until then'),
    reason: z.string().nullable().describe('Why it didn’t arrive, in words; null when nothing went wrong'),
    error_code: z.string().nullable(),
    message_id: Id.nullable().describe('Null until the text is written'),
    at: Timestamp,
    sends_at: Timestamp.nullable(),
    resendable: Resendable,
    informed_at: Timestamp.nullable().describe('When staff marked the patient as called instead'),
  })
  .meta({ id: 'TextState' });
export type TextState = z.infer<typeof TextState>;

/** Why no text may go to a patient. */
export const NoTexts = z
  .object({ code: z.enum(['NO_PHONE', 'STOPPED', 'CANNOT_RECEIVE']), reason: z.string() })
  .meta({ id: 'NoTexts' });
export type NoTexts = z.infer<typeof NoTexts>;

export const Message = z
  .object({
    id: Id,
    to: z.string(),
    from: z.string().nullable(),
    channel: z.enum(['sms', 'whatsapp']),
    status: MessageStatus,
    body: z.string(),
    kind: z.string(),
    appointment_id: Id.nullable(),
    attempts: z.int(),
    provider_id: z.string().nullable(),
    error_code: z.string().nullable(),
    reason: z.string().nullable().describe('Why it didn’t arrive, in words; null when nothing went wrong'),
    patient: z
      .object({
        phone: z.string(),
        contacts: z
          .array(z.object({ id: Id, name: z.string() }))
          .describe('At most five; families share a phone'),
      })
      .describe('Who the text went to, or came from'),
    informed_at: Timestamp.nullable().describe('When staff marked the patient as called instead'),
    resendable: Resendable,
    replaced_by: Id.nullable().describe('The same text, sent again after this one was refused'),
    created_at: Timestamp,
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof Message>;

export const MessageDetail = Message.extend({
  timeline: z.array(
    z.object({
      status: MessageStatus,
      at: Timestamp,
      detail: z.string().nullable().describe('The error code, if there is one'),
      reason: z.string().nullable().describe('The same in words'),
    }),
  ),
}).meta({ id: 'MessageDetail' });
export type MessageDetail = z.infer<typeof MessageDetail>;

export const TextAccepted = z
  .object({ message_id: Id, status: MessageStatus })
  .meta({ id: 'MessageAccepted' });

/** Counted no further, so that a list of many years answers at once. */
export const MAX_COUNTED = 10_000;

export const MessagePage = page(Message)
  .extend({ total: z.int().describe('How many match on all pages; counted up to 10,000') })
  .meta({ id: 'MessagePage' });
export type MessagePage = z.infer<typeof MessagePage>;

export const MessagePatch = z
  .strictObject({
    informed: z.boolean().describe('true: the patient was informed by phone instead; false takes that back'),
  })
  .meta({ id: 'MessagePatch', example: { informed: true } });

export const MessageQuery = PageQuery.extend({
  to: singleLine(40).optional(),
  appointment_id: Id.optional(),
  search: z
    .string()
    .overwrite(visibleLine)
    .max(120)
    .optional()
    .describe('Parts of the patient’s name, or digits of their number'),
  needs_attention: z
    .literal('true')
    .optional()
    .describe(
      'Only texts that didn’t arrive and still matter: nothing newer was sent about the appointment, it’s still coming up, and no one has called the patient',
    ),
});

/** The patient's phone, in sandbox mode only. */
export const SimulatedPhone = z
  .object({
    number: z.string(),
    data: z.array(z.object({ sid: z.string(), from: z.string(), body: z.string(), at: z.string() })),
  })
  .meta({ id: 'SimulatedPhone' });
export type SimulatedPhone = z.infer<typeof SimulatedPhone>;
