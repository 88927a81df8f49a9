import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Role } from '@voxanne/contract';
import { createSafeCall } from '@voxanne/safe-call';
import { readConfig, startSandbox } from '@voxanne/sandbox';
import { afterAll, beforeAll, beforeEach, vi } from 'vitest';
import { createConnections } from '../connections/index.ts';
import { createInbox, startLeaseQueue } from '../deliveries/index.ts';
import { createKeyring } from '../platform/crypto.ts';
import { createHttpServer } from '../platform/http.ts';
import { createLogger } from '../platform/logger.ts';
import type { OrgId } from '../platform/tenant.ts';
import { fixedClock } from '../testing/fixed-clock.ts';
import {
  createTestDatabase,
  type NewOrganization,
  signedInAs,
  type TestOrganization,
} from '../testing/index.ts';
import { freePort } from '../testing/postgres.setup.ts';
import {
  createProvisioning,
  createSandboxClient,
  createTools,
  createVapiAuth,
  createVapiClient,
  createVapiJobs,
  type Provisioning,
  registerSimulatorRoutes,
  registerVapiIntegrationRoutes,
  registerVapiRoutes,
} from './index.ts';

/** Wednesday, 10 in the morning in New York. */
const NOW = '2026-11-18T15:00:00Z';

const AT_ONCE = {
  callbackMs: 1,
  callbackRetryMs: 20,
  callbackPatienceMs: 500,
  sentenceMs: 0,
  assistantTimeoutMs: 0,
};

export const CALLER = '+14155550132';

interface Caller {
  from?: string | null;
  to?: string;
  callId?: string;
}

