import type { Message } from './state.ts';

const api = '2010-04-01';

/** The message as the API shows it; numbers are strings where Twilio makes them strings. */
export function messageResource(message: Message) {
  const uri = `/${api}/Accounts/${message.account_sid}/Messages/${message.sid}`;
  const isSenderOpen = message.messaging_service_sid !== null && message.sent_at === null;
  return {
    account_sid: message.account_sid,
    api_version: api,
    body: message.body,
    date_created: rfc2822(message.created_at),
    date_sent: message.sent_at === null ? null : rfc2822(message.sent_at),
    date_updated: rfc2822(message.updated_at),
    direction: message.direction,
    error_code: message.error_code,
    error_message: null,
    from: isSenderOpen ? null : message.sender,
    messaging_service_sid: message.messaging_service_sid,
    num_media: String(message.num_media),
    num_segments: String(message.num_segments),
    price: null,
    price_unit: 'USD',
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}

export function rfc2822(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}
