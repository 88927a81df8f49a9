import { auth, calendar } from '@googleapis/calendar';
import type { SandboxConfig } from '../core/config.ts';

export const redirectUri = 'http://localhost:3001/api/integrations/google/callback';
export const calendarScope = 'https://www.googleapis.com/auth/calendar';

interface Running {
  url: string;
  config: SandboxConfig;
}

/** Google's own OAuth client, pointed at the stand-in. */
export function oauthClient({ url, config }: Running) {
  return new auth.OAuth2({
    clientId: config.google.clientId,
    clientSecret: config.google.clientSecret,
    redirectUri,
    endpoints: {
      oauth2AuthBaseUrl: `${url}/google/o/oauth2/v2/auth`,
      oauth2TokenUrl: `${url}/google/token`,
      oauth2RevokeUrl: `${url}/google/revoke`,
      tokenInfoUrl: `${url}/google/tokeninfo`,
    },
    transporterOptions: { retry: false },
  });
}

export async function consentUrl(client: ReturnType<typeof oauthClient>, changes: object = {}) {
  const { codeVerifier, codeChallenge } = await client.generateCodeVerifierAsync();
  const url = client.generateAuthUrl({
    access_type: 'offline',
    scope: [calendarScope],
    state: 'the state',
    code_challenge_method: 'S256' as never,
    code_challenge: codeChallenge,
    ...changes,
  });
  return { url, codeVerifier };
}

/** What a person does on the consent page; the answer is where the browser is sent. */
export async function decide(url: string, fields: Record<string, string | string[]>): Promise<URL> {
  const { origin, pathname, searchParams } = new URL(url);
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) searchParams.append(name, one);
  }
  const response = await fetch(origin + pathname, { method: 'POST', body: searchParams, redirect: 'manual' });
  if (response.status !== 302) throw new Error(`The consent page answered ${response.status}.`);
  return new URL(response.headers.get('location') ?? '');
}

/** A calendar client of someone who has just allowed everything. */
export async function linkedCalendar(running: Running, account = 'front@clinic.example') {
  const client = oauthClient(running);
  const { url, codeVerifier } = await consentUrl(client);
  const back = await decide(url, { decision: 'approve', account });
  const { tokens } = await client.getToken({ code: back.searchParams.get('code') ?? '', codeVerifier });
  client.setCredentials(tokens);
  const api = calendar({ version: 'v3', auth: client, rootUrl: `${running.url}/google/`, retry: false });
  return { client, api, tokens };
}
