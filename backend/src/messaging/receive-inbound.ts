import { z } from 'zod';
import { type Arrival, type Effects, GiveUp, type Inbox, type Job } from '../deliveries/index.ts';
import type { MessagingContext } from './context.ts';
import { field, type readForm } from './twilio-form.ts';
import { findCorrespondent, insertInbound } from './webhooks.queries.ts';

const WHATSAPP = /^whatsapp:/;

const InboundPayload = z.object({
  sid: z.string(),
  from: z.string(),
  to: z.string(),
  channel: z.enum(['sms', 'whatsapp']),
  body: z.string(),
});

/** Takes a text from a patient in, for the clinic that last wrote to that number. */
export async function receiveInbound(
  { database, log }: MessagingContext,
  inbox: Inbox,
  form: ReturnType<typeof readForm>,
  arrival: Arrival,
): Promise<void> {
  const sid = field(form, 'MessageSid');
  const sender = field(form, 'From');
  const receiver = field(form, 'To');
  if (!sid || !sender || !receiver) return;
  const from = sender.replace(WHATSAPP, '');
  const to = receiver.replace(WHATSAPP, '');
  const event = { provider: 'twilio' as const, eventType: 'inbound', eventId: sid, arrival };
  const orgId = await database.withService((db) => findCorrespondent(db, { patient: from, ours: to }));
  if (orgId === undefined) {
    log.warn({ provider_id: sid }, '[Messaging] A text from somebody no clinic has written to');
    // That it came, for whoever looks for it; not who wrote, and not what.
    const scope = field(form, 'AccountSid') ?? 'unknown';
    await inbox.keep({ ...event, scope, orgId: null, payload: { sid, to } });
    return;
  }
  const payload: z.infer<typeof InboundPayload> = {
    sid,
    from,
    to,
    channel: WHATSAPP.test(sender) ? 'whatsapp' : 'sms',
    // Absent where only a picture was sent.
    body: field(form, 'Body') ?? '',
  };
  await inbox.receive({ ...event, scope: orgId, orgId, orderKey: `sender:${from.slice(0, 200)}`, payload });
}

/** A text from a patient, after its answer: kept once by its SID, however often and however late it comes again. */
export async function keepInbound(job: Job): Promise<Effects> {
  const parsed = InboundPayload.safeParse(job.payload);
  const { org_id: orgId } = job;
  if (!parsed.success || orgId === null) throw new GiveUp('The stored text cannot be read.');
  return async (db) => {
    await insertInbound(db, { orgId, ...parsed.data });
  };
}
