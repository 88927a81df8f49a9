import { describe, expect, test } from 'vitest';
import { hmacSha256Hex } from '../platform/crypto.ts';
import { type AssistantScene, beforeEachCall } from './testing.ts';

type Clinic = Awaited<ReturnType<AssistantScene['clinic']>>;

const HOOK = '/api/vapi/webhook';
const ABOUT = { call: { id: 'c-1' }, customer: { number: '+14155550132' } };
const REPORT = {
  ...ABOUT,
  type: 'end-of-call-report',
  endedReason: 'customer-ended-call',
  artifact: { transcript: 'AI: Hello.' },
};
const BOOKING = {
  ...ABOUT,
  type: 'tool-calls',
  toolCallList: [
    {
      id: 't-1',
      function: {
        name: 'bookClinicAppointment',
        arguments: {
          name: 'Maria Lopez',
          serviceType: 'consultation',
          appointmentDate: '2026-11-23',
          appointmentTime: '09:00',
        },
      },
    },
  ],
};

describe('a message of Vapi has its effect once', () => {
  let scene: AssistantScene;
  let clinic: Clinic;
  beforeEachCall((now) => {
    ({ scene, clinic } = now);
  });

  const tell = (message: object, headers: Record<string, string> = { 'x-vapi-secret': clinic.secret }) =>
    scene.post(HOOK, { message }, headers);
  const copies = (count: number, message: object) =>
    Promise.all(Array.from({ length: count }, () => tell(message)));
  const hmac = (raw: string, change: { secret?: string; secondsAgo?: number } = {}) => {
    const timestamp = String(scene.clock.now().getTime() / 1_000 - (change.secondsAgo ?? 0));
    const signature = hmacSha256Hex(change.secret ?? clinic.secret, `${timestamp}.${raw}`);
    return { 'x-timestamp': timestamp, 'x-signature': signature };
  };

  test('a hundred copies of a booking at once are one appointment, and so is a copy after the clean-up', async () => {
    const answers = await copies(100, BOOKING);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.body.results[0].result).toContain('You’re booked');
    expect(await scene.rows(clinic.orgId)).toMatchObject({ appointments: 1, leads: 1, deliveries: 1 });
    await scene.nextDay();
    const late = await tell(BOOKING);
    expect(late.text).toBe(answers[0]?.text);
    expect(await scene.rows(clinic.orgId)).toMatchObject({ appointments: 1, leads: 1, deliveries: 2 });
  });

  test('a hundred copies of a report at once are one call, and so is a copy after the clean-up', async () => {
    const answers = await copies(100, REPORT);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await scene.work();
    const before = await scene.calls(clinic.orgId);
    expect(before).toHaveLength(1);
    await scene.nextDay();
    await tell(REPORT);
    await scene.work();
    expect(await scene.deliveries(clinic.orgId)).toHaveLength(2);
    expect(await scene.calls(clinic.orgId)).toEqual(before);
  });

  test('five hundred signed messages from one address are all taken', async () => {
    const statuses = new Set<number>();
    for (let from = 0; from < 500; from += 50) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => tell({ ...REPORT, call: { id: `c-${from + index}` } })),
      );
      for (const { status } of answers) statuses.add(status);
    }
    expect(statuses).toEqual(new Set([200]));
    expect(await scene.rows(clinic.orgId)).toMatchObject({ deliveries: 500 });
    await scene.work();
    expect(await scene.calls(clinic.orgId)).toHaveLength(500);
  });

  test('unsigned, truncated, too old, signed by another clinic: 401, and no row', async () => {
    const other = await scene.clinic();
    const before = [await scene.rows(clinic.orgId), await scene.rows(other.orgId)];
    for (const message of [REPORT, BOOKING, { ...ABOUT, type: 'transfer-destination-request' }]) {
      const raw = JSON.stringify({ message });
      const url = `${HOOK}?org=${clinic.orgId}`;
      const answers = [
        await scene.post(url, raw),
        await scene.post(url, raw.slice(0, -1), hmac(raw)),
        await scene.post(url, '', hmac(raw)),
        await scene.post(url, raw, hmac(raw, { secondsAgo: 301 })),
        await scene.post(url, raw, hmac(raw, { secondsAgo: -301 })),
        await scene.post(url, raw, hmac(raw, { secret: other.secret })),
      ];
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
    }
    expect([await scene.rows(clinic.orgId), await scene.rows(other.orgId)]).toEqual(before);
  });

  test('with the secret of another clinic it is the other clinic’s, whatever the body claims', async () => {
    const other = await scene.clinic();
    const claims = {
      org_id: clinic.orgId,
      orgId: clinic.orgId,
      assistant: { metadata: { org_id: clinic.orgId } },
    };
    const message = { ...REPORT, ...claims, call: { id: 'c-1', orgId: clinic.orgId } };
    const url = `${HOOK}?org=${clinic.orgId}`;
    await scene.post(url, { message, org_id: clinic.orgId }, { 'x-vapi-secret': other.secret });
    await scene.work();
    expect(await scene.rows(clinic.orgId)).toMatchObject({ deliveries: 0, events: 0 });
    expect(await scene.calls(clinic.orgId)).toEqual([]);
    expect(await scene.calls(other.orgId)).toHaveLength(1);
  });

  test('says how it was proved, in each of the three ways', async () => {
    const raw = JSON.stringify({ message: { ...ABOUT, type: 'hang', timestamp: 3 } });
    await tell({ ...ABOUT, type: 'hang', timestamp: 1 });
    await tell({ ...ABOUT, type: 'hang', timestamp: 2 }, { authorization: `Bearer ${clinic.secret}` });
    await scene.post(`${HOOK}?org=${clinic.orgId}`, raw, hmac(raw));
    const rows = await scene.deliveries(clinic.orgId);
    expect(rows.map(({ signature }) => signature)).toEqual(['secret', 'bearer', 'hmac']);
    for (const row of rows) expect(row.request_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ['a report', REPORT],
    ['a step of the call', { ...ABOUT, type: 'status-update', status: 'ringing' }],
    ['a booking', BOOKING],
    ['a request for an assistant', { ...ABOUT, type: 'assistant-request' }],
    ['a request to be put through', { ...ABOUT, type: 'transfer-destination-request' }],
    ['a hang', { ...ABOUT, type: 'hang' }],
  ])('no secret that comes with %s is stored in a row', async (_what, message) => {
    const secrets = {
      phoneNumber: { number: '+15550100100', twilioAuthToken: 'canary', twilioAccountSid: 'ACcanary' },
      assistant: { server: { secret: 'canary' }, credentials: [{ apiKey: 'canary' }] },
      toolWithToolCallList: [{ server: { secret: 'canary', headers: { 'X-Vapi-Secret': 'canary' } } }],
    };
    const answer = await tell(
      { ...message, ...secrets },
      {
        'x-vapi-secret': clinic.secret,
        cookie: 'canary=1',
        authorization: 'Bearer canary',
        'x-custom': 'canary',
      },
    );
    expect(answer.status).toBe(200);
    const rows = await scene.deliveries(clinic.orgId);
    expect(rows).toHaveLength(1);
    expect(rows[0].headers).toMatchObject({
      'x-vapi-secret': '[removed]',
      'content-type': 'application/json',
    });
    const { rows: events } = await scene.owner.query(
      'select * from public.processed_webhook_events where org_id = $1',
      [clinic.orgId],
    );
    const kept = JSON.stringify([rows, events, scene.lines]);
    expect(kept).not.toContain('canary');
    expect(kept).not.toContain(clinic.secret);
  });
});
