import type { MessagingContext } from './context.ts';
import { field, type readForm } from './twilio-form.ts';
import { findCorrespondent, insertInbound } from './webhooks.queries.ts';

const WHATSAPP = /^whatsapp:/;

/** Keeps a text from a patient, once, with the clinic that last wrote to that number. */
export async function receiveInbound(
  { database, log }: MessagingContext,
  form: ReturnType<typeof readForm>,
): Promise<void> {
  const sid = field(form, 'MessageSid');
  const sender = field(form, 'From');
  const receiver = field(form, 'To');
  if (!sid || !sender || !receiver) return;
  const from = sender.replace(WHATSAPP, '');
  const to = receiver.replace(WHATSAPP, '');
  const channel = WHATSAPP.test(sender) ? 'whatsapp' : 'sms';
  // Absent where only a picture was sent.
  const body = field(form, 'Body') ?? '';
  await database.withService(async (db) => {
    const orgId = await findCorrespondent(db, { patient: from, ours: to });
    if (orgId === undefined) {
      log.warn({ provider_id: sid }, '[Messaging] A text from somebody no clinic has written to');
      return;
    }
    const id = await insertInbound(db, { orgId, sid, from, to, channel, body });
    if (id !== undefined) log.info({ org_id: orgId, message_id: id }, '[Messaging] Text received');
  });
}
