import { appendFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { linkedCalendar } from '../google/testing.ts';
import { startSandbox } from '../index.ts';
import { aReceiver, controlOf, testConfig } from '../testing/sandbox.ts';
import { clientOf, from, patient, phoneOf } from '../twilio/testing.ts';
import { clientOf as vapiClientOf } from '../vapi/testing.ts';
import type { SandboxConfig } from './config.ts';

async function start(config: SandboxConfig) {
  const sandbox = await startSandbox(config);
  onTestFinished(() => sandbox.close());
  return { ...sandbox, config, control: controlOf(sandbox) };
}

const slot = { start: { dateTime: '2026-11-23T14:00:00Z' }, end: { dateTime: '2026-11-23T14:30:00Z' } };

describe('a sandbox that is started again', () => {
  it('still knows every account, token, event, message, opt-out, assistant and number', async () => {
    const config = testConfig({ publicUrl: (await aReceiver()).url });
    const before = await start(config);
    const { tokens } = await linkedCalendar(before);
    const linked = await linkedCalendar(before, 'other@clinic.example');
    await linked.api.events.insert({ calendarId: 'primary', requestBody: { id: 'kept0', ...slot } });
    const { data } = await linked.api.events.list({ calendarId: 'primary' });
    const { sid } = await clientOf(before).messages.create({ to: patient, from, body: 'Hi' });
    await before.control('POST', '/inbound-sms', { from: '+15551230009', to: from, body: 'STOP' });
    const made = await vapiClientOf(before).assistants.create({ name: 'Desk' });
    await vapiClientOf(before).phoneNumbers.create({ provider: 'vapi', assistantId: made.id });
    await vi.waitFor(async () => expect(await phoneOf(before, patient)).toHaveLength(1));
    await before.close();

    const after = await start(config);

    const { client, api } = await linkedCalendar(after);
    expect(client.credentials.refresh_token, 'a second consent gives none').toBeUndefined();
    client.setCredentials({ refresh_token: tokens.refresh_token });
    expect((await api.calendarList.list()).status).toBe(200);
    expect((await after.control('GET', '/events')).body.data).toMatchObject([{ id: 'kept0' }]);
    const again = await linkedCalendar(after, 'other@clinic.example');
    const syncToken = data.nextSyncToken as string;
    expect((await again.api.events.list({ calendarId: 'primary', syncToken })).data.items).toEqual([]);
    expect((await clientOf(after).messages(sid).fetch()).status).toBe('delivered');
    expect(await phoneOf(after, patient)).toMatchObject([{ sid }]);
    await expect(
      clientOf(after).messages.create({ to: '+15551230009', from, body: 'x' }),
    ).rejects.toMatchObject({ code: 21610 });
    expect(await vapiClientOf(after).assistants.get({ id: made.id })).toMatchObject({ name: 'Desk' });
    expect(await vapiClientOf(after).phoneNumbers.list()).toMatchObject([{ assistantId: made.id }]);
  });

  it('goes on with callbacks that were still to come, until the receiver is back', async () => {
    const receiver = await aReceiver();
    await receiver.stop();
    const config = testConfig();
    const slow = { ...config, pace: { ...config.pace, callbackMs: 60_000 } };
    const before = await start(slow);
    const statusCallback = `${receiver.url}/status`;
    const { sid } = await clientOf(before).messages.create({ to: patient, from, body: 'Hi', statusCallback });
    await before.close();

    const after = await start(config);
    const back = await aReceiver(undefined, receiver.port);

    await vi.waitFor(() => {
      const statuses = back.received.map(({ text }) => new URLSearchParams(text).get('MessageStatus'));
      expect(statuses).toEqual(['queued', 'sent', 'delivered']);
    });
    expect(await phoneOf(after, patient)).toMatchObject([{ sid }]);
  });

  it('drops a line that was cut in the middle, and nothing else', async () => {
    const config = testConfig();
    const before = await start(config);
    await clientOf(before).messages.create({ to: patient, from, body: 'first' });
    await before.close();
    appendFileSync(join(config.stateDir, 'twilio.jsonl'), '{"type":"message","message":{"sid":"SMç');

    const between = await start(config);
    await clientOf(between).messages.create({ to: patient, from, body: 'second' });
    await between.close();
    const after = await start(config);

    const bodies = (await clientOf(after).messages.list()).map(({ body }) => body);
    expect(bodies).toEqual(['second', 'first']);
  });

  it('does not start on a state directory it cannot use, and leaves the port free', async () => {
    const config = testConfig();
    writeFileSync(join(config.stateDir, 'file'), '');

    const refused = startSandbox({ ...config, stateDir: join(config.stateDir, 'file', 'sandbox') });

    await expect(refused).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('keeps its files to itself', async () => {
    const config = testConfig();
    await start(config);

    const files = readdirSync(config.stateDir);

    expect(files.sort()).toEqual(['google.jsonl', 'mail.jsonl', 'twilio.jsonl', 'vapi.jsonl']);
    for (const file of files) expect(statSync(join(config.stateDir, file)).mode & 0o077).toBe(0);
  });
});
