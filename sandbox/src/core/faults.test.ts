import { describe, expect, it, vi } from 'vitest';
import { linkedCalendar } from '../google/testing.ts';
import { aReceiver, aSandbox } from '../testing/sandbox.ts';
import { clientOf, from, patient, phoneOf } from '../twilio/testing.ts';
import { clientOf as vapiClientOf } from '../vapi/testing.ts';

const text = { to: patient, from, body: 'Reminder' };

async function withFault(fault: object, changes: Parameters<typeof aSandbox>[0] = {}) {
  const sandbox = await aSandbox(changes);
  const put = await sandbox.control('PUT', '/faults', { provider: 'twilio', ...fault });
  expect(put.status).toBe(200);
  const client = clientOf(sandbox);
  return { sandbox, client, create: () => client.messages.create(text) };
}

describe('a fault', () => {
  it('latency delays the answer to what was already accepted', async () => {
    const { client, create } = await withFault({ kind: 'latency', latency_ms: 1_500, match: 'POST ' });

    await expect(create()).rejects.toMatchObject({ code: 'ECONNABORTED' });

    expect(await client.messages.list()).toMatchObject([{ body: 'Reminder' }]);
  });

  it("status answers in the vendor's words and accepts nothing", async () => {
    const { client, create } = await withFault({ kind: 'status', status: 503, times: 1 });

    await expect(create()).rejects.toMatchObject({ status: 503, code: 20503 });

    expect(await client.messages.list()).toEqual([]);
  });

  it('status may name the code', async () => {
    const { create } = await withFault({ kind: 'status', status: 400, code: 30007 });

    await expect(create()).rejects.toMatchObject({ status: 400, code: 30007 });
  });

  it('rate_limit says when to come back', async () => {
    const { sandbox, create } = await withFault({ kind: 'rate_limit', retry_after_s: 7 });

    await expect(create()).rejects.toMatchObject({ status: 429, code: 20429 });

    const raw = await fetch(`${sandbox.url}/twilio/2010-04-01/Accounts/AC1/Messages.json`);
    expect([raw.status, raw.headers.get('retry-after')]).toEqual([429, '7']);
  });

  it('timeout never answers and accepts nothing', async () => {
    const { sandbox, client, create } = await withFault({ kind: 'timeout', times: 1 });

    await expect(create()).rejects.toMatchObject({ code: 'ECONNABORTED' });

    expect(await client.messages.list()).toEqual([]);
    const { body } = await sandbox.control('GET', '/requests?provider=twilio');
    expect(body.data[0]).toMatchObject({ method: 'POST', status: null, faults: ['timeout'] });
  });

  it('reset breaks the connection and accepts nothing', async () => {
    const { client, create } = await withFault({ kind: 'reset', times: 1 });

    await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' });

    expect(await client.messages.list()).toEqual([]);
  });

  it('drop_after_commit accepts and breaks the connection instead of answering', async () => {
    const { sandbox, client, create } = await withFault({ kind: 'drop_after_commit', times: 1 });

    await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' });

    expect(await client.messages.list()).toMatchObject([{ body: 'Reminder' }]);
    await vi.waitFor(async () => expect(await phoneOf(sandbox, patient)).toHaveLength(1));
  });

  it('malformed accepts and answers half a body', async () => {
    const { sandbox, client, create } = await withFault({ kind: 'malformed', times: 1 });

    await expect(create()).rejects.toBeInstanceOf(Error);

    expect(await client.messages.list()).toMatchObject([{ body: 'Reminder' }]);
    const { body } = await sandbox.control('GET', '/requests?provider=twilio');
    expect(body.data[0]).toMatchObject({ status: 201, faults: ['malformed'] });
  });

  it('invalid_grant refuses a refresh without revoking access', async () => {
    const sandbox = await aSandbox();
    const { client } = await linkedCalendar(sandbox);
    await sandbox.control('PUT', '/faults', { provider: 'google', kind: 'invalid_grant', times: 1 });

    await expect(client.refreshAccessToken()).rejects.toMatchObject({ message: 'invalid_grant' });

    await expect(client.refreshAccessToken()).resolves.toBeDefined();
  });

  it('revoke at Google takes access away once, and it can be given again', async () => {
    const sandbox = await aSandbox();
    const { client, api } = await linkedCalendar(sandbox);
    await sandbox.control('PUT', '/faults', { provider: 'google', kind: 'revoke' });

    await expect(api.calendarList.list()).rejects.toMatchObject({ status: 401 });
    await expect(client.refreshAccessToken()).rejects.toMatchObject({ message: 'invalid_grant' });

    const again = await linkedCalendar(sandbox);
    expect(again.tokens.refresh_token).toEqual(expect.any(String));
    expect((await again.api.calendarList.list()).status).toBe(200);
  });

  it('revoke elsewhere refuses the credentials until it is lifted', async () => {
    const { sandbox, create } = await withFault({ kind: 'revoke' });
    await sandbox.control('PUT', '/faults', { provider: 'vapi', kind: 'revoke' });
    const vapi = vapiClientOf(sandbox);

    await expect(create()).rejects.toMatchObject({ status: 401, code: 20003 });
    await expect(vapi.assistants.list()).rejects.toMatchObject({ statusCode: 401 });
    await sandbox.control('DELETE', '/faults');

    await expect(create()).resolves.toMatchObject({ status: 'queued' });
    await expect(vapi.assistants.list()).resolves.toEqual([]);
  });

  it('strikes only what it matches, as often as it says, as likely as it says', async () => {
    const chances = [0.9, 0.1];
    const { sandbox, client, create } = await withFault(
      { kind: 'status', match: 'POST /twilio', times: 1, probability: 0.5 },
      { random: () => chances.shift() ?? 0 },
    );

    await client.messages.list();
    await create();
    expect((await sandbox.control('GET', '/faults')).body.data).toMatchObject([{ hits: 0, times: 1 }]);
    await expect(create()).rejects.toMatchObject({ status: 503 });
    await create();

    expect((await sandbox.control('GET', '/faults')).body.data).toEqual([]);
  });

  it.each([
    [{ provider: 'twilio', kind: 'explode' }, 'one of: latency'],
    [{ provider: 'stripe', kind: 'latency' }, 'one of: google'],
    [{ provider: 'google', kind: 'late_callback' }, 'google stand-in has no fault'],
    [{ provider: 'google', kind: 'status', status: 200 }, '"status" isn’t valid'],
    [[], 'JSON object'],
  ])('that does not exist is refused in a sentence: %j', async (fault, sentence) => {
    const { control } = await aSandbox();

    const answer = await control('PUT', '/faults', fault);

    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'INVALID_FAULT', detail: expect.stringContaining(sentence) },
    });
  });
});