/** A database, the Vapi stand-in behind the real SDK, and the HTTP server that it calls. */
export async function createAssistantScene() {
  const db = await createTestDatabase();
  const { database } = db;
  const clock = fixedClock(NOW);
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
  const stateDir = mkdtempSync(join(tmpdir(), 'voxanne-assistant-'));
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const sandboxConfig = { ...readConfig({}), port: 0, stateDir, publicUrl, pace: AT_ONCE };
  const sandbox = await startSandbox(sandboxConfig);
  const connections = createConnections({
    database,
    keyring: createKeyring([{ id: 'k1', key: Buffer.alloc(32, 3) }]),
    clock,
  });
  const vapiAt = (baseUrl = `${sandbox.url}/vapi`) =>
    createVapiClient({ vapi: { apiKey: sandboxConfig.vapi.apiKey, baseUrl } });
  // Loads the SDK, which takes seconds on a busy machine; no test's clock should pay for it.
  await vapiAt().checkKey();
  const tools = createTools({ database, clock, log, slotKey: Buffer.alloc(32, 7) });
  const build = (
    more: { vapiUrl?: string; publicUrl?: string; mayProvision?: (orgId: OrgId) => Promise<boolean> } = {},
  ): Provisioning =>
    createProvisioning({
      database,
      connections,
      vapi: vapiAt(more.vapiUrl),
      resilience: createSafeCall({ defaults: { backoffMs: 5, retries: 1 } }),
      clock,
      // No test of what is done at Vapi fails because the machine is too busy for the limits.
      callLimits: { timeoutMs: 60_000, deadlineMs: 120_000 },
      publicUrl: more.publicUrl ?? publicUrl,
      ...(more.mayProvision ? { mayProvision: more.mayProvision } : {}),
      tools: Object.values(tools),
      log,
    });
  const provisioning = build();

  const server = createHttpServer({ log, trustProxyHops: 0 });
  let signedIn: { organization: TestOrganization; role: Role } | undefined;
  const tenantResolver = signedInAs(
    () => signedIn?.organization,
    () => signedIn?.role ?? 'owner',
  );
  const authenticate = createVapiAuth({ connections, clock });
  const inbox = createInbox({ database, log, waitForAnswerMs: 60_000 });
  registerVapiRoutes(server, {
    inbox,
    database,
    connections,
    tools,
    log,
    authenticate,
    caps: { calls: async () => undefined, messages: async () => undefined },
  });
  registerVapiIntegrationRoutes(server, { connections, provisioning, publicUrl, tenantResolver });
  registerSimulatorRoutes(server, {
    database,
    sandbox: createSandboxClient(sandbox.url),
    tenantResolver,
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
  const post = async (url: string, body: unknown, headers: Record<string, string> = {}) => {
    const payload = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await server.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: answer.statusCode, text: answer.body, body: JSON.parse(answer.body) };
  };

  let lastToolCall = 0;

  return {
    ...db,
    clock,
    lines,
    publicUrl,
    connections,
    sandboxUrl: sandbox.url,
    twilioToken: sandboxConfig.twilio.authToken,
    provisioning,
    inbox,
    tools,
    /** Another process on the same database, with other breakers. */
    build,
    server,
    post,
    /** A caller's tools: each call of one has its own id, unless it is given. */
    caller:
      (secret: string, { from = CALLER, to, callId = 'c-1' }: Caller = {}) =>
      async (tool: string, given: unknown, asked: { id?: unknown; callId?: string } = {}) => {
        lastToolCall += 1;
        const { id = `tool-${lastToolCall}` } = asked;
        const { status, body } = await post(
          `/api/vapi/tools/${tool}`,
          {
            message: {
              type: 'tool-calls',
              toolCallList: [{ id, type: 'function', function: { name: tool, arguments: given } }],
              call: { id: asked.callId ?? callId },
              ...(from && { customer: { number: from } }),
              ...(to && { phoneNumber: { number: to } }),
            },
          },
          { 'x-vapi-secret': secret },
        );
        const [answer = {}] = body.results ?? [];
        return { status, body, ok: 'result' in answer, said: (answer.result ?? answer.error) as string };
      },
    signIn(organization: TestOrganization, role: Role = 'owner') {
      signedIn = { organization, role };
    },
    /** A clinic and the secret its receptionist signs with. */
    async clinic(options: NewOrganization = {}) {
      const organization = await db.createOrganization(options);
      return { ...organization, secret: (await provisioning.secretOf(organization.orgId)).secret };
    },
    control,
    fault: (kind: string, more: object = {}) =>
      control('PUT', '/faults', { provider: 'vapi', kind, ...more }),
    heal: () => control('DELETE', '/faults'),
    /** What Vapi holds of a clinic. */
    async atVapi(orgId: string) {
      const list = async (kind: string) => {
        const answer = await fetch(`${sandbox.url}/vapi/${kind}?limit=1000`, {
          headers: { authorization: `Bearer ${sandboxConfig.vapi.apiKey}` },
        });
        // biome-ignore lint/suspicious/noExplicitAny: whatever the stand-in keeps; the tests say what they expect.
        return (await answer.json()) as any[];
      };
      const assistants = (await list('assistant')).filter((one) => one.metadata?.org_id === orgId);
      const proofs = assistants.map((one) => one.server?.headers?.['X-Vapi-Secret']);
      const numbers = (await list('phone-number')).filter((one) =>
        proofs.includes(one.server?.headers?.['X-Vapi-Secret']),
      );
      return { assistants, numbers };
    },
    /** As someone does in Vapi's dashboard. */
    async patchAtVapi(kind: 'assistant' | 'phone-number', id: string, change: object) {
      const answer = await fetch(`${sandbox.url}/vapi/${kind}/${id}`, {
        method: 'PATCH',
        headers: {
          authorization: `Bearer ${sandboxConfig.vapi.apiKey}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(change),
      });
      if (!answer.ok) throw new Error(`Vapi answered ${answer.status}: ${await answer.text()}`);
    },
    async deleteAtVapi(kind: 'assistant' | 'phone-number', id: string) {
      await fetch(`${sandbox.url}/vapi/${kind}/${id}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${sandboxConfig.vapi.apiKey}` },
      });
    },
    /** Lets a worker go through what was taken in. */
    async work() {
      const queue = startLeaseQueue({
        database,
        log,
        table: 'webhook_delivery_log',
        handlers: createVapiJobs({ inbox, tools }),
        pollMs: 10,
      });
      try {
        await vi.waitFor(
          async () => {
            const { rowCount } = await db.owner.query(
              `select 1 from public.webhook_delivery_log where status in ('pending', 'processing', 'failed')`,
            );
            if (rowCount !== 0) throw new Error(`${rowCount} deliveries are not finished`);
          },
          { timeout: 90_000, interval: 20 },
        );
      } finally {
        await queue.drain();
      }
    },
    /** What the delivery log holds of a clinic, in the order in which it came. */
    async deliveries(orgId: string) {
      const { rows } = await db.owner.query(
        'select * from public.webhook_delivery_log where org_id = $1 order by created_at, seq',
        [orgId],
      );
      return rows;
    },
    async calls(orgId: string) {
      return (await db.owner.query('select * from public.calls where org_id = $1', [orgId])).rows;
    },
    /** The second day: the rows that know repeats have been cleaned up. */
    nextDay: () => db.owner.query('delete from public.processed_webhook_events'),
    /** Rows of what a clinic's calls write. */
    async rows(orgId: string): Promise<Record<string, number>> {
      const { rows } = await db.owner.query(
        `select (select count(*)::int from public.appointments where org_id = $1) as appointments,
          (select count(*)::int from public.leads where org_id = $1) as leads,
          (select count(*)::int from public.processed_webhook_events where org_id = $1) as events,
          (select count(*)::int from public.webhook_delivery_log where org_id = $1) as deliveries`,
        [orgId],
      );
      return rows[0];
    },
    async close() {
      await sandbox.close();
      const closed = server.close();
      server.server.closeAllConnections();
      await closed;
      await db.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
export type AssistantScene = Awaited<ReturnType<typeof createAssistantScene>>;

/** A clinic, and someone who calls it. */
export interface CallAtClinic {
  scene: AssistantScene;
  clinic: Awaited<ReturnType<AssistantScene['clinic']>>;
  use: ReturnType<AssistantScene['caller']>;
}

/** One scene for the tests of a file, and before each of them a new clinic and someone who calls it. */
export function beforeEachCall(assign: (now: CallAtClinic) => void, options: NewOrganization = {}): void {
  let scene: AssistantScene;
  beforeAll(async () => {
    scene = await createAssistantScene();
  });
  beforeEach(async () => {
    const clinic = await scene.clinic(options);
    assign({ scene, clinic, use: scene.caller(clinic.secret) });
  });
  afterAll(() => scene.close());
}
