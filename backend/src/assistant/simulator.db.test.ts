import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type AssistantScene, beforeEachCall } from './testing.ts';

type Clinic = Awaited<ReturnType<AssistantScene['clinic']>>;

describe('"call your receptionist"', () => {
  let scene: AssistantScene;
  let clinic: Clinic;
  let stranger: Clinic;
  beforeEachCall(
    (now) => {
      ({ scene, clinic } = now);
    },
    { timeZone: 'Europe/London', country: 'GB' },
  );
  beforeEach(async () => {
    stranger = await scene.clinic();
    await scene.provisioning.provision(clinic.orgId);
  });

  const get = async (url: string) => {
    const answer = await scene.server.inject({ method: 'GET', url });
    return { status: answer.statusCode, body: answer.json() };
  };
  const play = async (request: object) => {
    const { body } = await scene.post('/api/simulator/call', request);
    return vi.waitFor(async () => {
      const call = await get(`/api/simulator/calls/${body.call_id}`);
      expect(call.body.status).toBe('ended');
      return call.body;
    }, 180_000);
  };

  test('plays a call that books, and shows what was said and done', async () => {
    scene.signIn(clinic);
    const call = await play({ from: '020 7946 0958', patient_name: 'ana RUIZ', service_type: 'follow-up' });
    expect(call.tool_calls.map((tool: { name: string; error: null }) => [tool.name, tool.error])).toEqual([
      ['checkAvailability', null],
      ['bookClinicAppointment', null],
    ]);
    expect(call.tool_calls[1].result).toContain('You’re booked: Follow-up');
    expect(call.transcript.length).toBeGreaterThan(3);
    const { rows } = await scene.owner.query('select name, phone from public.leads where org_id = $1', [
      clinic.orgId,
    ]);
    expect(rows).toEqual([{ name: 'Ana Ruiz', phone: '+442079460958' }]);
  });

  test('shows a call to no one else', async () => {
    scene.signIn(clinic);
    const { call_id: id } = await play({});
    scene.signIn(stranger);
    expect(await get(`/api/simulator/calls/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'CALL_NOT_FOUND' },
    });
    expect(await get('/api/simulator/calls/nothing')).toMatchObject({ status: 404 });
  });

  test('needs a number that is one', async () => {
    scene.signIn(clinic);
    const answer = await scene.post('/api/simulator/call', { from: 'my phone' });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'INVALID_PHONE', errors: [{ path: 'from' }] },
    });
  });

  test('shows of the patient’s phone only the texts that this clinic has sent', async () => {
    const number = '+15551239001';
    const { from, sid } = { from: '+15005550006', sid: 'AC00000000000000000000000000005a9d' };
    const { sandboxUrl } = scene;
    const send = async (body: string) => {
      const answer = await fetch(`${sandboxUrl}/twilio/2010-04-01/Accounts/${sid}/Messages.json`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${sid}:${scene.twilioToken}`)}` },
        body: new URLSearchParams({ To: number, From: from, Body: body }),
      });
      return ((await answer.json()) as { sid: string }).sid;
    };
    for (const [owner, body] of [
      [clinic, 'from us'],
      [stranger, 'from them'],
    ] as const) {
      await scene.owner.query(
        `insert into public.messages (org_id, to_address, body, kind, dedupe_key, provider_id)
         values ($1, $2, $3, 'direct', $3, $4)`,
        [owner.orgId, number, body, await send(body)],
      );
    }
    const url = `/api/simulator/phone?number=${encodeURIComponent(number)}`;
    scene.signIn(clinic);
    await vi.waitFor(async () => {
      expect((await get(url)).body).toMatchObject({ number, data: [{ body: 'from us' }] });
    }, 180_000);
    scene.signIn(stranger);
    await vi.waitFor(
      async () => expect((await get(url)).body.data).toMatchObject([{ body: 'from them' }]),
      10_000,
    );
  });
});
