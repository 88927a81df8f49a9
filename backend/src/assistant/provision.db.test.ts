import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { RetryLater } from '../deliveries/index.ts';
import type { Provisioning } from './provision.ts';
import { type AssistantScene, createAssistantScene } from './testing.ts';

describe('the receptionist at Vapi', () => {
  let scene: AssistantScene;
  beforeAll(async () => {
    scene = await createAssistantScene();
  });
  afterEach(() => scene.heal());
  afterAll(() => scene.close());

  const tell = (secret: string) =>
    scene.post(
      '/api/vapi/webhook',
      { message: { type: 'hang', call: { id: 'c-1' } } },
      { 'x-vapi-secret': secret },
    );
  /** The row of a sign-up as the worker runs it: what is to be tried later is, as often as it says. */
  const work = async (orgId: string, provisioning: Provisioning, tries = 1) => {
    let attempts = 1;
    for (let run = 1; ; run += 1) {
      try {
        return await provisioning.handler({
          id: randomUUID(),
          org_id: orgId,
          topic: 'assistant.provision',
          payload: {},
          attempts,
          lease_token: randomUUID(),
        } as Parameters<Provisioning['handler']>[0]);
      } catch (error) {
        if (!(error instanceof RetryLater) || run === tries) throw error;
        attempts += error.countAttempt ? 1 : 0;
      }
    }
  };
  const secretAtVapi = async (orgId: string) => {
    const { assistants } = await scene.atVapi(orgId);
    return assistants[0]?.server.headers['X-Vapi-Secret'];
  };

  test('is made with its tools, its number and its secret, and knows the clinic', async () => {
    const clinic = await scene.clinic({ name: 'Bright Smiles' });
    await scene.provisioning.provision(clinic.orgId);
    const { assistants, numbers } = await scene.atVapi(clinic.orgId);
    expect(assistants).toHaveLength(1);
    expect(numbers).toHaveLength(1);
    const [assistant] = assistants;
    expect(assistant).toMatchObject({
      name: 'Receptionist Bright Smiles',
      metadata: { org_id: clinic.orgId, managed_by: 'voxanne' },
      server: {
        url: `${scene.publicUrl}/api/vapi/webhook`,
        headers: { 'X-Vapi-Secret': clinic.secret },
      },
    });
    expect(assistant.model.messages[0].content).toContain('America/New_York');
    for (const tool of assistant.model.tools) {
      expect(tool).toMatchObject({
        function: { name: expect.any(String), parameters: { type: 'object' } },
        server: {
          url: `${scene.publicUrl}/api/vapi/tools/${tool.function.name}`,
          headers: { 'X-Vapi-Secret': clinic.secret },
        },
      });
    }
    expect(assistant.model.tools.map((tool: { function: { name: string } }) => tool.function.name)).toEqual([
      'bookClinicAppointment',
      'checkAvailability',
      'findAppointments',
      'rescheduleAppointment',
      'cancelAppointment',
      'takeMessage',
      'getClinicInfo',
    ]);
  });

  test('books over the phone, signed with what it was given', async () => {
    const clinic = await scene.clinic();
    await scene.provisioning.provision(clinic.orgId);
    const { call_id: id } = await scene.control('POST', '/call', {
      org_id: clinic.orgId,
      from: '+14155550132',
    });
    const call = await vi.waitFor(async () => {
      const played = await scene.control('GET', `/calls/${id}`);
      expect(played.status).toBe('ended');
      return played;
    }, 180_000);
    expect(call.requests.map((one: { status_code: number }) => one.status_code)).not.toContain(401);
    expect(call.tool_calls.map((one: { name: string; error: unknown }) => [one.name, one.error])).toEqual([
      ['checkAvailability', null],
      ['bookClinicAppointment', null],
    ]);
    expect(await scene.rows(clinic.orgId)).toMatchObject({ appointments: 1, leads: 1 });
  });

  test('a name of any length fits', async () => {
    const clinic = await scene.clinic({ name: `${'x'.repeat(26)}😀${'y'.repeat(80)}` });
    await scene.provisioning.provision(clinic.orgId);
    const { assistants, numbers } = await scene.atVapi(clinic.orgId);
    expect(assistants[0].name.length).toBeLessThanOrEqual(40);
    expect(assistants[0].name.isWellFormed()).toBe(true);
    expect(numbers).toHaveLength(1);
  });

  test('made again is brought up to date, not doubled', async () => {
    const clinic = await scene.clinic();
    for (let run = 0; run < 3; run += 1) await scene.provisioning.provision(clinic.orgId);
    await scene.owner.query(`update public.organizations set name = 'New Name' where id = $1`, [
      clinic.orgId,
    ]);
    await scene.provisioning.provision(clinic.orgId);
    const { assistants, numbers } = await scene.atVapi(clinic.orgId);
    expect(assistants.map((one) => one.name)).toEqual(['Receptionist New Name']);
    expect(numbers).toHaveLength(1);
  });

  test('is not doubled by a process that died between Vapi’s answer and the note of it', async () => {
    const clinic = await scene.clinic();
    await scene.provisioning.provision(clinic.orgId);
    await scene.owner.query(
      `update public.connections set details = details - 'assistant_id' where org_id = $1`,
      [clinic.orgId],
    );
    await work(clinic.orgId, scene.build());
    expect((await scene.atVapi(clinic.orgId)).assistants).toHaveLength(1);
  });

  test('is not doubled when Vapi made it and the answer was lost', async () => {
    const clinic = await scene.clinic();
    await scene.fault('drop_after_commit', { match: 'POST /vapi/assistant', times: 1 });
    await work(clinic.orgId, scene.build(), 2);
    expect((await scene.atVapi(clinic.orgId)).assistants).toHaveLength(1);
  });

  test('is not doubled by an owner who rotates the secret before the note of it', async () => {
    const clinic = await scene.clinic();
    await scene.provisioning.provision(clinic.orgId);
    await scene.owner.query(
      `update public.connections set details = details - 'assistant_id' where org_id = $1`,
      [clinic.orgId],
    );
    await scene.build().rotateSecret(clinic.orgId);
    expect((await scene.atVapi(clinic.orgId)).assistants).toHaveLength(1);
  });

  test('keeps to one number, whose answer was lost', async () => {
    const clinic = await scene.clinic({ name: `${'x'.repeat(23)}😀${'y'.repeat(50)}` });
    await scene.fault('drop_after_commit', { match: 'POST /vapi/phone-number', times: 2 });
    await work(clinic.orgId, scene.build(), 3);
    const { numbers } = await scene.atVapi(clinic.orgId);
    expect(numbers).toHaveLength(1);
    expect(numbers[0].name.length).toBeLessThanOrEqual(40);
    expect(numbers[0].name.isWellFormed()).toBe(true);
  });

  test('never takes the number of another clinic of the same name', async () => {
    const [one, other] = [await scene.clinic({ name: 'Twin' }), await scene.clinic({ name: 'Twin' })];
    for (const { orgId } of [one, other]) await scene.build().provision(orgId);
    const numbers = await Promise.all([one, other].map(({ orgId }) => scene.atVapi(orgId)));
    expect(numbers.map((at) => at.numbers.length)).toEqual([1, 1]);
  });

  describe('follows what changes at the clinic', () => {
    const outbox = async (orgId: string) =>
      (
        await scene.owner.query(
          `select status from public.outbox where org_id = $1 and topic = 'assistant.provision'`,
          [orgId],
        )
      ).rows.map((row) => row.status);
    const setOutbox = (orgId: string, status: string) =>
      scene.owner.query(
        `insert into public.outbox (org_id, topic, key, status)
         values ($1::uuid, 'assistant.provision', $1::text, $2)
         on conflict (org_id, topic, key) do update set status = $2`,
        [orgId, status],
      );

    test.each([
      ['its name', `update public.organizations set name = 'Other' where id = $1`],
      ['its phone', `update public.organizations set phone = '+14155550777' where id = $1`],
      ['its country', `update public.organizations set country = 'GB' where id = $1`],
      ['its time zone', `update public.organizations set time_zone = 'Asia/Tokyo' where id = $1`],
      [
        'a new service',
        `insert into public.services (org_id, name, slug, duration_minutes) values ($1, 'N', 'new-one', 30)`,
      ],
      ['a service that ends', `update public.services set active = false where org_id = $1`],
      ['a service removed', `delete from public.services where org_id = $1`],
      ['a service’s name', `update public.services set name = 'First visit' where org_id = $1`],
      ['new opening hours', `update public.providers set working_hours = '{}' where org_id = $1`],
      ['a break', `update public.providers set breaks = '{"1":[["12:00","13:00"]]}' where org_id = $1`],
      ['somebody new', `insert into public.providers (org_id, name) values ($1, 'Dr. Ben')`],
      ['somebody who leaves', `update public.providers set active = false where org_id = $1`],
    ])('%s', async (_what, change) => {
      const clinic = await scene.clinic();
      await scene.provisioning.provision(clinic.orgId);
      await setOutbox(clinic.orgId, 'processing');
      await scene.owner.query(change, [clinic.orgId]);
      expect(await outbox(clinic.orgId)).toEqual(['pending']);
    });

    test('so that it says the hours of today', async () => {
      const { orgId } = await scene.clinic();
      const said = async () => {
        await scene.provisioning.provision(orgId);
        const [{ model }] = (await scene.atVapi(orgId)).assistants;
        return model.messages[0].content.split('\n').find((line: string) => line.includes('pening hours'));
      };
      expect(await said()).toBe(
        'Opening hours: Monday to Friday 9:00 AM to 5:00 PM. They don’t include holidays; getClinicInfo and checkAvailability do.',
      );
      await scene.owner.query(
        `update public.providers set working_hours = '{"6":[["09:00","13:00"]]}', breaks = '{"6":[["10:00","10:30"]]}'
         where org_id = $1`,
        [orgId],
      );
      expect(await said()).toContain('Saturday 9:00 AM to 10:00 AM and 10:30 AM to 1:00 PM.');
      await scene.owner.query(`update public.providers set working_hours = '{}' where org_id = $1`, [orgId]);
      expect(await said()).toBe(
        'The clinic has no opening hours right now. Say so, and don’t book anything.',
      );
    });

    test('nothing is sent that the receptionist doesn’t say', async () => {
      const clinic = await scene.clinic();
      await setOutbox(clinic.orgId, 'completed');
      await scene.owner.query(
        `update public.organizations set name = name, booking_horizon_days = 90 where id = $1`,
        [clinic.orgId],
      );
      expect(await outbox(clinic.orgId)).toEqual(['completed']);
    });

    test('also while it is being made', async () => {
      const clinic = await scene.clinic();
      await scene.fault('latency', { match: 'POST /vapi/assistant', latency_ms: 3_000, times: 1 });
      const making = scene.build().provision(clinic.orgId);
      // The fault strikes the request whose answer is late, and is used up by it.
      await expect.poll(async () => (await scene.control('GET', '/faults')).data).toEqual([]);
      await scene.owner.query(`update public.organizations set name = 'Newest' where id = $1`, [
        clinic.orgId,
      ]);
      await making;
      expect((await scene.atVapi(clinic.orgId)).assistants[0].name).toBe('Receptionist Newest');
    });
  });

  test('that someone deleted at Vapi is made again, its number as well', async () => {
    const clinic = await scene.clinic();
    await scene.provisioning.provision(clinic.orgId);
    const before = await scene.atVapi(clinic.orgId);
    await scene.deleteAtVapi('assistant', before.assistants[0].id);
    await scene.deleteAtVapi('phone-number', before.numbers[0].id);
    await work(clinic.orgId, scene.build());
    const after = await scene.atVapi(clinic.orgId);
    expect([after.assistants.length, after.numbers.length]).toEqual([1, 1]);
    expect(await scene.connections.find(clinic.orgId, 'vapi')).toMatchObject({
      details: { assistant_id: after.assistants[0].id, phone_number_id: after.numbers[0].id },
    });
  });

  test('works without a number when Vapi has none left', async () => {
    const clinic = await scene.clinic();
    await scene.fault('status', { match: 'POST /vapi/phone-number', status: 400, times: 1 });
    await scene.build().provision(clinic.orgId);
    expect((await scene.atVapi(clinic.orgId)).assistants).toHaveLength(1);
    expect(await scene.connections.find(clinic.orgId, 'vapi')).toMatchObject({
      account: expect.any(String),
      details: { assistant_id: expect.any(String) },
    });
  });

  test.each([
    ['away', { kind: 'status', status: 503 }, 5_000],
    ['refusing our key', { kind: 'status', status: 401 }, 30_000],
  ])('is made later while Vapi is %s, forever if need be', async (_what, { kind, ...more }, delayMs) => {
    const clinic = await scene.clinic();
    await scene.fault(kind, more);
    const refusal = await work(clinic.orgId, scene.build()).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RetryLater);
    expect(refusal).toMatchObject({ countAttempt: false, delayMs });
    await scene.heal();
    await work(clinic.orgId, scene.build());
    expect((await scene.atVapi(clinic.orgId)).assistants).toHaveLength(1);
  });

  describe('whose secret is rotated', () => {
    test('signs with the new one from then on, and the old one is refused', async () => {
      const clinic = await scene.clinic();
      await scene.provisioning.provision(clinic.orgId);
      const { secret } = await scene.provisioning.rotateSecret(clinic.orgId);
      expect(secret).not.toBe(clinic.secret);
      expect(await secretAtVapi(clinic.orgId)).toBe(secret);
      const { numbers } = await scene.atVapi(clinic.orgId);
      expect(numbers).toHaveLength(1);
      expect((await tell(secret)).status).toBe(200);
      expect((await tell(clinic.secret)).status).toBe(401);
    });

    test('while it is being made ends with the newest at Vapi', async () => {
      const clinic = await scene.clinic();
      await scene.provisioning.provision(clinic.orgId);
      for (let round = 0; round < 3; round += 1) {
        await scene.fault('latency', { match: 'PATCH', latency_ms: 100 * (round + 1), times: 1 });
        const [{ secret }] = await Promise.all([
          scene.build().rotateSecret(clinic.orgId),
          scene.build().provision(clinic.orgId),
        ]);
        expect(await secretAtVapi(clinic.orgId)).toBe(secret);
        expect((await tell(secret)).status).toBe(200);
        await scene.heal();
      }
    });

    test('made for the first time by two at once is one that both know', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { orgId } = await scene.createOrganization();
        await Promise.all([
          scene.provisioning.provision(orgId),
          scene.build().secretOf(orgId),
          scene.build().secretOf(orgId),
        ]);
        expect((await tell((await secretAtVapi(orgId)) ?? '')).status).toBe(200);
      }
    });
  });

  describe('in the settings', () => {
    const settings = async () => {
      const answer = await scene.server.inject({ method: 'GET', url: '/api/integrations/vapi' });
      return { status: answer.statusCode, body: answer.json() };
    };

    test('shows its owner where it calls and the end of its secret, never the secret', async () => {
      const clinic = await scene.clinic();
      scene.signIn(clinic);
      await scene.provisioning.provision(clinic.orgId);
      const { assistants, numbers } = await scene.atVapi(clinic.orgId);
      const { status, body } = await settings();
      expect(status).toBe(200);
      expect(body).toEqual({
        server_url: `${scene.publicUrl}/api/vapi/webhook`,
        secret_hint: `...${clinic.secret.slice(-4)}`,
        previous_secret_until: null,
        assistant_id: assistants[0].id,
        phone_number: numbers[0].number,
        org_id: clinic.orgId,
      });
      expect(JSON.stringify(body)).not.toContain(clinic.secret);
    });

    test.each(['admin', 'staff', 'auditor'] as const)(
      'is not shown to one who is %s, and not rotated by them',
      async (role) => {
        const clinic = await scene.clinic();
        scene.signIn(clinic, role);
        expect(await settings()).toMatchObject({ status: 403, body: { code: 'OWNER_REQUIRED' } });
        const rotated = await scene.post('/api/integrations/vapi/rotate-secret', '');
        expect(rotated).toMatchObject({ status: 403, body: { code: 'OWNER_REQUIRED' } });
        expect((await tell(clinic.secret)).status).toBe(200);
      },
    );

    test('shows the new secret once, to the owner who rotates it', async () => {
      const clinic = await scene.clinic();
      scene.signIn(clinic);
      const { body } = await scene.post('/api/integrations/vapi/rotate-secret', '');
      expect((await tell(body.secret)).status).toBe(200);
      expect((await settings()).body.secret_hint).toBe(`...${body.secret.slice(-4)}`);
    });
  });
});
