import { describe, expect, it } from 'vitest';
import { aSandbox } from '../testing/sandbox.ts';
import { calendarScope, consentUrl, decide, linkedCalendar, oauthClient, redirectUri } from './testing.ts';

const account = 'front@clinic.example';
const approve = { decision: 'approve', account };

describe('the consent page', () => {
  it('says that it is simulated and sends the person back with a code, the state and the scope', async () => {
    const sandbox = await aSandbox();
    const { url } = await consentUrl(oauthClient(sandbox), { login_hint: 'a"b@clinic.example' });

    const page = await (await fetch(url)).text();
    const back = await decide(url, approve);

    expect(page).toContain('Simulated Google sign-in');
    expect(page).toContain('value="a&quot;b@clinic.example"');
    expect(back.href.startsWith(redirectUri)).toBe(true);
    expect(Object.fromEntries(back.searchParams)).toEqual({
      state: 'the state',
      code: expect.any(String),
      scope: calendarScope,
    });
  });

  it('sends the person back with access_denied when they refuse', async () => {
    const { url } = await consentUrl(oauthClient(await aSandbox()));

    const back = await decide(url, { decision: 'deny' });

    expect(Object.fromEntries(back.searchParams)).toEqual({ state: 'the state', error: 'access_denied' });
  });

  it.each([
    ['another client', { client_id: 'stranger' }, 401],
    ['a way back that is no address', { redirect_uri: 'nowhere' }, 400],
    ['a way back that is not the web', { redirect_uri: 'javascript:alert(1)' }, 400],
    ['another response type', { response_type: 'token' }, 400],
  ])('is not shown to %s', async (_who, changes, status) => {
    const { url } = await consentUrl(oauthClient(await aSandbox()), changes);

    expect((await fetch(url)).status).toBe(status);
    expect((await fetch(url, { method: 'POST', body: new URLSearchParams(approve) })).status).toBe(status);
  });

  it('grants only what was left ticked, and the calendar then refuses the rest', async () => {
    const sandbox = await aSandbox();
    const client = oauthClient(sandbox);
    const readOnly = `${calendarScope}.readonly`;
    const scope = ['openid', `${calendarScope}.events`, readOnly];
    const { url, codeVerifier } = await consentUrl(client, { scope });

    const back = await decide(url, { ...approve, choose: '1', granted: readOnly });
    const code = back.searchParams.get('code') ?? '';
    const { tokens } = await client.getToken({ code, codeVerifier });

    expect(tokens.scope).toBe(`openid ${readOnly}`);
    const headers = { authorization: `Bearer ${tokens.access_token}`, 'content-type': 'application/json' };
    const events = `${sandbox.url}/google/calendar/v3/calendars/primary/events`;
    const insert = await fetch(events, { method: 'POST', headers, body: '{}' });
    expect([(await fetch(events, { headers })).status, insert.status]).toEqual([200, 403]);
  });
});

describe('the token endpoint', () => {
  it('exchanges a code once, against the verifier it was asked with', async () => {
    const client = oauthClient(await aSandbox());
    const { url, codeVerifier } = await consentUrl(client);
    const code = (await decide(url, approve)).searchParams.get('code') ?? '';

    const wrong = client.getToken({ code, codeVerifier: 'x'.repeat(64) });
    await expect(wrong).rejects.toMatchObject({ status: 400, response: { data: invalidGrant } });
    await expect(client.getToken({ code })).rejects.toMatchObject({ response: { data: invalidGrant } });
    const { tokens } = await client.getToken({ code, codeVerifier });
    const again = client.getToken({ code, codeVerifier });

    expect(tokens).toMatchObject({
      access_token: expect.stringMatching(/^ya29\./),
      refresh_token: expect.stringMatching(/^1\/\//),
      token_type: 'Bearer',
      scope: calendarScope,
    });
    expect(tokens.expiry_date).toBeGreaterThan(Date.now() + 3_590_000);
    await expect(again).rejects.toMatchObject({ response: { data: invalidGrant } });
  });

  it('gives a refresh token at the first consent, and later only when consent is asked for again', async () => {
    const sandbox = await aSandbox();
    const client = oauthClient(sandbox);
    const refreshToken = async (changes: object) => {
      const { url, codeVerifier } = await consentUrl(client, changes);
      const code = (await decide(url, approve)).searchParams.get('code') ?? '';
      return (await client.getToken({ code, codeVerifier })).tokens.refresh_token;
    };

    expect(await refreshToken({})).toEqual(expect.any(String));
    expect(await refreshToken({})).toBeUndefined();
    expect(await refreshToken({ prompt: 'consent' })).toEqual(expect.any(String));
    expect(await refreshToken({ prompt: 'consent', access_type: 'online' })).toBeUndefined();
  });

  it('refuses a client it does not know with invalid_client', async () => {
    const sandbox = await aSandbox();
    const google = { ...sandbox.config.google, clientSecret: 'wrong' };
    const client = oauthClient({ ...sandbox, config: { ...sandbox.config, google } });

    client.setCredentials({ refresh_token: 'any' });

    await expect(client.refreshAccessToken()).rejects.toMatchObject({
      status: 401,
      response: { data: { error: 'invalid_client' } },
    });
  });

  it('says who signed in, in an id token and in the token info', async () => {
    const client = oauthClient(await aSandbox());
    const { url, codeVerifier } = await consentUrl(client, { scope: ['openid', 'email'] });
    const code = (await decide(url, approve)).searchParams.get('code') ?? '';
    const { tokens } = await client.getToken({ code, codeVerifier });

    const claims = JSON.parse(Buffer.from(tokens.id_token?.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ email: account, iss: 'https://accounts.google.com' });
    expect(await client.getTokenInfo(tokens.access_token ?? '')).toMatchObject({ email: account });
  });
});

describe('access', () => {
  it('expires after an hour and is refreshed', async () => {
    let late = 0;
    const sandbox = await aSandbox({ now: () => Date.now() + late });
    const { client, api, tokens } = await linkedCalendar(sandbox);

    late = 3_600_000;
    await expect(api.calendarList.list()).rejects.toMatchObject({ status: 401 });
    client.setCredentials({ refresh_token: tokens.refresh_token });
    const { data } = await api.calendarList.list();

    expect(data.items).toMatchObject([{ id: account, primary: true }, { summary: 'Front desk' }]);
  });

  it('ends at once when it is revoked, the refresh token included', async () => {
    const sandbox = await aSandbox();
    const { client, api, tokens } = await linkedCalendar(sandbox);

    await client.revokeToken(tokens.refresh_token ?? '');

    await expect(api.calendarList.list()).rejects.toMatchObject({
      status: 401,
      response: { data: { error: { code: 401, errors: [{ reason: 'authError' }] } } },
    });
    await expect(client.refreshAccessToken()).rejects.toMatchObject({
      message: 'invalid_grant',
      response: { data: { error_description: 'Token has been expired or revoked.' } },
    });
  });
});

const invalidGrant = { error: 'invalid_grant', error_description: expect.any(String) };
