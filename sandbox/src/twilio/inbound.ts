import { randomBytes, randomUUID } from 'node:crypto';
import { post } from '../core/outbound.ts';
import type { World } from '../core/stand-in.ts';
import { countSegments } from './segments.ts';
import { sign } from './signature.ts';
import type { Message } from './state.ts';

export interface InboundText {
  from: string;
  to: string;
  body: string;
}

const stop = new Set(['stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit', 'revoke', 'optout']);
const start = new Set(['start', 'yes', 'unstop']);
const help = new Set(['help', 'info']);

/** A keyword counts only when it is the whole text. Twilio answers it by itself. */
export function keywordOf(body: string): { optOut?: boolean; reply: string } | undefined {
  const word = body.trim().toLowerCase();
  if (stop.has(word)) {
    const reply =
      'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.';
    return { optOut: true, reply };
  }
  if (start.has(word)) {
    const reply =
      'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.';
    return { optOut: false, reply };
  }
  return help.has(word) ? { reply: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.' } : undefined;
}

export function inboundMessage({ from, to, body }: InboundText, { config }: World): Message {
  const now = config.now();
  return {
    sid: `SM${randomBytes(16).toString('hex')}`,
    account_sid: config.twilio.accountSid,
    to,
    sender: from,
    messaging_service_sid: null,
    body,
    num_media: 0,
    num_segments: countSegments(body),
    direction: 'inbound',
    status: 'received',
    status_callback: null,
    fate: null,
    error_code: null,
    created_at: now,
    updated_at: now,
    sent_at: now,
    called_back: [],
  };
}

/** What the sender's number says back, be it Twilio itself or the webhook's TwiML. */
export function replyMessage(inbound: Message, body: string): Message {
  return {
    ...inbound,
    sid: `SM${randomBytes(16).toString('hex')}`,
    to: inbound.sender,
    sender: inbound.to,
    body,
    num_segments: countSegments(body),
    direction: 'outbound-reply',
    status: 'queued',
    sent_at: null,
    called_back: [],
  };
}

/** Hands the text to the product's webhook, signed; answers with its status and its TwiML messages. */
export async function deliverInbound(
  message: Message,
  world: World,
  { isForged, signal }: { isForged: boolean; signal: AbortSignal },
): Promise<{ status: number; replies: string[] }> {
  const { config } = world;
  const url = `${config.publicUrl}/api/webhooks/twilio/inbound`;
  const params: Record<string, string> = {
    ToCountry: 'US',
    ToState: '',
    ToCity: '',
    ToZip: '',
    FromCountry: 'US',
    FromState: '',
    FromCity: '',
    FromZip: '',
    SmsMessageSid: message.sid,
    SmsSid: message.sid,
    MessageSid: message.sid,
    SmsStatus: 'received',
    NumMedia: '0',
    NumSegments: String(message.num_segments),
    Body: message.body,
    From: message.sender,
    To: message.to,
    AccountSid: message.account_sid,
    ApiVersion: '2010-04-01',
    ...(message.sender.startsWith('whatsapp:') && {
      WaId: message.sender.replace(/\D/g, ''),
      ProfileName: 'Patient',
    }),
  };
  const answer = await post({
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'TwilioProxy/1.1',
      'x-twilio-signature': sign(isForged ? 'not-the-auth-token' : config.twilio.authToken, url, params),
      'i-twilio-idempotency-token': randomUUID(),
    },
    body: new URLSearchParams(params).toString(),
    timeoutMs: 15_000,
    signal,
  });
  const isTwiml = answer.status >= 200 && answer.status < 300;
  return { status: answer.status, replies: isTwiml ? twimlMessages(answer.body) : [] };
}

function twimlMessages(twiml: string): string[] {
  return [...twiml.matchAll(/<Message\b[^>]*>([\s\S]*?)<\/Message>/g)]
    .map(([, inside = '']) => {
      const text = /<Body\b[^>]*>([\s\S]*?)<\/Body>/.exec(inside)?.[1] ?? inside;
      return text.replace(/<[^>]*>/g, '').trim();
    })
    .map(unescapeXml)
    .filter((text) => text !== '');
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
