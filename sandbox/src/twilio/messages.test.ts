import twilio from 'twilio';
import { describe, expect, it, vi } from 'vitest';
import { aReceiver, aSandbox } from '../testing/sandbox.ts';
import { clientOf, from, patient, phoneOf } from './testing.ts';

describe('a text message', () => {
  it('leaves from any number that the account has, as long as it has it', async () => {
    const sandbox = await aSandbox();
    const client = clientOf(sandbox);
    const number = '+15559990000';
    const own = (owned?: boolean) => sandbox.control('PUT', '/numbers', { number, owned });
    const send = () => client.messages.create({ to: patient, from: number, body: 'x' });
    await expect(send()).rejects.toMatchObject({ code: 21606 });
    expect((await own()).body).toEqual({ data: [from, number] });
    expect(await send()).toMatchObject({ from: number });
    await own(false);
    await expect(send()).rejects.toMatchObject({ code: 21606 });
  });

  it('is accepted as queued, reaches the phone once, and ends as delivered', async () => {
    const sandbox = await aSandbox();
    const client = clientOf(sandbox);

    const message = await client.messages.create({ to: patient, from, body: 'See you at 9:00 AM' });

    expect(message).toMatchObject({
      status: 'queued',
      direction: 'outbound-api',
      numSegments: '1',
      from,
      dateCreated: expect.any(Date),
      dateSent: null,
    });
    expect(message.sid).toMatch(/^SM[0-9a-f]{32}$/);
    await vi.waitFor(async () => {
      const fetched = await client.messages(message.sid).fetch();
      expect(fetched).toMatchObject({ status: 'delivered', dateSent: expect.any(Date) });
    });
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
    expect(receiver.received[0]?.path).toBe('/status?m=42&b=%20x');
  });

  it('costs a segment for each 160 characters, or 70 when one is outside GSM-7', async () => {
    const client = clientOf(await aSandbox());
    const segments = async (body: string) =>
      (await client.messages.create({ to: patient, from, body })).numSegments;

    expect(await segments('a'.repeat(160))).toBe('1');
    expect(await segments('a'.repeat(161))).toBe('2');
    expect(await segments(`${'a'.repeat(159)}€`)).toBe('2');
    expect(await segments(`${'a'.repeat(70)}ç`)).toBe('2');
  });

  it.each([
    ['no recipient', { to: '', body: 'x', from }, 21604],
    ['no sender', { to: patient, body: 'x' }, 21603],
    ['no body', { to: patient, from, body: '' }, 21602],
    ['a body of 1601 characters', { to: patient, from, body: 'x'.repeat(1_601) }, 21617],
    ['a recipient that is no number', { to: '12345', from, body: 'x' }, 21211],
    ['a sender that is not ours', { to: patient, from: '+15559990000', body: 'x' }, 21606],
    ['a sender that is no number', { to: patient, from: '555-0100', body: 'x' }, 21212],
    ['the magic invalid sender', { to: patient, from: '+15005550001', body: 'x' }, 21212],
    ['the magic full queue', { to: patient, from: '+15005550008', body: 'x' }, 21611],
    ['the magic invalid recipient', { to: '+15005550001', from, body: 'x' }, 21211],
    ['the magic unroutable recipient', { to: '+15005550002', from, body: 'x' }, 21612],
    ['the magic forbidden region', { to: '+15005550003', from, body: 'x' }, 21408],
    ['the magic unsubscribed recipient', { to: '+15005550004', from, body: 'x' }, 21610],
    ['the magic landline', { to: '+15005550009', from, body: 'x' }, 21614],
    ['a callback that is no address', { to: patient, from, body: 'x', statusCallback: 'nowhere' }, 21609],
  ])('is refused with %s', async (_reason, request, code) => {
    const sandbox = await aSandbox();

    const refused = clientOf(sandbox).messages.create(request);

    await expect(refused).rejects.toMatchObject({
      status: 400,
      code,
      moreInfo: `https://www.twilio.com/docs/errors/${code}`,
    });
    expect(await clientOf(sandbox).messages.list()).toEqual([]);
  });

  it('is refused to a client with the wrong auth token', async () => {
    const stranger = clientOf(await aSandbox(), 'wrong');

    const refused = stranger.messages.create({ to: patient, from, body: 'x' });

    await expect(refused).rejects.toMatchObject({ status: 401, code: 20003 });
  });

  it('through a Messaging Service shows its sender only once it is sent', async () => {
    const client = clientOf(await aSandbox());
    const messagingServiceSid = `MG${'a'.repeat(32)}`;

    const created = await client.messages.create({ to: patient, messagingServiceSid, body: 'Hi' });

    expect(created).toMatchObject({ status: 'accepted', from: null, messagingServiceSid });
    await vi.waitFor(async () => expect((await client.messages(created.sid).fetch()).from).toBe(from));
  });

  it('on WhatsApp fails afterwards when the patient has not written for a day', async () => {
    const sandbox = await aSandbox();
    const [sender, to] = [`whatsapp:${from}`, `whatsapp:${patient}`];
    const client = clientOf(sandbox);

    const { sid } = await client.messages.create({ to, from: sender, body: 'Hi' });
    await vi.waitFor(async () => {
      const failed = await client.messages(sid).fetch();
      expect(failed).toMatchObject({ status: 'failed', errorCode: 63016 });
    });
    expect(await phoneOf(sandbox, to)).toEqual([]);

    const template = { to, from: sender, contentSid: `HX${'b'.repeat(32)}` };
    await client.messages.create(template);
    await vi.waitFor(async () => expect(await phoneOf(sandbox, to)).toHaveLength(1));
  });
});

