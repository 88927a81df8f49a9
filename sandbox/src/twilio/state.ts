import { z } from 'zod';

export const statuses = [
  'accepted',
  'queued',
  'sent',
  'delivered',
  'failed',
  'undelivered',
  'received',
] as const;
export type MessageStatus = (typeof statuses)[number];

const message = z.object({
  sid: z.string(),
  account_sid: z.string(),
  to: z.string(),
  /** the number it leaves from; shown to the client only once it has been chosen */
  sender: z.string(),
  messaging_service_sid: z.string().nullable(),
  body: z.string(),
  num_media: z.number(),
  num_segments: z.number(),
  direction: z.enum(['outbound-api', 'outbound-reply', 'inbound']),
  status: z.enum(statuses),
  status_callback: z.string().nullable(),
  /** why it will fail on the way to the phone */
  fate: z.number().nullable(),
  error_code: z.number().nullable(),
  created_at: z.number(),
  updated_at: z.number(),
  sent_at: z.number().nullable(),
  /** statuses whose callback is done with, answered or given up */
  called_back: z.array(z.enum(statuses)),
});
export type Message = z.infer<typeof message>;

export const twilioEntry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message'), message }),
  z.object({ type: z.literal('status'), sid: z.string(), status: z.enum(statuses), at: z.number() }),
  z.object({ type: z.literal('called_back'), sid: z.string(), status: z.enum(statuses) }),
  z.object({ type: z.literal('redacted'), sid: z.string(), at: z.number() }),
  z.object({ type: z.literal('deleted'), sid: z.string() }),
  z.object({ type: z.literal('number'), number: z.string(), owned: z.boolean() }),
  z.object({ type: z.literal('opted'), sender: z.string(), recipient: z.string(), out: z.boolean() }),
]);
export type TwilioEntry = z.infer<typeof twilioEntry>;

export interface PhoneMessage {
  to: string;
  from: string;
  body: string;
  sid: string;
  at: string;
}

/** What Twilio knows, on one page. Built from the ledger only. */
export class TwilioState {
  readonly messages = new Map<string, Message>();
  /** what reached a phone; a message that is redacted or deleted at Twilio stays there */
  readonly phone: PhoneMessage[] = [];
  /** numbers of the account, beside the one it was set up with */
  readonly numbers = new Set<string>();
  readonly #optedOut = new Set<string>();

  apply(entry: TwilioEntry): void {
    switch (entry.type) {
      case 'message':
        this.messages.set(entry.message.sid, entry.message);
        break;
      case 'opted':
        this.#optedOut[entry.out ? 'add' : 'delete'](`${entry.sender} ${entry.recipient}`);
        break;
      case 'number':
        this.numbers[entry.owned ? 'add' : 'delete'](entry.number);
        break;
      case 'deleted':
        this.messages.delete(entry.sid);
        break;
      default: {
        const known = this.messages.get(entry.sid);
        if (known) this.#change(known, entry);
      }
    }
  }

  isOptedOut(sender: string, recipient: string): boolean {
    return this.#optedOut.has(`${sender} ${recipient}`);
  }

  clear(): void {
    this.messages.clear();
    this.numbers.clear();
    this.#optedOut.clear();
    this.phone.length = 0;
  }

  #change(
    known: Message,
    entry: Extract<TwilioEntry, { type: 'status' | 'called_back' | 'redacted' }>,
  ): void {
    if (entry.type === 'called_back') {
      known.called_back.push(entry.status);
      return;
    }
    known.updated_at = entry.at;
    if (entry.type === 'redacted') {
      known.body = '';
      return;
    }
    known.status = entry.status;
    if (entry.status === 'sent') known.sent_at = entry.at;
    if (entry.status === 'failed' || entry.status === 'undelivered') known.error_code = known.fate;
    if (entry.status === 'delivered') {
      const at = new Date(entry.at).toISOString();
      this.phone.push({ to: known.to, from: known.sender, body: known.body, sid: known.sid, at });
    }
  }
}