describe('a fault of callbacks', () => {
  async function callbacksWith(fault: object) {
    const receiver = await aReceiver();
    const { client } = await withFault({ times: 1, ...fault });
    await client.messages.create({ ...text, statusCallback: `${receiver.url}/status` });
    const statuses = () =>
      receiver.received.map(({ text: form }) => new URLSearchParams(form).get('MessageStatus'));
    return { receiver, statuses };
  }

  it('delivers one twice', async () => {
    const { statuses } = await callbacksWith({ kind: 'duplicate_callback' });

    await vi.waitFor(() => expect(statuses()).toEqual(['queued', 'queued', 'sent', 'delivered']));
  });

  it('delivers one after the next', async () => {
    const { statuses } = await callbacksWith({ kind: 'reorder_callback' });

    await vi.waitFor(() => expect(statuses()).toEqual(['sent', 'queued', 'delivered']));
  });

  it('delivers one late', async () => {
    const { statuses } = await callbacksWith({ kind: 'late_callback', latency_ms: 200 });

    await vi.waitFor(() => expect(statuses()).toEqual(['sent', 'delivered', 'queued']));
  });

  it('signs one with another key', async () => {
    const healthy = await callbacksWith({ kind: 'latency', latency_ms: 0 });
    const { receiver, statuses } = await callbacksWith({ kind: 'bad_signature' });

    await vi.waitFor(() =>
      expect([statuses(), healthy.statuses()].map(({ length }) => length)).toEqual([3, 3]),
    );
    const signatures = receiver.received.map(({ headers }) => headers['x-twilio-signature']);
    expect(new Set(signatures).size).toBe(3);
  });

  it('is not needed for a second try: a callback that cannot be connected is tried again once', async () => {
    const sandbox = await aSandbox({ pace: { ...(await aSandbox()).config.pace, callbackRetryMs: 150 } });
    const gone = await aReceiver();
    await gone.stop();

    await clientOf(sandbox).messages.create({ ...text, statusCallback: `${gone.url}/status` });
    const back = await aReceiver(undefined, gone.port);

    await vi.waitFor(() => expect(back.received).toHaveLength(3));
  });
});
