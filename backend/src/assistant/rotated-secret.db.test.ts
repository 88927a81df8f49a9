import { randomUUID } from 'node:crypto';
import { createSafeCall } from '@voxanne/safe-call';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createConnections } from '../connections/index.ts';
import { RetryLater } from '../deliveries/index.ts';
import { createKeyring, hmacSha256Hex } from '../platform/crypto.ts';
import { createDatabase } from '../platform/database.ts';
import { createHttpServer } from '../platform/http.ts';
import { silentLogger } from '../platform/logger.ts';
import { createProvisioning, createVapiAuth, type Provisioning, registerVapiRoutes } from './index.ts';
import { type AssistantScene, createAssistantScene } from './testing.ts';
import type { VapiClient } from './vapi.client.ts';

const DAY = 24 * 3_600_000;

describe('a rotated secret of the receptionist', () => {
  let scene: AssistantScene;
  let other: ReturnType<typeof createDatabase>;
  let elsewhere: ReturnType<typeof createHttpServer>;
  let clinic: Awaited<ReturnType<AssistantScene['clinic']>>;
  const start = new Date('2026-11-18T15:00:00Z');

  /** What its own process has: a pool, and everything that is made from it. */
  const connectionsElsewhere = () =>
    createConnections({
      database: other,
      keyring: createKeyring([{ id: 'k1', key: Buffer.alloc(32, 3) }]),
      clock: scene.clock,
    });
  beforeAll(async () => {
    scene = await createAssistantScene();
    other = createDatabase({ url: scene.runtimeUrl, maxConnections: 4 });
    elsewhere = createHttpServer({ log: silentLogger, trustProxyHops: 0 });
    const connections = connectionsElsewhere();
    registerVapiRoutes(elsewhere, {
      inbox: scene.inbox,
      database: other,
      connections,
      tools: scene.tools,
      log: silentLogger,
      authenticate: createVapiAuth({ connections, clock: scene.clock }),
      caps: { calls: async () => undefined, messages: async () => undefined },
    });
    await elsewhere.ready();
  });
  beforeEach(async () => {
    scene.clock.set(start);
    clinic = await scene.clinic();
    scene.signIn(clinic);
    await scene.provisioning.provision(clinic.orgId);
    await scene.owner.query('delete from public.outbox where org_id = $1', [clinic.orgId]);
  });
  afterEach(() => scene.heal());
  afterAll(async () => {
    await elsewhere.close();
    await other.close();
    await scene.close();
  });

  const body = JSON.stringify({ message: { type: 'hang', call: { id: 'c-1' } } });
  /** In both processes, by header and by signature: 200 or 401 each time. */
  const taken = async (secret: string): Promise<number | string> => {
    const timestamp = String(scene.clock.now().getTime());
    const forms: { query: string; headers: Record<string, string> }[] = [
      { query: '', headers: { 'x-vapi-secret': secret } },
      { query: '', headers: { authorization: `Bearer ${secret}` } },
      {
        query: `?org=${clinic.orgId}`,
        headers: { 'x-timestamp': timestamp, 'x-signature': hmacSha256Hex(secret, `${timestamp}.${body}`) },
      },
    ];
    const answers = await Promise.all(
      [scene.server, elsewhere].flatMap((server) =>
        forms.map(({ query, headers }) =>
          server.inject({
            method: 'POST',
            url: `/api/vapi/webhook${query}`,
            payload: body,
            headers: { 'content-type': 'application/json', ...headers },
          }),
        ),
      ),
    );
    const codes = [...new Set(answers.map(({ statusCode }) => statusCode))];
    return codes.length === 1 ? (codes[0] ?? 0) : codes.join(' and ');
  };
  const rotate = async (payload?: object) => {
    const answer = await scene.post('/api/integrations/vapi/rotate-secret', payload ?? '');
    expect(answer.status).toBe(200);
    return answer.body as { secret: string; previous_secret_until: string | null };
  };
  const settings = async () =>
    (await scene.server.inject({ method: 'GET', url: '/api/integrations/vapi' })).json();
  const secretAtVapi = async () => {
    const { assistants, numbers } = await scene.atVapi(clinic.orgId);
    expect(numbers).toHaveLength(1);
    return assistants[0]?.server.headers['X-Vapi-Secret'];
  };
  const job = async () =>
    (
      await scene.owner.query(
        `select status, run_at from public.outbox where org_id = $1 and topic = 'assistant.provision'`,
        [clinic.orgId],
      )
    ).rows;
  const work = (provisioning: Provisioning = scene.build()) =>
    provisioning.handler({
      id: randomUUID(),
      org_id: clinic.orgId,
      topic: 'assistant.provision',
      payload: {},
      attempts: 1,
      lease_token: randomUUID(),
    } as Parameters<Provisioning['handler']>[0]);

  test('ends the one before it as soon as Vapi has the new one, and leaves nothing to do', async () => {
    const { secret, previous_secret_until } = await rotate();
    expect(previous_secret_until).toBeNull();
    expect(await secretAtVapi()).toBe(secret);
    expect([await taken(clinic.secret), await taken(secret)]).toEqual([401, 200]);
    expect(await job()).toMatchObject([{ status: 'completed' }]);
    expect(await settings()).toMatchObject({ previous_secret_until: null });
  });

  describe.each([
    ['Vapi is away', { status: 503 }],
    ['our key for Vapi is wrong', { status: 401 }],
  ])('while %s', (_what, fault) => {
    beforeEach(async () => {
      await scene.fault('status', fault);
    });

    test('both are good until the time that is stated, and no longer', async () => {
      const { secret, previous_secret_until: until } = await rotate();
      expect(until).toBe(new Date(start.getTime() + DAY).toISOString());
      expect(await settings()).toMatchObject({ previous_secret_until: until });
      expect([await taken(clinic.secret), await taken(secret)]).toEqual([200, 200]);
      scene.clock.set(new Date(Date.parse(until ?? '') - 1));
      expect(await taken(clinic.secret)).toBe(200);
      scene.clock.set(until ?? '');
      expect([await taken(clinic.secret), await taken(secret)]).toEqual([401, 200]);
      expect(await settings()).toMatchObject({ previous_secret_until: null });
    });

    test('only the newest secret and the one before it work', async () => {
      const [s1, s2, s3] = [await rotate(), await rotate(), await rotate()];
      expect([await taken(clinic.secret), await taken(s1.secret)]).toEqual([401, 401]);
      expect([await taken(s2.secret), await taken(s3.secret)]).toEqual([200, 200]);
      await scene.heal();
      await work();
      expect(await secretAtVapi()).toBe(s3.secret);
      expect([await taken(s2.secret), await taken(s3.secret)]).toEqual([401, 200]);
    });

    test('"at once" is at once, also for one that was kept before', async () => {
      const first = await rotate();
      const { secret, previous_secret_until } = await rotate({ revoke_now: true });
      expect(previous_secret_until).toBeNull();
      expect([await taken(clinic.secret), await taken(first.secret), await taken(secret)]).toEqual([
        401, 401, 200,
      ]);
      expect(await settings()).toMatchObject({
        previous_secret_until: null,
        secret_hint: `...${secret.slice(-4)}`,
      });
      await scene.heal();
      await work();
      expect(await secretAtVapi()).toBe(secret);
    });

    test('the job that tells Vapi later is there with the secret, not after it', async () => {
      await rotate();
      expect(await job()).toMatchObject([{ status: 'pending', run_at: start }]);
    });
  });

  test('asks for true or false, and nothing else', async () => {
    for (const payload of [{ revoke_now: 'yes' }, { revoke_now: null }, []]) {
      const answer = await scene.post('/api/integrations/vapi/rotate-secret', payload);
      expect(answer.status, JSON.stringify(payload)).toBe(400);
    }
    expect(await taken(clinic.secret)).toBe(200);
  });

  describe('never comes to Vapi after a newer one', () => {
    /** A Vapi whose requests the test lets through; what was written, in order. */
    const heldVapi = () => {
      const written: string[] = [];
      const gates: (() => void)[] = [];
      let arrived = () => {};
      let held = true;
      const write = async (server: { headers?: unknown } = {}) => {
        const { 'X-Vapi-Secret': secret = '' } = server.headers as Record<string, string>;
        if (held) {
          await new Promise<void>((pass) => {
            gates.push(pass);
            arrived();
          });
        }
        written.push(secret);
      };
      const client: VapiClient = {
        createAssistant: async (definition) => {
          await write(definition.server);
          return { id: 'assistant' };
        },
        updateAssistant: (_id, definition) => write(definition.server),
        checkKey: async () => undefined,
        findAssistant: async () => ({ id: 'assistant' }),
        createPhoneNumber: async () => ({ id: 'number', number: null }),
        findPhoneNumber: async () => ({ id: 'number' }),
        updatePhoneNumber: async (_id, definition) => {
          await write(definition.server);
          return { number: null };
        },
      };
      const next = () =>
        new Promise<void>((resolve) => {
          if (gates.length > 0) resolve();
          else arrived = resolve;
        });
      return {
        client,
        written,
        arrived: next,
        open() {
          held = false;
          for (const pass of gates.splice(0)) pass();
        },
      };
    };
    const processWith = (vapi: VapiClient, process: 'here' | 'elsewhere' = 'here') =>
      createProvisioning({
        database: process === 'here' ? scene.database : other,
        connections: process === 'here' ? scene.connections : connectionsElsewhere(),
        vapi,
        resilience: createSafeCall({ defaults: { backoffMs: 1, retries: 1 } }),
        clock: scene.clock,
        publicUrl: scene.publicUrl,
        tools: [],
        log: silentLogger,
        rotateWaitMs: 0,
      });

    test('when it is rotated in another process while one is being written', async () => {
      const vapi = heldVapi();
      const writing = processWith(vapi.client).provision(clinic.orgId);
      await vapi.arrived();
      const there = processWith(vapi.client, 'elsewhere');
      const { secret, previousUntil } = await there.rotateSecret(clinic.orgId);
      // The old one is about to arrive at Vapi: it stays good until the new one has arrived.
      expect(previousUntil).not.toBeNull();
      expect([await taken(clinic.secret), await taken(secret)]).toEqual([200, 200]);
      vapi.open();
      await writing;
      expect(vapi.written).toEqual([clinic.secret, clinic.secret, secret, secret]);
      expect([await taken(clinic.secret), await taken(secret)]).toEqual([401, 200]);
    });

    test('when many rotate in two processes at once', async () => {
      const vapi = heldVapi();
      vapi.open();
      const rotated = await Promise.all(
        Array.from({ length: 6 }, (_, n) =>
          processWith(vapi.client, n % 2 === 0 ? 'here' : 'elsewhere').rotateSecret(clinic.orgId),
        ),
      );
      await processWith(vapi.client).provision(clinic.orgId);
      const { secret } = await scene.provisioning.secretOf(clinic.orgId);
      expect(rotated.map((one) => one.secret)).toContain(secret);
      expect(vapi.written.at(-1)).toBe(secret);
      // Each secret was written in one run of its own: no older one between or after.
      const runs = vapi.written.filter((one, index) => one !== vapi.written[index - 1]);
      expect(new Set(runs).size).toBe(runs.length);
      expect(await taken(secret)).toBe(200);
      for (const one of rotated) if (one.secret !== secret) expect(await taken(one.secret)).toBe(401);
    });

    test('when the process that wrote has died: the job waits for its turn to end, and writes the newest', async () => {
      await scene.owner.query(
        `update public.connections set writer = gen_random_uuid(), writer_until = now() + interval '20 seconds' where org_id = $1`,
        [clinic.orgId],
      );
      const vapi = heldVapi();
      vapi.open();
      const { secret } = await processWith(vapi.client).rotateSecret(clinic.orgId);
      expect(vapi.written).toEqual([]);
      expect(await job()).toMatchObject([{ status: 'pending' }]);
      await scene.owner.query('update public.connections set writer_until = now() where org_id = $1', [
        clinic.orgId,
      ]);
      await work(processWith(vapi.client, 'elsewhere'));
      expect(vapi.written).toEqual([secret, secret]);
      expect([await taken(clinic.secret), await taken(secret)]).toEqual([401, 200]);
    });

    test('when a request was repeated, and the first may arrive late: it is written once more a minute later', async () => {
      await scene.fault('drop_after_commit', { match: 'PATCH /vapi/assistant', times: 1 });
      const { secret } = await rotate();
      expect(await secretAtVapi()).toBe(secret);
      expect(await job()).toMatchObject([{ status: 'pending', run_at: new Date(start.getTime() + 60_000) }]);
    });
  });

  test('is tried again forever, and says why it waits', async () => {
    await scene.fault('status', { status: 503 });
    await rotate();
    const refusal = await work().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RetryLater);
    expect(refusal).toMatchObject({ countAttempt: false, delayMs: 5_000 });
  });
});
