import { createHmac } from 'node:crypto';

/** X-Twilio-Signature: the exact URL, then each field and its value in the order of the field names. */
export function sign(authToken: string, url: string, params: Record<string, string>): string {
  const text = Object.keys(params)
    .sort()
    .reduce((signed, name) => `${signed}${name}${params[name]}`, url);
  return createHmac('sha1', authToken).update(text).digest('base64');
}
