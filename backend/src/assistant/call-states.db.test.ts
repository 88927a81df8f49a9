import { describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall } from './testing.ts';

type Clinic = Awaited<ReturnType<AssistantScene['clinic']>>;

describe('the state of a call', () => {
  let scene: AssistantScene;
  let clinic: Clinic;
  beforeEachCall((now) => {
    ({ scene, clinic } = now);
  });

  const about = { call: { id: 'c-1' }, customer: { number: '+14155550132' } };
  const tell = (message: object) =>
    scene.post(
      '/api/vapi/webhook',
      { message: { ...about, ...message } },
      { 'x-vapi-secret': clinic.secret },
    );
  const step = (status: string, more: object = {}) => tell({ type: 'status-update', status, ...more });
  const report = () =>
    tell({
      type: 'end-of-call-report',
      endedReason: 'customer-ended-call',
      startedAt: '2026-11-18T14:58:00.000Z',
      endedAt: '2026-11-18T15:00:00.000Z',
      artifact: { transcript: 'AI: Hello.' },
    });
  const endings = async () => {
    const { rows } = await scene.owner.query(
      `select 1 from public.events where org_id = $1 and type = 'call.ended'`,
      [clinic.orgId],
    );
    return rows.length;
  };

  test('follows its steps, and the screens hear of its end alone', async () => {
    for (const status of ['queued', 'ringing', 'in-progress']) {
      expect(await step(status)).toMatchObject({ status: 200, body: { received: true } });
      await scene.work();
      expect(await scene.calls(clinic.orgId)).toMatchObject([
        { vapi_call_id: 'c-1', status, from_number: '+14155550132', ended_at: null },
      ]);
    }
    expect(await endings()).toBe(0);
    await step('ended', { endedReason: 'silence-timed-out' });
    await scene.work();
    expect(await scene.calls(clinic.orgId)).toMatchObject([
      { status: 'ended', ended_reason: 'silence-timed-out' },
    ]);
    expect(await endings()).toBe(1);
  });

  test('never goes backwards, whatever comes late', async () => {
    await step('ended');
    await step('in-progress');
    await step('ringing');
    await scene.work();
    expect(await scene.calls(clinic.orgId)).toMatchObject([{ status: 'ended' }]);
  });

  test('that comes after the report changes nothing', async () => {
    await report();
    await scene.work();
    const before = await scene.calls(clinic.orgId);
    await step('in-progress');
    await step('ended', { endedReason: 'other' });
    await scene.work();
    expect(await scene.calls(clinic.orgId)).toEqual(before);
    expect(await endings()).toBe(1);
  });

  test('is one order with the report: what came first is written first', async () => {
    await step('in-progress');
    await step('ended');
    await report();
    const rows = await scene.deliveries(clinic.orgId);
    expect(rows.map((row) => [row.event_type, row.order_key, row.blocked])).toEqual([
      ['status-update', 'call:c-1', false],
      ['status-update', 'call:c-1', true],
      ['end-of-call-report', 'call:c-1', true],
    ]);
    await scene.work();
    expect(await scene.calls(clinic.orgId)).toMatchObject([
      {
        status: 'ended',
        ended_reason: 'customer-ended-call',
        transcript: 'AI: Hello.',
        started_at: new Date('2026-11-18T14:58:00.000Z'),
      },
    ]);
  });

  test('that comes again after the clean-up changes nothing, and no one hears of it', async () => {
    const all = async () => {
      await step('ringing');
      await step('ended', { endedReason: 'customer-ended-call' });
      await report();
      await scene.work();
    };
    await all();
    const before = [await scene.calls(clinic.orgId), await endings()];
    await scene.nextDay();
    await all();
    expect(await scene.deliveries(clinic.orgId)).toHaveLength(6);
    expect([await scene.calls(clinic.orgId), await endings()]).toEqual(before);
  });

  test.each([
    ['a word we do not know', { status: 'not-found' }],
    ['no word', {}],
    ['no call', { status: 'ringing', call: null }],
  ])('with %s is acknowledged, and makes no call', async (_what, message) => {
    expect(await tell({ type: 'status-update', ...message })).toMatchObject({ status: 200 });
    expect(await scene.rows(clinic.orgId)).toMatchObject({ deliveries: 0 });
  });

  test('a message with an endless call id is not one of Vapi’s', async () => {
    const answer = await step('ringing', { call: { id: 'c'.repeat(201) } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'MALFORMED_MESSAGE' } });
  });
});
