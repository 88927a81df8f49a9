import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hmacSha256Hex } from '../platform/crypto.ts';
import { type AssistantScene, createAssistantScene } from './testing.ts';

type Clinic = Awaited<ReturnType<AssistantScene['clinic']>>;

const CALLER = '+14155550132';
const BOOK = {
  name: 'maria lopez',
  serviceType: 'consultation',
  appointmentDate: '2026-11-23',
  appointmentTime: '09:00',
};

describe('what a clinic’s own secret proves, with the ids of another clinic in it', () => {
  let scene: AssistantScene;
  let own: Clinic;
  let other: Clinic;
  beforeAll(async () => {
    scene = await createAssistantScene();
  });
  beforeEach(async () => {
    own = await scene.clinic();
    other = await scene.clinic();
  });
  afterAll(() => scene.close());

  /** Everywhere an id could be believed. */
  const claims = () => ({
    org_id: other.orgId,
    orgId: other.orgId,
    organization_id: other.orgId,
    tenantId: other.orgId,
    assistant: { id: `assistant-of-${other.orgId}`, orgId: other.orgId, metadata: { org_id: other.orgId } },
    phoneNumber: { id: 'number', orgId: other.orgId },
    metadata: { org_id: other.orgId },
  });
  const query = () => `?org=${other.orgId}`;
  const proofs: [string, (raw: string) => Record<string, string>][] = [
    ['x-vapi-secret', () => ({ 'x-vapi-secret': own.secret })],
    ['bearer', () => ({ authorization: `Bearer ${own.secret}` })],
  ];

  test.each(proofs)('a tool call stays with the clinic of the secret (%s)', async (_name, proof) => {
    await scene.post(
      '/api/vapi/webhook',
      { message: { type: 'status-update', status: 'in-progress', call: { id: 'theirs' } } },
      { 'x-vapi-secret': other.secret },
    );
    await scene.work();
    const before = await scene.rows(other.orgId);
    const call = {
      id: 'theirs',
      assistantId: `assistant-of-${other.orgId}`,
      ...claims(),
    };
    const toolCallList = [
      {
        id: 'tool',
        type: 'function',
        function: { name: 'bookClinicAppointment', arguments: { ...BOOK, org_id: other.orgId } },
      },
    ];
    const message = { type: 'tool-calls', toolCallList, call, customer: { number: CALLER }, ...claims() };
    const raw = JSON.stringify({ message, ...claims() });
    const answer = await scene.post('/api/vapi/tools/bookClinicAppointment', raw, proof(raw));
    expect(answer.status).toBe(200);
    expect(await scene.rows(own.orgId)).toMatchObject({ appointments: 1 });
    expect(await scene.rows(other.orgId)).toEqual(before);
  });

  test.each(['end-of-call-report', 'status-update'])(
    'a %s about another clinic’s call is a call of its own',
    async (type) => {
      const report = { type, call: { id: 'theirs' }, status: 'ended', endedReason: 'customer-ended-call' };
      await scene.post('/api/vapi/webhook', { message: report }, { 'x-vapi-secret': other.secret });
      await scene.work();
      const before = [await scene.rows(other.orgId), await scene.calls(other.orgId)];
      const message = {
        ...report,
        ...claims(),
        endedReason: 'assistant-error',
        call: { id: 'theirs', ...claims() },
      };
      const answer = await scene.post(
        `/api/vapi/webhook${query()}`,
        { message, ...claims() },
        { 'x-vapi-secret': own.secret },
      );
      expect(answer.status).toBe(200);
      await scene.work();
      expect([await scene.rows(other.orgId), await scene.calls(other.orgId)]).toEqual(before);
      expect(await scene.calls(own.orgId)).toHaveLength(1);
    },
  );

  test('an HMAC with the own secret is refused for the other clinic’s address, and for the own one stays there', async () => {
    const message = { type: 'end-of-call-report', ...claims(), call: { id: 'theirs', ...claims() } };
    const raw = JSON.stringify({ message, ...claims() });
    const timestamp = String(scene.clock.now().getTime() / 1_000);
    const headers = {
      'x-timestamp': timestamp,
      'x-signature': hmacSha256Hex(own.secret, `${timestamp}.${raw}`),
    };
    const before = await scene.rows(other.orgId);
    expect((await scene.post(`/api/vapi/webhook${query()}`, raw, headers)).status).toBe(401);
    expect((await scene.post(`/api/vapi/webhook?org=${own.orgId}`, raw, headers)).status).toBe(200);
    await scene.work();
    expect(await scene.calls(own.orgId)).toHaveLength(1);
    expect(await scene.rows(other.orgId)).toEqual(before);
  });
});
