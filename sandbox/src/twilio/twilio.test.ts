import twilio from 'twilio';
import { describe, expect, it, vi } from 'vitest';
import { aReceiver, aSandbox } from '../testing/sandbox.ts';

const from = '+15005550006';
const patient = '+15551230001';

type Running = Awaited<ReturnType<typeof aSandbox>>;

function clientOf({ url, config }: Pick<Running, 'url' | 'config'>) {
  const { accountSid, authToken } = config.twilio;
  const client = twilio(accountSid, authToken, { timeout: 2_000 });
  client.api.baseUrl = `${url}/twilio`;
  return client;
}

describe('a text message', () => {
  it('is accepted as queued, reaches the phone once, and ends as delivered', async () => {
    const sandbox = await aSandbox();
    const client = clientOf(sandbox);

    const message = await client.messages.create({ to: patient, from, body: 'See you at 9:00 AM' });

    expect(message).toMatchObject({ status: 'queued', direction: 'outbound-api', numSegments: '1', from });
    expect(message.sid).toMatch(/^SM[0-9a-f]{32}$/);
    await vi.waitFor(async () =>
      expect((await client.messages(message.sid).fetch()).status).toBe('delivered'),
    );
    const phone = await sandbox.control('GET', `/messages?to=${encodeURIComponent(patient)}`);
    expect(phone.body.data).toEqual([
      { to: patient, from, body: 'See you at 9:00 AM', sid: message.sid, at: expect.any(String) },
    ]);
  });

  it('tells its callback queued, sent and delivered, each signed for the exact address', async () => {
    const sandbox = await aSandbox();
    const receiver = await aReceiver();
    const statusCallback = `${receiver.url}/status?m=42&b=%20x`;

    await clientOf(sandbox).messages.create({ to: patient, from, body: 'Hi', statusCallback });

    await vi.waitFor(() => expect(receiver.received).toHaveLength(3));
    const calls = receiver.received.map(({ headers, text }) => ({
      signature: String(headers['x-twilio-signature']),
      params: Object.fromEntries(new URLSearchParams(text)),
    }));
    expect(calls.map(({ params }) => params.MessageStatus)).toEqual(['queued', 'sent', 'delivered']);
    for (const { signature, params } of calls) {
      const { authToken } = sandbox.config.twilio;
      expect(twilio.validateRequest(authToken, signature, statusCallback, params)).toBe(true);
      expect(twilio.validateRequest('another token', signature, statusCallback, params)).toBe(false);
    }
    expect(receiver.received[0]!.path).toBe('/status?m=42&b=%20x');
  });
});
