import twilio from 'twilio';
import type { aSandbox } from '../testing/sandbox.ts';

export const from = '+15005550006';
export const patient = '+15551230001';

export type Running = Pick<Awaited<ReturnType<typeof aSandbox>>, 'url' | 'config' | 'control'>;

/** Twilio's own client, pointed at the stand-in. */
export function clientOf({ url, config }: Pick<Running, 'url' | 'config'>, authToken?: string) {
  const { twilio: account } = config;
  const client = twilio(account.accountSid, authToken ?? account.authToken, { timeout: 1_000 });
  client.api.baseUrl = `${url}/twilio`;
  return client;
}

export async function phoneOf({ control }: Running, to: string): Promise<{ body: string; sid: string }[]> {
  const { body } = await control('GET', `/messages?to=${encodeURIComponent(to)}`);
  return body.data;
}
