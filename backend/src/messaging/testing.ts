import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createSafeCall } from '@voxanne/safe-call';
import { readConfig, startSandbox } from '@voxanne/sandbox';
import { vi } from 'vitest';
import { createInbox, RetryLater } from '../deliveries/index.ts';
import { systemClock } from '../platform/clock.ts';
import { createHttpServer } from '../platform/http.ts';
import { createLogger } from '../platform/logger.ts';
import { createTestDatabase, signedInAs, type TestOrganization } from '../testing/index.ts';
import { freePort } from '../testing/postgres.setup.ts';
import type { Tuning } from './context.ts';
import {
  createMessaging,
  registerMessageRoutes,
  registerSmsRoutes,
  registerTwilioWebhooks,
} from './index.ts';
import type { MessageJobOptions } from './message-jobs.ts';
import { textLimitsOf } from './text-limits.ts';

const PATIENT = '+15551230001';
export const OURS = '+15005550006';

/** A world in which everything Twilio does is over in milliseconds. */
const QUICK: Tuning = {
  timeoutMs: 700,
  deadlineMs: 2_000,
  settleMs: 1_200,
  firstLookMs: 20,
  expireMs: 60_000,
};
const AT_ONCE = {
  callbackMs: 1,
  callbackRetryMs: 20,
  callbackPatienceMs: 500,
  sentenceMs: 0,
  assistantTimeoutMs: 0,
};

/** A database, the Twilio stand-in behind the real SDK, and the HTTP server that it calls back. */
export async function createScene() {
  const db = await createTestDatabase();
  const stateDir = mkdtempSync(join(tmpdir(), 'voxanne-messaging-'));
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const sandboxConfig = { ...readConfig({}), port: 0, stateDir, publicUrl, pace: AT_ONCE };
  const sandbox = await startSandbox(sandboxConfig);
  const { accountSid, authToken } = sandboxConfig.twilio;

  const lines: Record<string, unknown>[] = [];
  const log = createLogger(
    'info',
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(JSON.parse(String(chunk)));
        done();
      },
    }),
  );
  // Read for each text, so that a test can lower them.
  const textLimits = { ...textLimitsOf('sandbox') };
  const build = (tuning: Partial<Tuning> = {}) =>
    createMessaging({
      database: db.database,
      config: {
        mode: 'sandbox',
        publicUrl,
        twilio: { accountSid, authToken, from: OURS, baseUrl: `${sandbox.url}/twilio` },
      },
      log,
      clock: systemClock,
      clinicOrderKey: Buffer.alloc(32, 7),
      safeCalls: createSafeCall({ defaults: { backoffMs: 5 } }),
      tuning: { ...QUICK, ...tuning },
      textLimits,
    });
  const messaging = build();
  // The first request of all also compiles the SDK's code path; no test's clock should pay for it.
  await build({ timeoutMs: 60_000 }).context.twilio.findMessages({ to: PATIENT, since: new Date() });

  const server = createHttpServer({ log, trustProxyHops: 0 });
  let signedIn: TestOrganization | undefined;
  const tenantResolver = signedInAs(() => signedIn);
  registerSmsRoutes(server, { messaging, database: db.database, tenantResolver });
  registerMessageRoutes(server, {
    database: db.database,
    tenantResolver,
    searchNumbers: (_db, _orgId, typed) => (typed === '' ? null : { digits: typed.replace(/\D/g, '') }),
  });
  registerTwilioWebhooks(server, {
    messaging,
    inbox: createInbox({ database: db.database, log }),
    cap: async () => undefined,
  });
  await server.listen({ port, host: '127.0.0.1' });

  const control = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${sandbox.url}/_sandbox${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    return text ? JSON.parse(text) : null;
  };

  /** What reached the patient. */
  const phone = async (to: string): Promise<{ from: string; body: string; sid: string }[]> =>
    (await control('GET', `/messages?to=${encodeURIComponent(to)}`)).data;

  let bookings = 0;

  return {
    ...db,
    /** The stand-ins' control routes. */
    control,
    messaging,
    /** Gives a person to do with a clinic: a booking, in a year that no other test looks at. */
    async books(organization: TestOrganization, phone: string): Promise<void> {
      bookings += 1;
      const at = new Date(Date.UTC(2031, 0, 1) + bookings * 3_600_000);
      const { rows } = await db.owner.query(
        `select public.book_appointment_atomic($1, 'Pat Example', null, $2, 'consultation', $3, 30) as booked`,
        [organization.orgId, phone, at],
      );
      if (!rows[0].booked.success) throw new Error(`Not booked: ${rows[0].booked.error}`);
    },
    textLimits,
    /** A person whom a clinic has as a contact. */
    async knows(organization: TestOrganization, phone: string): Promise<void> {
      await db.owner.query(
        `insert into leads (org_id, name, phone) select $1, 'Pat Example', $2
         where not exists (select 1 from leads where org_id = $1 and phone = $2)`,
        [organization.orgId, phone],
      );
    },
    /** Another one on the same database, with other breakers. */
    build,
    server,
    publicUrl,
    authToken,
    accountSid,
    lines,
    signIn(organization: TestOrganization) {
      signedIn = organization;
    },
    fault: (kind: string, more: object = {}) =>
      control('PUT', '/faults', { provider: 'twilio', kind, ...more }),
    heal: () => control('DELETE', '/faults'),
    patientTexts: (text: { from: string; to: string; body: string }) => control('POST', '/inbound-sms', text),
    phone,
    /** Waits until so many texts have reached the patient. */
    async received(to: string, count = 1): Promise<{ from: string; body: string; sid: string }[]> {
      await vi.waitFor(async () => {
        if ((await phone(to)).length !== count) throw new Error(`${to} has not got ${count} texts`);
      });
      return phone(to);
    },
    /** What reached Twilio. */
    async created(to: string): Promise<unknown[]> {
      const { data } = await control('GET', '/requests?provider=twilio');
      return data.filter(
        (request: { method: string; body?: { To?: string } }) =>
          request.method === 'POST' && request.body?.To === to,
      );
    },
    async message(id: string) {
      const { rows } = await db.owner.query('select * from messages where id = $1', [id]);
      return rows[0];
    },
    async close() {
      messaging.close();
      await sandbox.close();
      // A connection of the stand-in that is open and has asked nothing yet would hold the server for a minute.
      const closed = server.close();
      server.server.closeAllConnections();
      await closed;
      await db.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

/** What the worker passes to the jobs, if every text is wanted. */
export const WANTED: MessageJobOptions = {
  stillWanted: async () => true,
  offerStillOpen: async () => true,
  links: {
    toAppointment: (_, version) => `https://voxanne.example/a/${'x'.repeat(40)}${version}`,
    toOffer: () => `https://voxanne.example/a/${'o'.repeat(41)}`,
  },
};

export type Scene = Awaited<ReturnType<typeof createScene>>;

/** Runs a job as the worker would, waiting out what it asks for; gives up after `tries`. */
export async function work(run: () => Promise<unknown>, tries = 20): Promise<{ runs: number }> {
  for (let runs = 1; ; runs += 1) {
    try {
      await run();
      return { runs };
    } catch (error) {
      if (!(error instanceof RetryLater) || runs === tries) throw error;
      // waits: the pause that the job itself has asked for, as a worker would
      await new Promise((resolve) => setTimeout(resolve, Math.min(error.delayMs ?? 50, 1_200)));
    }
  }
}
