import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { SandboxConfig } from '../core/config.ts';
import { TwilioError } from './errors.ts';
import { countSegments } from './segments.ts';
import type { Message, TwilioState } from './state.ts';

const text = z.string().optional();
const createForm = z.object({
  To: text,
  From: text,
  MessagingServiceSid: text,
  Body: text,
  MediaUrl: z.union([z.string(), z.array(z.string())]).optional(),
  ContentSid: text,
  StatusCallback: text,
});
type CreateForm = z.infer<typeof createForm>;

/** Twilio's magic numbers: they refuse the same way every time. */
const magicSenders: Record<string, [number, string]> = {
  '+15005550001': [21212, 'Invalid From Number'],
  '+15005550007': [21606, 'The From phone number is not a valid, SMS-capable phone number for this account.'],
  '+15005550008': [21611, "The 'From' number has exceeded the maximum number of queued messages"],
};
const magicRecipients: Record<string, [number, string]> = {
  '+15005550001': [21211, "Invalid 'To' Phone Number"],
  '+15005550002': [21612, 'The message cannot be delivered to this destination from this sender.'],
  '+15005550003': [21408, 'Permission to send an SMS has not been enabled for the region'],
  '+15005550004': [21610, 'Attempt to send to unsubscribed recipient'],
  '+15005550009': [21614, "'To' number is not a valid mobile number"],
};
const sandboxSender = '+15005550006';
const whatsAppWindowMs = 24 * 60 * 60 * 1_000;

/** Checks a create request as Twilio would, and makes the message that leaves. */
export function composeMessage(body: unknown, state: TwilioState, config: SandboxConfig): Message {
  const parsed = createForm.safeParse(body ?? {});
  if (!parsed.success) throw new TwilioError(400, 20001, 'A parameter was given more than once');
  const form = parsed.data;
  const to = recipient(form);
  const sender = senderOf(form, to, state, config);
  checkContent(form);
  if (state.isOptedOut(sender, to)) {
    throw new TwilioError(400, 21610, 'Attempt to send to unsubscribed recipient');
  }
  const media = [form.MediaUrl ?? []].flat().length;
  const now = config.now();
  return {
    sid: `${media ? 'MM' : 'SM'}${randomBytes(16).toString('hex')}`,
    account_sid: config.twilio.accountSid,
    to,
    sender,
    messaging_service_sid: form.MessagingServiceSid ?? null,
    body: form.Body ?? '',
    num_media: media,
    num_segments: countSegments(form.Body ?? ''),
    direction: 'outbound-api',
    status: form.MessagingServiceSid ? 'accepted' : 'queued',
    status_callback: form.StatusCallback ?? null,
    fate: isOutsideWhatsAppWindow(form, to, sender, state, now) ? 63016 : null,
    error_code: null,
    created_at: now,
    updated_at: now,
    sent_at: null,
    called_back: [],
  };
}

function recipient({ To }: CreateForm): string {
  if (!To) throw new TwilioError(400, 21604, "A 'To' phone number is required.");
  const magic = magicRecipients[To];
  if (magic) throw new TwilioError(400, ...magic);
  if (!/^(whatsapp:)?\+[1-9]\d{6,14}$/.test(To)) {
    throw new TwilioError(400, 21211, `Invalid 'To' Phone Number: ${To}`);
  }
  return To;
}

function senderOf(
  { From, MessagingServiceSid }: CreateForm,
  to: string,
  state: TwilioState,
  config: SandboxConfig,
): string {
  if (!From) {
    if (!MessagingServiceSid) throw new TwilioError(400, 21603, "A 'From' phone number is required.");
    if (!/^MG[0-9a-f]{32}$/i.test(MessagingServiceSid)) {
      throw new TwilioError(400, 21701, 'The Messaging Service does not exist');
    }
    return config.twilio.fromNumber;
  }
  const magic = magicSenders[From];
  if (magic) throw new TwilioError(400, ...magic);
  if (From.startsWith('whatsapp:') !== to.startsWith('whatsapp:')) {
    throw new TwilioError(400, 63051, 'The sender and the recipient must be on the same channel.');
  }
  if (!/^(whatsapp:)?\+[1-9]\d{6,14}$/.test(From)) throw new TwilioError(400, 21212, 'Invalid From Number');
  const isOurs = From === config.twilio.fromNumber || From === sandboxSender || state.numbers.has(From);
  if (From.startsWith('whatsapp:') || isOurs) return From;
  const message = `The From phone number ${From} is not a valid, SMS-capable phone number for this account.`;
  throw new TwilioError(400, 21606, message);
}

function checkContent({ Body, MediaUrl, ContentSid, StatusCallback }: CreateForm): void {
  if (!Body && !MediaUrl && !ContentSid) throw new TwilioError(400, 21602, 'Message body is required.');
  if (Body && Body.length > 1_600) {
    throw new TwilioError(400, 21617, 'The concatenated message body exceeds the 1600 character limit');
  }
  if (StatusCallback !== undefined && !/^https?:\/\/[^/_]+(\/|$)/.test(StatusCallback)) {
    throw new TwilioError(400, 21609, `The 'StatusCallback' URL ${StatusCallback} is not a valid URL.`);
  }
}

/** WhatsApp takes free text only within a day of the patient's last word; the refusal comes afterwards. */
function isOutsideWhatsAppWindow(
  form: CreateForm,
  to: string,
  sender: string,
  state: TwilioState,
  now: number,
): boolean {
  if (!to.startsWith('whatsapp:') || form.ContentSid) return false;
  return !state.messages
    .values()
    .some(
      (message) =>
        message.direction === 'inbound' &&
        message.sender === to &&
        message.to === sender &&
        message.created_at > now - whatsAppWindowMs,
    );
}
