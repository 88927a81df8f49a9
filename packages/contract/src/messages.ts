import { z } from 'zod';
import { Id, PageQuery, page, Timestamp } from './common.ts';
import { singleLine } from './text.ts';

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
    created_at: Timestamp,
  })
  .meta({ id: 'Message' });
export type Message = z.infer<typeof Message>;

export const MessageDetail = Message.extend({
  timeline: z.array(z.object({ status: MessageStatus, at: Timestamp, detail: z.string().nullable() })),
}).meta({ id: 'MessageDetail' });
export type MessageDetail = z.infer<typeof MessageDetail>;

export const MessagePage = page(Message).meta({ id: 'MessagePage' });

export const MessageQuery = PageQuery.extend({
  to: singleLine(40).optional(),
  appointment_id: Id.optional(),
});
