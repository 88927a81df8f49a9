import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createSafeCall } from '@voxanne/safe-call';
import { readConfig, startSandbox } from '@voxanne/sandbox';
import { createConnections, createOAuthStates } from '../connections/index.ts';
import { systemClock } from '../platform/clock.ts';
import { createKeyring } from '../platform/crypto.ts';
import { createLogger } from '../platform/logger.ts';
import { createTestDatabase, type TestOrganization } from '../testing/index.ts';
import { createCalendarTokens, createGoogleClient, createLinkCalendar } from './index.ts';
import type { EventToPush } from './push-event.ts';
import type { StoredTokens } from './tokens.ts';

const PUBLIC_URL = 'http://localhost:3001';

/** The addresses of a Google that stands in for the real one. */
export const googleAt = (sandboxUrl: string) => ({
  authUrl: `${sandboxUrl}/google/o/oauth2/v2/auth`,
  tokenUrl: `${sandboxUrl}/google/token`,
  revokeUrl: `${sandboxUrl}/google/revoke`,
  apiRootUrl: `${sandboxUrl}/google/`,
});

/** An appointment as it is pushed. */
export const eventToPush = (fields: Partial<EventToPush> = {}): EventToPush => ({
  appointmentId: randomUUID(),
  generation: 0,
  summary: 'Consultation: Ann Example',
  description: 'Booked by phone.',
  start: new Date('2026-11-23T14:00:00Z'),
  end: new Date('2026-11-23T14:30:00Z'),
  timeZone: 'America/New_York',
  ...fields,
});

export interface Consent {
  decision?: 'approve' | 'deny';
  account?: string;
  /** The boxes that stay checked; left out: all of them. */
  granted?: string[];
}

/** What a person does on Google's page; the answer is what the browser brings back. */
export async function consent(url: string, { decision = 'approve', granted, account }: Consent = {}) {
  const { origin, pathname, searchParams } = new URL(url);
  searchParams.set('decision', decision);
  searchParams.set('account', account ?? 'front@clinic.example');
  if (granted) searchParams.set('choose', '1');
  for (const scope of granted ?? []) searchParams.append('granted', scope);
  const answer = await fetch(origin + pathname, { method: 'POST', body: searchParams, redirect: 'manual' });
  const back = new URL(answer.headers.get('location') ?? 'about:blank');
  return {
    url: back,
    code: back.searchParams.get('code') ?? '',
    state: back.searchParams.get('state') ?? '',
  };
}

/** A stand-in for Google in this process, its control, and the requests it got. */
export async function startGoogle() {
  const stateDir = mkdtempSync(join(tmpdir(), 'voxanne-calendar-'));
  const config = { ...readConfig({}), port: 0, stateDir, publicUrl: PUBLIC_URL };
  const sandbox = await startSandbox(config);
  let since = 0;
  const control = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${sandbox.url}/_sandbox${path}`, {
      method,
      headers: body ? { 'content-type': 'application/json' } : {},
      body: body ? JSON.stringify(body) : null,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The sandbox refused ${method} ${path}: ${text}`);
    return text ? JSON.parse(text) : null;
  };
  return {
    url: sandbox.url,
    credentials: config.google,
    control,
    fault: (kind: string, more: object = {}) =>
      control('PUT', '/faults', { provider: 'google', kind, ...more }),
    /** Ends every fault and forgets what was asked. */
    async heal() {
      await control('DELETE', '/faults');
      since = ((await control('GET', '/requests')).data as { id: number }[]).at(-1)?.id ?? since;
    },
    /** How often it was asked since the last `heal`, as "METHOD path". */
    async asked(what: string): Promise<number> {
      const { data } = await control('GET', `/requests?provider=google&since=${since}`);
      return (data as { method: string; path: string }[]).filter(({ method, path }) =>
        `${method} ${path}`.includes(what),
      ).length;
    },
    async events(): Promise<Record<string, unknown>[]> {
      return (await control('GET', '/events')).data;
    },
    async close() {
      await sandbox.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

/** A database, Google, and the verbs of this room; clinics are linked as people link them. */
export async function createCalendarScene() {
  const [db, googleStandIn] = await Promise.all([createTestDatabase(), startGoogle()]);
  const keyring = createKeyring([{ id: 'k1', key: randomBytes(32) }]);
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const log = createLogger('info', sink);
  const { url, credentials } = googleStandIn;

  /** One process: its own breakers, flights and memory of refused tokens, on the same database. */
  const build = (keys = keyring) => {
    const connections = createConnections({ database: db.database, keyring: keys });
    const oauthStates = createOAuthStates({ database: db.database, keyring: keys, clock: systemClock });
    const google = createGoogleClient({
      publicUrl: PUBLIC_URL,
      google: { ...credentials, ...googleAt(url) },
    });
    const resilience = createSafeCall({ defaults: { backoffMs: 5 } });
    const tokens = createCalendarTokens({ connections, google, resilience, clock: systemClock, log });
    const link = createLinkCalendar({ connections, oauthStates, google, resilience, log });
    return { connections, google, resilience, tokens, link };
  };
  let process = build();

  const begin = (clinic: TestOrganization) => process.link.begin({ ...clinic.scope, email: clinic.email });
  const freshStart = async () => {
    await googleStandIn.heal();
    process = build();
    lines.length = 0;
  };
  const linked = async (options: Consent = {}): Promise<TestOrganization> => {
    const clinic = await db.createOrganization();
    const { url } = await begin(clinic);
    const { code, state } = await consent(url, options);
    await process.link.finish({ code, state, userId: clinic.userId });
    return clinic;
  };

  return {
    ...db,
    ...googleStandIn,
    lines,
    build,
    /** The process of this test. */
    get it() {
      return process;
    },
    /** Ends what a test has left behind: faults, breakers, log lines. */
    freshStart,
    begin,
    linked,
    /** A clinic with its own account: no one else's events are in it, and nothing has been asked of Google. */
    async linkedAfresh(): Promise<TestOrganization> {
      await freshStart();
      const clinic = await linked({ account: `${randomUUID()}@clinic.example` });
      await freshStart();
      return clinic;
    },
    status: async (clinic: TestOrganization) =>
      (await process.connections.find(clinic.orgId, 'google'))?.status ?? 'not_linked',
    async stored(clinic: TestOrganization): Promise<StoredTokens & { version: number }> {
      const opened = await process.connections.open(clinic.orgId, 'google');
      return {
        ...(JSON.parse(opened?.secret ?? '{}') as StoredTokens),
        version: opened?.connection.version ?? 0,
      };
    },
    /** Lets the access token of a clinic run out in so many milliseconds. */
    async expiresIn(clinic: TestOrganization, ms: number): Promise<void> {
      const opened = await process.connections.open(clinic.orgId, 'google');
      if (!opened) throw new Error('The clinic is not linked.');
      const expiresAt = new Date(Date.now() + ms);
      const secret = JSON.stringify({ ...JSON.parse(opened.secret), expiresAt: expiresAt.getTime() });
      await process.connections.replaceSecret(clinic.orgId, 'google', {
        ...opened.connection,
        secret,
        expiresAt,
      });
    },
    async close() {
      await googleStandIn.close();
      await db.close();
    },
  };
}

export type CalendarScene = Awaited<ReturnType<typeof createCalendarScene>>;
