import type { auth, calendar_v3 } from '@googleapis/calendar';
import type { Config } from '../platform/config.ts';

export interface GoogleTokens {
  accessToken: string;
  /** Google leaves it out if it gave one before; the stored one is still valid then. */
  refreshToken?: string;
  expiresAt: Date;
  scopes: string[];
}

export type GoogleEvent = calendar_v3.Schema$Event;

export interface CalendarInfo {
  id: string;
  timeZone: string | null;
}

export interface GoogleClient {
  /** Where the person is sent to consent (PKCE, S256); the verifier stays here until they come back. */
  beginConsent(loginHint: string): Promise<{ codeVerifier: string; urlFor(state: string): string }>;
  exchangeCode(code: string, codeVerifier: string): Promise<GoogleTokens>;
  refresh(refreshToken: string): Promise<GoogleTokens>;
  revoke(token: string): Promise<void>;
  primaryCalendar(accessToken: string, signal?: AbortSignal): Promise<CalendarInfo>;
  /** @throws when the calendar's entry carries errors: a calendar that cannot be read is not a free one. */
  readFreeBusy(
    accessToken: string,
    calendarId: string,
    from: Date,
    to: Date,
    signal?: AbortSignal,
  ): Promise<number>;
  /** @returns the id that Google answered, if it answered one. */
  insertEvent(
    accessToken: string,
    calendarId: string,
    event: GoogleEvent,
    signal?: AbortSignal,
  ): Promise<string | null>;
  /** Ids of the events that carry a private property and are not deleted. */
  findEvents(
    accessToken: string,
    calendarId: string,
    property: string,
    signal?: AbortSignal,
  ): Promise<string[]>;
  getEvent(
    accessToken: string,
    calendarId: string,
    eventId: string,
    signal?: AbortSignal,
  ): Promise<GoogleEvent>;
  patchEvent(
    accessToken: string,
    calendarId: string,
    event: GoogleEvent,
    signal?: AbortSignal,
  ): Promise<void>;
  deleteEvent(accessToken: string, calendarId: string, eventId: string, signal?: AbortSignal): Promise<void>;
}

export const EVENTS_SCOPE = 'https://www.googleapis.com/auth/calendar.events';
const READ_SCOPE = 'https://www.googleapis.com/auth/calendar.readonly';
const TIMEOUT_MS = 8_000;