describe('the account', () => {
  it('is active for anyone who has its token', async () => {
    const sandbox = await aSandbox();
    const { accountSid } = sandbox.config.twilio;

    const account = await clientOf(sandbox).api.v2010.accounts(accountSid).fetch();

    expect(account).toMatchObject({ sid: accountSid, status: 'active' });
  });
});

describe('the list of messages', () => {
  it('is read page by page to its end, newest first', async () => {
    const client = clientOf(await aSandbox());
    for (let n = 1; n <= 5; n += 1) await client.messages.create({ to: patient, from, body: `${n}` });

    const all = await client.messages.list({ pageSize: 2 });

    expect(all.map(({ body }) => body)).toEqual(['5', '4', '3', '2', '1']);
    const first = await client.messages.page({ pageSize: 2 });
    const second = await first.nextPage();
    const back = await second?.previousPage();
    expect(back?.instances.map(({ body }) => body)).toEqual(['5', '4']);
  });

  it('is narrowed by recipient, sender and the time of sending', async () => {
    const client = clientOf(await aSandbox());
    const other = '+15551230002';
    await client.messages.create({ to: patient, from, body: 'one' });
    await client.messages.create({ to: other, from, body: 'two' });
    await vi.waitFor(async () => {
      const statuses = (await client.messages.list()).map(({ status }) => status);
      expect(statuses).toEqual(['delivered', 'delivered']);
    });
    const bodies = async (filter: object) => (await client.messages.list(filter)).map(({ body }) => body);
    const [yesterday, tomorrow] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000));

    expect(await bodies({ to: other })).toEqual(['two']);
    expect(await bodies({ from: '+15559990000' })).toEqual([]);
    expect(await bodies({ to: patient, dateSentAfter: yesterday })).toEqual(['one']);
    expect(await bodies({ dateSentBefore: yesterday })).toEqual([]);
    expect(await bodies({ dateSent: tomorrow })).toEqual([]);
  });

  it('forgets a deleted message and the text of a redacted one; the phone keeps both', async () => {
    const sandbox = await aSandbox();
    const client = clientOf(sandbox);
    const one = await client.messages.create({ to: patient, from, body: 'one' });
    const two = await client.messages.create({ to: patient, from, body: 'two' });
    await vi.waitFor(async () => expect(await phoneOf(sandbox, patient)).toHaveLength(2));

    await client.messages(one.sid).remove();
    await client.messages(two.sid).update({ body: '' });

    expect(await client.messages.list()).toMatchObject([{ sid: two.sid, body: '' }]);
    await expect(client.messages(one.sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    expect((await phoneOf(sandbox, patient)).map(({ body }) => body)).toEqual(['one', 'two']);
  });
});
