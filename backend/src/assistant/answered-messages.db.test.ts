import { describe, expect, test } from 'vitest';
import { type AssistantScene, beforeEachCall } from './testing.ts';

type Clinic = Awaited<ReturnType<AssistantScene['clinic']>>;

const BOOK = {
  name: 'Maria Lopez',
  phone: '+14155550132',
  serviceType: 'consultation',
  appointmentDate: '2026-11-23',
  appointmentTime: '09:00',
};

describe('a message that Vapi waits for', () => {
  let scene: AssistantScene;
  let clinic: Clinic;
  beforeEachCall(
    (now) => {
      ({ scene, clinic } = now);
    },
    { phone: '+14155550100' },
  );

  const ask = async (message: object, whose = clinic) =>
    scene.post('/api/vapi/webhook', { message }, { 'x-vapi-secret': whose.secret });
  const book = (change: object = {}) =>
    ask({
      type: 'tool-calls',
      call: { id: 'c-1' },
      toolCallList: [{ id: 't-1', function: { name: 'bookClinicAppointment', arguments: BOOK } }],
      ...change,
    });
  /** As after `kill -9` in the middle of an answer, its patience over. */
  const dieWhileAnswering = async () => {
    await scene.owner.query(
      `update public.processed_webhook_events set answered_at = null, response = null,
         received_at = now() - interval '31 seconds' where org_id = $1`,
      [clinic.orgId],
    );
    await scene.owner.query(
      `update public.webhook_delivery_log set status = 'processing', completed_at = null, response = null,
         lease_token = gen_random_uuid(), lease_until = now() - interval '1 second' where org_id = $1`,
      [clinic.orgId],
    );
  };
  const replay = () =>
    scene.owner.query(
      `update public.webhook_delivery_log set status = 'pending', run_at = now(), attempts = 0 where org_id = $1`,
      [clinic.orgId],
    );
  const appointments = async () => (await scene.rows(clinic.orgId)).appointments;

  test('who wants to be put through is given the clinic’s own phone', async () => {
    const answer = await ask({ type: 'transfer-destination-request', call: { id: 'c-1' } });
    expect(answer).toMatchObject({
      status: 200,
      body: { destination: { type: 'number', number: '+14155550100' } },
    });
  });

  test('who wants to be put through to a clinic without a phone hears a sentence', async () => {
    await scene.owner.query('update public.organizations set phone = null where id = $1', [clinic.orgId]);
    const { body } = await ask({ type: 'transfer-destination-request', call: { id: 'c-1' } });
    expect(body).toEqual({ error: expect.stringMatching(/^I’m sorry, .+\?$/) });
  });

  test('the knowledge is the clinic’s services and hours', async () => {
    const request = { type: 'knowledge-base-request', call: { id: 'c-1' } };
    const messages = [{ role: 'user', content: 'I have a canary in my lungs' }];
    const { body } = await ask({ ...request, messages });
    const contents = body.documents.map((one: { content: string }) => one.content).join('\n');
    expect(contents).toContain('America/New_York');
    expect(contents).toContain('Consultation takes 30 minutes');
    expect(contents).toMatch(/Hours of .+09:00/);
    for (const { similarity } of body.documents) expect(similarity).toBe(1);
    expect(JSON.stringify(await scene.deliveries(clinic.orgId))).not.toContain('canary');
    // Another question in the same call isn't a repeat.
    await ask({ ...request, messages: [...messages, { role: 'user', content: 'And on Monday?' }] });
    expect(await scene.deliveries(clinic.orgId)).toHaveLength(2);
  });

  test.each(['assistant-request', 'transfer-destination-request', 'knowledge-base-request'])(
    'a repeat of one of type %s gets the stored answer, also when the clinic has changed since',
    async (type) => {
      const message = { type, call: { id: 'c-1' }, messages: [] };
      const first = await ask(message);
      await scene.owner.query(`update public.organizations set phone = null, name = 'New' where id = $1`, [
        clinic.orgId,
      ]);
      const copies = await Promise.all(Array.from({ length: 20 }, () => ask(message)));
      expect(first.status).toBe(200);
      expect(new Set(copies.map(({ text }) => text))).toEqual(new Set([first.text]));
      expect(await scene.deliveries(clinic.orgId)).toMatchObject([
        { event_type: type, status: 'completed', duplicates: 20, signature: 'secret', response: first.body },
      ]);
    },
  );

  test('outside a call its bytes say whether it is a repeat', async () => {
    const message = { type: 'assistant-request', timestamp: 1 };
    await ask(message);
    await ask(message);
    await ask({ ...message, timestamp: 2 });
    expect(await scene.deliveries(clinic.orgId)).toHaveLength(2);
  });

  test('a tool call whose process died is shown to the owner, and books once when it is replayed', async () => {
    await book();
    await scene.owner.query('delete from public.appointments where org_id = $1', [clinic.orgId]);
    await dieWhileAnswering();
    await scene.work();
    expect(await scene.deliveries(clinic.orgId)).toMatchObject([
      { status: 'dead_letter', error_message: expect.stringContaining('the caller heard nothing') },
    ]);
    expect(await appointments()).toBe(0);
    for (let times = 0; times < 2; times += 1) {
      await replay();
      await scene.work();
      expect(await scene.deliveries(clinic.orgId)).toMatchObject([
        { status: 'completed', error_message: null },
      ]);
      expect(await appointments()).toBe(1);
    }
  });

  test('a tool call that booked before its process died does not book again when it is replayed', async () => {
    await book();
    await dieWhileAnswering();
    await scene.work();
    await replay();
    await scene.work();
    expect(await scene.deliveries(clinic.orgId)).toMatchObject([{ status: 'completed' }]);
    expect(await appointments()).toBe(1);
  });

  test('a replayed tool call that is refused says why, and is not tried forever', async () => {
    await book();
    await scene.owner.query('delete from public.processed_webhook_events where org_id = $1', [clinic.orgId]);
    await scene.owner.query(
      `update public.webhook_delivery_log set payload = jsonb_set(payload, '{arguments,serviceType}', '"surgery"')
       where org_id = $1`,
      [clinic.orgId],
    );
    await replay();
    await scene.work();
    expect(await scene.deliveries(clinic.orgId)).toMatchObject([
      { status: 'dead_letter', attempts: 1, error_message: expect.stringMatching(/service/i) },
    ]);
  });

  test('what Vapi asked again and got answered in the meantime is finished without another effect', async () => {
    await book();
    await dieWhileAnswering();
    const again = await book();
    expect(again.body.results[0].result).toContain('You’re booked');
    await scene.work();
    const rows = await scene.deliveries(clinic.orgId);
    expect(rows.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(await appointments()).toBe(1);
  });

  test.each(['assistant-request', 'transfer-destination-request', 'knowledge-base-request'])(
    'the end of a process that was answering one of type %s is told; a replay has nothing to do',
    async (type) => {
      await ask({ type, call: { id: 'c-1' } });
      await dieWhileAnswering();
      await scene.work();
      expect(await scene.deliveries(clinic.orgId)).toMatchObject([
        { status: 'dead_letter', error_message: expect.stringContaining('the caller got no answer') },
      ]);
      await replay();
      await scene.work();
      expect(await scene.deliveries(clinic.orgId)).toMatchObject([{ status: 'completed' }]);
    },
  );
});
