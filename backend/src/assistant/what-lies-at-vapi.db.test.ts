import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../testing/postgres.setup.ts';
import { type AssistantScene, createAssistantScene } from './testing.ts';

const PHONE = '+14155550177';

describe('what is written to Vapi', () => {
  let scene: AssistantScene;
  beforeAll(async () => {
    scene = await createAssistantScene();
  });
  afterEach(() => scene.heal());
  afterAll(() => scene.close());

  const set = (orgId: string, change: string, ...values: unknown[]) =>
    scene.owner.query(`update public.organizations set ${change} where id = $1`, [orgId, ...values]);
  const provisioned = async (orgId: string, at = scene.provisioning) => {
    await at.provision(orgId as Parameters<typeof at.provision>[0]);
    const { assistants, numbers } = await scene.atVapi(orgId);
    return { assistant: assistants[0], number: numbers[0] };
  };

  test('turns off, each by its name, what Vapi keeps or lets others hear by default', async () => {
    const { orgId } = await scene.clinic();
    const { assistant } = await provisioned(orgId);
    expect(assistant).toMatchObject({
      artifactPlan: {
        recordingEnabled: false,
        videoRecordingEnabled: false,
        pcapEnabled: false,
        loggingEnabled: false,
        transcriptPlan: { enabled: true },
      },
      monitorPlan: {
        listenEnabled: false,
        listenAuthenticationEnabled: true,
        controlEnabled: false,
        controlAuthenticationEnabled: true,
      },
      analysisPlan: { summaryPlan: { enabled: true } },
    });
  });

  test('replaces what someone turned on in Vapi’s dashboard', async () => {
    const { orgId } = await scene.clinic();
    const { assistant } = await provisioned(orgId);
    await scene.patchAtVapi('assistant', assistant.id, {
      artifactPlan: { recordingEnabled: true, pcapEnabled: true },
      monitorPlan: { listenEnabled: true },
    });
    expect((await provisioned(orgId)).assistant).toMatchObject({
      artifactPlan: { recordingEnabled: false, pcapEnabled: false, loggingEnabled: false },
      monitorPlan: { listenEnabled: false, controlEnabled: false },
    });
  });

  test('says at every server how long to wait and how often to try again, and what is not worth it', async () => {
    const { orgId } = await scene.clinic();
    const { assistant, number } = await provisioned(orgId);
    const servers = [
      assistant.server,
      number.server,
      ...assistant.model.tools.map(({ server }: { server: object }) => server),
    ];
    expect(servers.length).toBeGreaterThan(7);
    for (const server of servers) {
      expect(server.timeoutSeconds).toBe(10);
      expect(server.backoffPlan.maxRetries).toBeGreaterThanOrEqual(2);
      expect(server.backoffPlan.excludedStatusCodes).toEqual(expect.arrayContaining([400, 401, 422]));
      expect(server.backoffPlan.excludedStatusCodes).not.toContain(429);
    }
  });

  test('gives each tool words for the case that we cannot be reached, which claim nothing', async () => {
    const { orgId } = await scene.clinic();
    const { assistant } = await provisioned(orgId);
    for (const { function: tool, messages } of assistant.model.tools) {
      const [{ type, content }] = messages;
      expect(type, tool.name).toBe('request-failed');
      expect(content).toMatch(/^I’m sorry, I can’t /);
      if (/book|reschedule|cancel/.test(tool.name)) expect(content).toContain('not sure that went through');
    }
  });

  test.each([
    ['US', '911'],
    ['GB', '999'],
    ['DE', '112'],
    ['AU', '000'],
    ['NZ', '111'],
    ['ZZ', 'your local emergency number'],
  ])('names the emergency number of the clinic’s country: %s, %s', async (country, number) => {
    const { orgId } = await scene.clinic();
    await set(orgId, 'country = $2, phone = null', country);
    const { assistant, number: line } = await provisioned(orgId);
    expect(assistant.model.messages[0].content).toContain(`Please hang up now and call ${number}.`);
    expect(line.hooks[0].do.exact).toContain(`hang up and call ${number}.`);
  });

  describe('for callers when our server is dead', () => {
    /** Where no one listens: a port that was free a moment ago. */
    const deadServer = async (orgId: string) => {
      const { number } = await provisioned(orgId);
      const url = `http://127.0.0.1:${await freePort()}/api/vapi/webhook`;
      await scene.patchAtVapi('phone-number', number.id, { server: { ...number.server, url } });
    };
    const call = async (orgId: string) => {
      const { call_id: id } = await scene.control('POST', '/call', { org_id: orgId, from: '+14155550132' });
      return vi.waitFor(async () => {
        const played = await scene.control('GET', `/calls/${id}`);
        expect(played.status).toBe('ended');
        return played;
      }, 180_000);
    };

    test('puts them through to the clinic', async () => {
      const { orgId } = await scene.clinic();
      await set(orgId, 'phone = $2', PHONE);
      await deadServer(orgId);
      expect(await call(orgId)).toMatchObject({
        ended_reason: 'assistant-request-failed',
        transferred_to: PHONE,
        transcript: [{ role: 'assistant', text: 'One moment, please. I’m transferring you to the clinic.' }],
      });
    });

    test('tells callers what to do if the clinic has no phone', async () => {
      const { orgId } = await scene.clinic({ name: 'Bright Smiles' });
      await set(orgId, 'phone = null');
      await deadServer(orgId);
      expect(await call(orgId)).toMatchObject({
        ended_reason: 'assistant-request-failed',
        transferred_to: null,
        transcript: [
          {
            text: 'We’re sorry, no one at Bright Smiles can take your call right now. Please call back in a few minutes. In an emergency, hang up and call 911.',
          },
        ],
      });
    });

    test('does the same when we answer with an error, with nonsense, or name an assistant that is gone', async () => {
      const { orgId } = await scene.clinic();
      await set(orgId, 'phone = $2', PHONE);
      await scene.provisioning.provision(orgId);
      const {
        assistants: [assistant],
      } = await scene.atVapi(orgId);
      await scene.deleteAtVapi('assistant', assistant.id);
      const { call_id: id } = await scene.control('POST', '/call', {
        to: (await scene.connections.find(orgId, 'vapi'))?.account,
      });
      await vi.waitFor(async () => {
        expect(await scene.control('GET', `/calls/${id}`)).toMatchObject({
          status: 'ended',
          ended_reason: 'assistant-request-returned-invalid-assistant',
          transferred_to: PHONE,
        });
      }, 180_000);
    });

    test('lets a tool say that we cannot be reached', async () => {
      const { orgId } = await scene.clinic();
      const { assistant } = await provisioned(orgId);
      const silent = createServer((socket) => socket.destroy());
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const { port } = silent.address() as { port: number };
      const tools = assistant.model.tools.map((tool: { server: object }) => ({
        ...tool,
        server: { ...tool.server, url: `http://127.0.0.1:${port}/` },
      }));
      await scene.patchAtVapi('assistant', assistant.id, { model: { ...assistant.model, tools } });
      const { transcript } = await call(orgId);
      silent.close();
      expect(transcript.map(({ text }: { text: string }) => text)).toContain(
        'I’m sorry, I can’t look that up right now. Please try again in a few minutes.',
      );
    });

    test('never puts them through to the very number that they called', async () => {
      const { orgId } = await scene.clinic();
      const first = await provisioned(orgId);
      await set(orgId, 'phone = $2', first.number.number);
      const { number } = await provisioned(orgId);
      expect(number.hooks[0].do.type).toBe('say');
      expect(number.fallbackDestination).toBeNull();
    });

    test('puts them through to the clinic’s public number, where it has one beside the owner’s', async () => {
      const { orgId } = await scene.clinic();
      await set(orgId, 'phone = $2', PHONE);
      await provisioned(orgId);
      await set(orgId, 'public_phone = $2', '+12125550100');
      const { number } = await provisioned(orgId);
      expect(number.fallbackDestination).toMatchObject({ number: '+12125550100' });
      expect(JSON.stringify(number)).not.toContain(PHONE);
    });

    test('forgets a phone that the clinic no longer has', async () => {
      const { orgId } = await scene.clinic();
      await set(orgId, 'phone = $2', PHONE);
      expect((await provisioned(orgId)).number.fallbackDestination).toMatchObject({ number: PHONE });
      await set(orgId, 'phone = null');
      const { number } = await provisioned(orgId);
      expect(JSON.stringify(number)).not.toContain(PHONE);
    });
  });

  describe('by an earlier release, is brought up to date', () => {
    const waiting = async () =>
      (
        await scene.owner.query(
          `select org_id from public.outbox where topic = 'assistant.provision' and status = 'pending' order by run_at`,
        )
      ).rows.map((row) => row.org_id);
    const definitionOf = async (orgId: string) =>
      (
        await scene.owner.query(
          `select details ->> 'definition' as d from public.connections where org_id = $1`,
          [orgId],
        )
      ).rows[0].d;
    const cleared = () => scene.owner.query(`delete from public.outbox where topic = 'assistant.provision'`);

    test('each clinic once, a few a second, and none that is up to date', async () => {
      const [old, older, fresh, never] = [
        await scene.clinic(),
        await scene.clinic(),
        await scene.clinic(),
        await scene.clinic(),
      ];
      for (const { orgId } of [old, older, fresh]) await scene.provisioning.provision(orgId);
      await scene.provisioning.queueOutdated();
      await cleared();
      await scene.owner.query(
        `update public.connections set details = details || '{"definition":"old"}' where org_id = $1`,
        [old.orgId],
      );
      await scene.owner.query(
        `update public.connections set details = details - 'definition' where org_id = $1`,
        [older.orgId],
      );
      expect(await scene.provisioning.queueOutdated()).toBe(2);
      expect((await waiting()).toSorted()).toEqual([old.orgId, older.orgId].toSorted());
      expect(await waiting()).not.toContain(never.orgId);
      const { rows } = await scene.owner.query(
        `select max(run_at) - min(run_at) = interval '200 milliseconds' as apart from public.outbox where topic = 'assistant.provision'`,
      );
      expect(rows).toEqual([{ apart: true }]);
      expect(await scene.provisioning.queueOutdated()).toBe(0);
      for (const { orgId } of [old, older]) await scene.provisioning.provision(orgId);
      await cleared();
      expect(await scene.provisioning.queueOutdated()).toBe(0);
      expect(await definitionOf(old.orgId)).toMatch(/^[0-9a-f]{16}$/);
    });

    test('also where only the public address is another', async () => {
      const { orgId } = await scene.clinic();
      await scene.provisioning.provision(orgId);
      await cleared();
      const moved = scene.build({ publicUrl: 'https://moved.example' });
      await moved.queueOutdated();
      expect(await waiting()).toContain(orgId);
      const { assistant, number } = await provisioned(orgId, moved);
      expect(JSON.stringify([assistant, number])).not.toContain(scene.publicUrl);
      expect(number.server.url).toBe('https://moved.example/api/vapi/webhook');
    });
  });
});
