import { describe, expect, test } from 'vitest';
import { hmacSha256Hex } from '../platform/crypto.ts';
import { type AssistantScene, beforeEachCall } from './testing.ts';

type Clinic = Awaited<ReturnType<AssistantScene['clinic']>>;

describe('what Vapi reports', () => {
  let scene: AssistantScene;
  let clinic: Clinic;
  beforeEachCall((now) => {
    ({ scene, clinic } = now);
  });

  const tell = (message: object, headers?: Record<string, string>) =>
    scene.post('/api/vapi/webhook', { message }, headers ?? { 'x-vapi-secret': clinic.secret });
  const calls = () => scene.calls(clinic.orgId);

  describe('is believed', () => {
    const HANG = { type: 'hang', call: { id: 'c-1' } };
    const raw = JSON.stringify({ message: HANG });
    const signed = (timestamp: string, secret: string) => ({
      'x-timestamp': timestamp,
      'x-signature': hmacSha256Hex(secret, `${timestamp}.${raw}`),
    });
    const seconds = () => String(scene.clock.now().getTime() / 1_000);

    test('with the secret in either header, or an HMAC of the bytes for the clinic in the address', async () => {
      const headersOf: Record<string, string>[] = [
        { 'x-vapi-secret': clinic.secret },
        { authorization: `Bearer ${clinic.secret}` },
      ];
      for (const headers of headersOf) {
        expect(await tell(HANG, headers)).toMatchObject({ status: 200, body: { received: true } });
      }
      const answer = await scene.post(
        `/api/vapi/webhook?org=${clinic.orgId}`,
        raw,
        signed(seconds(), clinic.secret),
      );
      expect(answer.status).toBe(200);
    });

    test('not without it, whatever else is right, and no row is written', async () => {
      const other = await scene.clinic();
      const before = await scene.rows(clinic.orgId);
      const report = { type: 'end-of-call-report', call: { id: 'c-1' }, endedReason: 'customer-ended-call' };
      const tools = { type: 'tool-calls', toolCallList: [{ id: 'a', function: { name: 'getClinicInfo' } }] };
      const headersOf: Record<string, string>[] = [
        {},
        { 'x-vapi-secret': '' },
        { 'x-vapi-secret': 'guess' },
        { authorization: 'Bearer guess' },
        { 'x-vapi-secret': clinic.secret.toUpperCase() },
        signed(seconds(), clinic.secret),
      ];
      for (const headers of headersOf) {
        for (const message of [report, tools, HANG]) {
          const answer = await tell(message, headers);
          expect(answer).toMatchObject({ status: 401, body: { code: 'INVALID_VAPI_SECRET' } });
        }
      }
      for (const headers of [
        signed(String(Number(seconds()) - 600), clinic.secret),
        signed(seconds(), other.secret),
        { ...signed(seconds(), clinic.secret), 'x-signature': '00' },
      ]) {
        expect((await scene.post(`/api/vapi/webhook?org=${clinic.orgId}`, raw, headers)).status).toBe(401);
      }
      const tampered = raw.replace('c-1', 'c-2');
      const url = `/api/vapi/webhook?org=${clinic.orgId.toUpperCase()}`;
      expect((await scene.post(url, tampered, signed(seconds(), clinic.secret))).status).toBe(401);
      expect(await scene.rows(clinic.orgId)).toEqual(before);
      expect(await scene.rows(other.orgId)).toEqual(before);
    });

    test('is asked before the body is read', async () => {
      expect((await scene.post('/api/vapi/webhook', '{oops')).status).toBe(401);
      const answer = await scene.post('/api/vapi/webhook', '{oops', { 'x-vapi-secret': clinic.secret });
      expect(answer).toMatchObject({ status: 400, body: { code: 'MALFORMED_JSON' } });
    });
  });

  test.each([{}, { message: null }, { message: {} }, [], { message: { type: 'tool-calls' } }])(
    '%j is no message of Vapi',
    async (body) => {
      const answer = await scene.post('/api/vapi/webhook', body, { 'x-vapi-secret': clinic.secret });
      expect(answer).toMatchObject({ status: 400, body: { code: 'MALFORMED_MESSAGE' } });
    },
  );

  test.each(['transcript', 'transcript[transcriptType="final"]', 'speech-update', 'conversation-update'])(
    '%s streams what patients say: acknowledged, and nothing is kept',
    async (type) => {
      expect(await tell({ type, call: { id: 'c-1' }, transcript: 'I am ill' })).toMatchObject({
        status: 200,
      });
      expect(await scene.rows(clinic.orgId)).toMatchObject({ events: 0, deliveries: 0 });
    },
  );

  test.each(['hang', 'transfer-update', 'call.artifact.upload', 'something-new'])(
    '%s is kept as having come, once, with nothing of what it says',
    async (type) => {
      const message = { type, call: { id: 'c-1' }, destination: { number: 'canary' }, secret: 'canary' };
      for (let copy = 0; copy < 3; copy += 1) expect(await tell(message)).toMatchObject({ status: 200 });
      expect(await tell({ ...message, timestamp: 1 })).toMatchObject({ status: 200 });
      const rows = await scene.deliveries(clinic.orgId);
      expect(rows).toMatchObject([
        { event_type: type, status: 'completed', duplicates: 2, payload: { call_id: 'c-1' } },
        { event_type: type, status: 'completed', duplicates: 0 },
      ]);
      expect(JSON.stringify(rows)).not.toContain('canary');
    },
  );

  test('a call that asks who answers hears that the receptionist is being set up, and later its assistant', async () => {
    const before = await tell({ type: 'assistant-request', call: { id: 'c-1' } });
    expect(before).toMatchObject({
      status: 200,
      body: { error: expect.stringContaining('still being set up') },
    });
    await scene.provisioning.provision(clinic.orgId);
    const { assistants } = await scene.atVapi(clinic.orgId);
    const after = await tell({ type: 'assistant-request', call: { id: 'c-2' } });
    expect(after.body).toEqual({ assistantId: assistants[0].id });
  });

  const REPORT = {
    type: 'end-of-call-report',
    timestamp: 1_777_907_426_083,
    call: { id: 'c-42', phoneNumberId: 'pn' },
    customer: { number: '+14155550132' },
    phoneNumber: {
      number: '+15550100100',
      twilioAccountSid: 'ACsecret',
      twilioAuthToken: 'twilio-auth-token-canary',
    },
    assistant: { model: { tools: [{ server: { secret: 'tool-secret-canary' } }] } },
    endedReason: 'customer-ended-call',
    startedAt: '2026-11-18T14:58:00.000Z',
    endedAt: '2026-11-18T15:00:00.000Z',
    artifact: { transcript: 'AI: Hello.\nUser: Goodbye.', messages: [{ secret: 'message-canary' }] },
    analysis: { summary: 'Somebody said goodbye.' },
  };

  test('the report of an ended call is kept once, without the secrets that came with it', async () => {
    for (let copy = 0; copy < 3; copy += 1)
      expect(await tell(REPORT)).toMatchObject({ status: 200, body: { received: true } });
    await Promise.all([tell(REPORT), tell(REPORT)]);
    await scene.work();
    expect(await calls()).toMatchObject([
      {
        vapi_call_id: 'c-42',
        from_number: '+14155550132',
        to_number: '+15550100100',
        ended_reason: 'customer-ended-call',
        summary: 'Somebody said goodbye.',
        transcript: 'AI: Hello.\nUser: Goodbye.',
        started_at: new Date(REPORT.startedAt),
        ended_at: new Date(REPORT.endedAt),
      },
    ]);
    const { rows } = await scene.owner.query(
      'select payload::text as text from public.webhook_delivery_log where org_id = $1',
      [clinic.orgId],
    );
    expect(rows).toHaveLength(1);
    for (const text of [rows[0].text, JSON.stringify(await calls()), JSON.stringify(scene.lines)])
      expect(text).not.toMatch(/canary|ACsecret/);
  });

  test('an older report with everything at the top is read as well', async () => {
    const { artifact: _a, analysis: _b, ...rest } = REPORT;
    await tell({ ...rest, transcript: 'AI: Hello.', summary: 'Short.' });
    await scene.work();
    expect(await calls()).toMatchObject([{ transcript: 'AI: Hello.', summary: 'Short.' }]);
  });

  test.each<[string, object]>([
    ['nothing but its call', { startedAt: undefined, endedReason: undefined, artifact: undefined }],
    ['nonsense', { startedAt: 'yesterday', endedAt: 7, endedReason: {}, artifact: 'none', analysis: [] }],
    ['an endless transcript', { artifact: { transcript: `${'x'.repeat(99_999)}😀😀` } }],
    ['NULs', { artifact: { transcript: 'a\0b' }, endedReason: 'x\ud800' }],
  ])('a report with %s is kept too', async (_what, change) => {
    expect(await tell({ ...REPORT, ...change })).toMatchObject({ status: 200 });
    await scene.work();
    expect(await calls()).toHaveLength(1);
  });

  test('the same call id in two clinics is two calls', async () => {
    const other = await scene.clinic();
    await tell(REPORT);
    await tell(REPORT, { 'x-vapi-secret': other.secret });
    await scene.work();
    expect(await calls()).toHaveLength(1);
    const { rows } = await scene.owner.query(
      `select count(*)::int as n from public.calls where vapi_call_id = 'c-42' and org_id = $1`,
      [other.orgId],
    );
    expect(rows[0].n).toBe(1);
  });
});
