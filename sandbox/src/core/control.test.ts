import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { linkedCalendar } from '../google/testing.ts';
import { aSandbox } from '../testing/sandbox.ts';
import { clientOf, from, patient } from '../twilio/testing.ts';
import { isLoopback } from './control.ts';

describe('the control routes', () => {
  it('show what was received, in order, with the credential blacked out', async () => {
    const sandbox = await aSandbox();
    const { api } = await linkedCalendar(sandbox);
    await clientOf(sandbox).messages.create({ to: patient, from, body: 'Hi' });
    await api.freebusy.query({ requestBody: {} }).catch(() => undefined);

    const all = (await sandbox.control('GET', '/requests')).body.data;
    const twilio = (await sandbox.control('GET', '/requests?provider=twilio')).body.data;

    expect(all.map(({ path, status }: { path: string; status: number }) => [path, status])).toEqual([
      ['/google/o/oauth2/v2/auth', 302],
      ['/google/token', 200],
      [`/twilio/2010-04-01/Accounts/${sandbox.config.twilio.accountSid}/Messages.json`, 201],
      ['/google/calendar/v3/freeBusy', 400],
    ]);
    expect(twilio).toEqual([
      {
        id: 3,
        provider: 'twilio',
        method: 'POST',
        path: expect.any(String),
        query: {},
        status: 201,
        at: expect.any(String),
        authorization: `Basic ${sandbox.config.twilio.accountSid}:***`,
        body: { To: patient, From: from, Body: 'Hi' },
        faults: [],
      },
    ]);
    expect(all[3].authorization).toMatch(/^Bearer \*\*\*.{4}$/);
    expect((await sandbox.control('GET', '/requests?since=3')).body.data).toHaveLength(1);
    expect((await sandbox.control('GET', '/requests?since=2020-01-01')).body.data).toHaveLength(4);
  });

  it('forget everything on reset', async () => {
    const sandbox = await aSandbox();
    const { client, api } = await linkedCalendar(sandbox);
    const start = { dateTime: '2026-11-23T14:00:00Z' };
    await api.events.insert({ calendarId: 'primary', requestBody: { start, end: start } });
    await clientOf(sandbox).messages.create({ to: patient, from, body: 'Hi' });
    await sandbox.control('PUT', '/faults', { provider: 'vapi', kind: 'timeout' });

    expect((await sandbox.control('POST', '/reset')).status).toBe(204);

    for (const path of ['/requests', '/messages', '/events', '/alerts', '/faults', '/calls']) {
      expect((await sandbox.control('GET', path)).body).toEqual({ data: [] });
    }
    await expect(client.refreshAccessToken()).rejects.toMatchObject({ message: 'invalid_grant' });
    expect(await clientOf(sandbox).messages.list()).toEqual([]);
  });

  it('answer a mistake with a problem in a sentence', async () => {
    const { url, control } = await aSandbox();
    const broken = await fetch(`${url}/_sandbox/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });

    expect(broken.headers.get('content-type')).toContain('application/problem+json');
    expect(await broken.json()).toMatchObject({ status: 400, code: 'MALFORMED_JSON' });
    expect(await control('GET', '/nothing')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(await control('GET', '/requests?since=soon')).toMatchObject({ status: 400 });
    expect(await control('POST', '/inbound-sms', { from: 'me', body: 'x' })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_BODY', detail: expect.stringContaining('"from"') },
    });
    expect(await control('POST', '/call', {})).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('give "org_id" or "to"') },
    });
  });

  it('open for this machine only', () => {
    expect(['127.0.0.1', '127.0.0.53', '::1', '::ffff:127.0.0.1'].map(isLoopback)).not.toContain(false);
    expect(['10.0.0.7', '::ffff:10.0.0.7', '2001:db8::1', undefined].map(isLoopback)).not.toContain(true);
  });
});

describe('the vendors', () => {
  it('answer an unknown route each in their own words', async () => {
    const { url } = await aSandbox();
    const answer = async (path: string) => (await fetch(url + path)).json();

    expect(await answer('/google/nothing')).toMatchObject({ error: { code: 404 } });
    expect(await answer('/twilio/nothing')).toMatchObject({ code: 20404, status: 404 });
    expect(await answer('/vapi/nothing')).toMatchObject({ statusCode: 401 });
  });

  it.each<[string, Record<string, string>]>([
    ['a name that leads here', { host: 'evil.example' }],
    ['a name that begins as ours', { host: 'localhost.evil.example:3002' }],
    ['an address in the network', { host: '10.0.0.7:3002' }],
    ['a page of another site', { host: 'localhost:3002', origin: 'https://evil.example' }],
    ['a page without an origin', { host: 'localhost:3002', origin: 'null' }],
    ['a name that is none', { host: 'a b' }],
  ])('do nothing for %s', async (_who, headers) => {
    const { url } = await aSandbox();
    const answer = await asked(url, '/_sandbox/reset', headers);
    expect(answer).toEqual({ status: 403, code: 'NOT_LOCALHOST' });
  });

  it.each<Record<string, string>>([
    { host: 'localhost:3002' },
    { host: '127.0.0.1' },
    { host: '[::1]:3002' },
    { host: 'voxanne.localhost' },
    { host: 'localhost:3002', origin: 'http://localhost:3002' },
  ])('answer to %j', async (headers) => {
    const { url } = await aSandbox();
    expect(await asked(url, '/_sandbox/reset', headers)).toEqual({ status: 204 });
  });
});

/** With its own Host, which fetch would not send. */
function asked(url: string, path: string, headers: Record<string, string>) {
  return new Promise<{ status: number | undefined; code?: string }>((resolve, reject) => {
    request(new URL(path, url), { method: 'POST', headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.once('end', () =>
        resolve({ status: answer.statusCode, ...(text ? { code: JSON.parse(text).code } : {}) }),
      );
    })
      .on('error', reject)
      .end();
  });
}