/** Google's own SDK with its retries off, because `safeCall` does those. Loaded on first use, because it takes 30 MB. */
export function createGoogleClient(config: Pick<Config, 'google' | 'publicUrl'>): GoogleClient {
  const { google } = config;
  const load = () => import('@googleapis/calendar');

  const oauth = async () => {
    const { auth } = await load();
    const client = new auth.OAuth2({
      clientId: google.clientId,
      clientSecret: google.clientSecret,
      redirectUri: `${config.publicUrl}/api/integrations/google/callback`,
      endpoints: {
        oauth2AuthBaseUrl: google.authUrl,
        oauth2TokenUrl: google.tokenUrl,
        oauth2RevokeUrl: google.revokeUrl,
      },
      transporterOptions: { timeout: TIMEOUT_MS, retry: false },
    });
    // For tokens the SDK switches its own retries on again, request by request, whatever the options say.
    client.transporter.interceptors.request.add({
      resolved: async (request) => {
        request.retry = false;
        delete request.retryConfig;
        return request;
      },
    });
    return client;
  };

  const api = async (accessToken: string): Promise<calendar_v3.Calendar> => {
    const [{ calendar }, client] = await Promise.all([load(), oauth()]);
    // Only an access token: we renew it ourselves, so that it happens once and is stored.
    client.setCredentials({ access_token: accessToken });
    return calendar({
      version: 'v3',
      auth: client,
      rootUrl: google.apiRootUrl,
      timeout: TIMEOUT_MS,
      retry: false,
    });
  };

  return {
    async beginConsent(loginHint) {
      const client = await oauth();
      const { codeVerifier, codeChallenge = '' } = await client.generateCodeVerifierAsync();
      return {
        codeVerifier,
        urlFor(state) {
          const url = new URL(
            client.generateAuthUrl({
              access_type: 'offline',
              // Without it Google hands out the lasting permission once and never again.
              prompt: 'consent',
              include_granted_scopes: true,
              scope: [EVENTS_SCOPE, READ_SCOPE],
              state,
              login_hint: loginHint,
            }),
          );
          url.searchParams.set('code_challenge', codeChallenge);
          url.searchParams.set('code_challenge_method', 'S256');
          return url.toString();
        },
      };
    },
    async exchangeCode(code, codeVerifier) {
      const { tokens } = await (await oauth()).getToken({ code, codeVerifier });
      return toTokens(tokens);
    },
    async refresh(refreshToken) {
      const client = await oauth();
      client.setCredentials({ refresh_token: refreshToken });
      const { credentials } = await client.refreshAccessToken();
      return toTokens(credentials);
    },
    async revoke(token) {
      await (await oauth()).revokeToken(token);
    },
    async primaryCalendar(accessToken, signal) {
      const { data } = await (await api(accessToken)).calendarList.list(
        { minAccessRole: 'writer' },
        with_(signal),
      );
      const primary = data.items?.find((item) => item.primary) ?? data.items?.[0];
      if (!primary?.id)
        throw Object.assign(new Error('The account has no calendar that Voxanne can write to.'), {
          kind: 'PERMANENT',
        });
      return { id: primary.id, timeZone: primary.timeZone ?? null };
    },
    async readFreeBusy(accessToken, calendarId, from, to, signal) {
      const { data } = await (await api(accessToken)).freebusy.query(
        {
          requestBody: {
            timeMin: from.toISOString(),
            timeMax: to.toISOString(),
            items: [{ id: calendarId }],
          },
        },
        with_(signal),
      );
      const entry = data.calendars?.[calendarId] ?? Object.values(data.calendars ?? {})[0];
      if (!entry || entry.errors?.length) {
        throw Object.assign(
          new Error(`The calendar can’t be read: ${entry?.errors?.[0]?.reason ?? 'no answer'}.`),
          { kind: 'PERMANENT' },
        );
      }
      return entry.busy?.length ?? 0;
    },
    async insertEvent(accessToken, calendarId, event, signal) {
      const calendar = await api(accessToken);
      const { data } = await calendar.events.insert({ calendarId, requestBody: event }, with_(signal));
      return data?.id ?? null;
    },
    async findEvents(accessToken, calendarId, property, signal) {
      const calendar = await api(accessToken);
      const { data } = await calendar.events.list(
        { calendarId, privateExtendedProperty: [property] },
        with_(signal),
      );
      return (data.items ?? []).flatMap(({ id, status }) => (id && status !== 'cancelled' ? [id] : []));
    },
    async getEvent(accessToken, calendarId, eventId, signal) {
      return (await (await api(accessToken)).events.get({ calendarId, eventId }, with_(signal))).data;
    },
    async patchEvent(accessToken, calendarId, event, signal) {
      await (await api(accessToken)).events.patch(
        { calendarId, ...(event.id ? { eventId: event.id } : {}), requestBody: event },
        with_(signal),
      );
    },
    async deleteEvent(accessToken, calendarId, eventId, signal) {
      await (await api(accessToken)).events.delete({ calendarId, eventId }, with_(signal));
    },
  };
}

const with_ = (signal: AbortSignal | undefined) => (signal ? { signal } : {});

type Credentials = InstanceType<typeof auth.OAuth2>['credentials'];

// If Google names no lifetime (it always does), an hour is what it has always given.
const USUAL_LIFETIME_MS = 3_600_000;

function toTokens(credentials: Credentials): GoogleTokens {
  if (!credentials.access_token) throw new Error('Google answered without an access token.');
  return {
    accessToken: credentials.access_token,
    ...(credentials.refresh_token ? { refreshToken: credentials.refresh_token } : {}),
    expiresAt: new Date(credentials.expiry_date ?? Date.now() + USUAL_LIFETIME_MS),
    scopes: credentials.scope?.split(' ').filter(Boolean) ?? [],
  };
}
