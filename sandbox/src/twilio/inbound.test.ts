import twilio from 'twilio';
import { describe, expect, it, vi } from 'vitest';
import { aReceiver, aSandbox } from '../testing/sandbox.ts';
import { clientOf, from, patient, phoneOf } from './testing.ts';

async function aClinic(twiml = '<Response/>') {
  const receiver = await aReceiver(() => ({ status: 200, body: twiml }));
  const sandbox = await aSandbox({ publicUrl: receiver.url });
  const text = (body: string) => sandbox.control('POST', '/inbound-sms', { from: patient, to: from, body });
  return { receiver, sandbox, text };
}

describe('a text from a patient', () => {
  it('reaches the webhook with a valid signature', async () => {
    const { receiver, sandbox, text } = await aClinic();

    const answer = await text('C');

    expect(answer).toMatchObject({ status: 200, body: { status_code: 200, replies: [] } });
    const [{ path, headers, text: form } = { path: '', headers: {}, text: '' }] = receiver.received;
    const params = Object.fromEntries(new URLSearchParams(form));
    expect(path).toBe('/api/webhooks/twilio/inbound');
    expect(params).toMatchObject({
      From: patient,
      To: from,
      Body: 'C',
      SmsStatus: 'received',
      NumMedia: '0',
      MessageSid: answer.body.message_sid,
    });
    const url = `${receiver.url}/api/webhooks/twilio/inbound`;
    const signature = String(headers['x-twilio-signature']);
    expect(twilio.validateRequest(sandbox.config.twilio.authToken, signature, url, params)).toBe(true);
  });

  it('brings the TwiML answer to the phone', async () => {
    const { sandbox, text } = await aClinic(
      '<?xml version="1.0"?><Response><Message>Confirmed &amp; noted.</Message></Response>',
    );

    await text('C');

    await vi.waitFor(async () => {
      expect(await phoneOf(sandbox, patient)).toMatchObject([{ body: 'Confirmed & noted.', from }]);
    });
  });

  it('that says STOP ends every later message with 21610, until START', async () => {
    const { receiver, sandbox, text } = await aClinic();
    const client = clientOf(sandbox);
    const send = () => client.messages.create({ to: patient, from, body: 'Reminder' });

    await text(' Stop ');
    await expect(send()).rejects.toMatchObject({ status: 400, code: 21610 });
    await text('please stop calling');
    await text('START');
    await expect(send()).resolves.toMatchObject({ status: 'queued' });

    expect(receiver.received).toHaveLength(3);
    await vi.waitFor(async () => {
      const bodies = (await phoneOf(sandbox, patient)).map(({ body }) => body.split(' ', 4).join(' '));
      expect(bodies.sort()).toEqual(['Reminder', 'You have successfully been', 'You have successfully been']);
    });
  });

  it('opens WhatsApp for a day', async () => {
    const { sandbox } = await aClinic();
    const [sender, to] = [`whatsapp:${from}`, `whatsapp:${patient}`];
    await sandbox.control('POST', '/inbound-sms', { from: to, to: sender, body: 'Hello' });

    await clientOf(sandbox).messages.create({ to, from: sender, body: 'Hi' });

    await vi.waitFor(async () => expect(await phoneOf(sandbox, to)).toMatchObject([{ body: 'Hi' }]));
  });

  it('says in a sentence that no one listens at the public address', async () => {
    const sandbox = await aSandbox({ publicUrl: 'http://127.0.0.1:2' });

    const answer = await sandbox.control('POST', '/inbound-sms', { from: patient, body: 'Hi' });

    expect(answer).toMatchObject({
      status: 502,
      body: { code: 'WEBHOOK_UNREACHABLE', detail: expect.stringContaining('ECONNREFUSED') },
    });
  });
});
