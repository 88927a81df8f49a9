import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startLeaseQueue } from '../deliveries/index.ts';
import { silentLogger } from '../platform/logger.ts';
import type { TestOrganization } from '../testing/index.ts';
import { createScene, type Scene, WANTED } from './testing.ts';

const LANDLINE = '+15005550009';

describe('a text that was refused', () => {
  let scene: Scene;
  let clinic: TestOrganization;
  let patients = 0;
  let patient = '';
  beforeAll(async () => {
    scene = await createScene();
  });
  beforeEach(async () => {
    await scene.heal();
    clinic = await scene.createOrganization();
    scene.signIn(clinic);
    patients += 1;
    patient = `+1555128${1_000 + patients}`;
  });
  afterAll(() => scene.close());

  const ask = async (method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object) => {
    const answer = await scene.server.inject({ method, url, ...(payload && { payload }) });
    return { status: answer.statusCode, body: answer.json() };
  };
  const work = async () => {
    const handlers = scene.messaging.jobs(WANTED);
    const options = { database: scene.database, log: silentLogger, pollMs: 10 };
    const queues = [
      startLeaseQueue({
        ...options,
        table: 'outbox',
        handlers: { ...handlers.outbox, 'assistant.provision': async () => undefined },
      }),
      startLeaseQueue({ ...options, table: 'webhook_delivery_log', handlers: handlers.webhooks }),
    ];
    const open = `select 1 from outbox where status in ('pending', 'processing', 'failed')
      union all select 1 from webhook_delivery_log where status in ('pending', 'processing', 'failed')
      union all select 1 from messages where status in ('queued', 'sending', 'accepted', 'sent')`;
    await vi.waitFor(async () => expect((await scene.owner.query(open)).rowCount).toBe(0), {
      timeout: 90_000,
      interval: 10,
    });
    await Promise.all(queues.map((queue) => queue.drain()));
  };
  const outgoing = async () =>
    (
      await scene.owner.query(
        `select status, refused, error_message from outbox where org_id = $1 and topic like 'message.%'`,
        [clinic.orgId],
      )
    ).rows;
  const texts = async (query = '') => (await ask('GET', `/api/messages${query}`)).body;

  test('at once by Twilio is not done: its outgoing row and its message say why', async () => {
    await scene.books(clinic, LANDLINE);
    await work();
    const reason = 'This number can’t receive texts. It may be a landline.';
    expect(await outgoing()).toEqual([
      { status: 'dead_letter', refused: true, error_message: expect.stringContaining(reason) },
    ]);
    expect((await texts()).data).toMatchObject([{ status: 'failed', error_code: '21614', reason }]);
  });

  test('later by the carrier is not done either', async () => {
    await scene.books(clinic, patient);
    await work();
    const [{ id }] = (await texts()).data;
    await scene.owner.query(`update messages set status = 'sent' where id = $1`, [id]);
    const { provider_id } = await scene.message(id);
    await scene.owner.query(
      `insert into webhook_delivery_log (org_id, provider, event_type, event_id, payload)
       values ($1, 'twilio', 'status', $2, $3)`,
      [
        clinic.orgId,
        `${provider_id}:undelivered`,
        { message_id: id, sid: provider_id, status: 'undelivered', error_code: '30003', from: null },
      ],
    );
    await work();
    expect(await outgoing()).toEqual([
      { status: 'dead_letter', refused: true, error_message: 'The phone was off or out of reach.' },
    ]);
  });

  test('needs attention until the patient is informed, and again when that is taken back', async () => {
    await scene.books(clinic, LANDLINE);
    await work();
    const open = async () => (await texts('?needs_attention=true')).total;
    const [{ id }] = (await texts()).data;
    expect(await open()).toBe(1);
    const informed = await ask('PATCH', `/api/messages/${id}`, { informed: true });
    expect(informed).toMatchObject({ status: 200, body: { informed_at: expect.any(String) } });
    expect(await open()).toBe(0);
    await ask('PATCH', `/api/messages/${id}`, { informed: false });
    expect(await open()).toBe(1);
    const { rows } = await scene.owner.query(
      `select action from audit_log where object_id = $1 and action = 'message.informed'`,
      [id],
    );
    expect(rows).toHaveLength(2);
  });

  test('is sent again as its own text to the number that the patient has by now, once', async () => {
    await scene.books(clinic, LANDLINE);
    await work();
    const [{ id }] = (await texts()).data;
    expect((await texts()).data).toMatchObject([{ id, resendable: false }]);
    await scene.owner.query('update leads set phone = $1 where org_id = $2', [patient, clinic.orgId]);
    expect((await texts()).data).toMatchObject([{ id, resendable: true }]);
    const sent = await Promise.all([1, 2].map(() => ask('POST', `/api/messages/${id}/resend`)));
    expect(sent.map(({ status }) => status)).toEqual([202, 202]);
    expect(sent[0]?.body.message_id).toBe(sent[1]?.body.message_id);
    await work();
    await scene.received(patient);
    expect(await outgoing()).toMatchObject([{ status: 'completed', refused: false }]);
    expect((await texts()).data).toMatchObject([
      { id: sent[0]?.body.message_id, status: 'delivered', resendable: false },
      { id, status: 'failed', replaced_by: sent[0]?.body.message_id, resendable: false },
    ]);
    expect((await texts('?needs_attention=true')).data).toEqual([]);
  });

  test('is sent again without its outgoing row, which is kept for some days only', async () => {
    await scene.knows(clinic, LANDLINE);
    const { body } = await ask('POST', '/api/sms', { to: LANDLINE, body: 'Hello' });
    await work();
    await scene.owner.query('delete from outbox where org_id = $1', [clinic.orgId]);
    await scene.owner.query('update messages set error_code = $1 where id = $2', ['30008', body.message_id]);
    expect((await ask('POST', `/api/messages/${body.message_id}/resend`)).status).toBe(202);
    expect(await outgoing()).toMatchObject([{ status: 'pending' }]);
    await work();
  });

  test('is locked after its outgoing row, as a replay of that row does', async () => {
    await scene.books(clinic, LANDLINE);
    await work();
    await scene.owner.query('update messages set error_code = $1 where org_id = $2', ['30008', clinic.orgId]);
    const [{ id }] = (await texts()).data;
    const replay = await scene.owner.connect();
    try {
      await replay.query('begin');
      await replay.query('select 1 from outbox where org_id = $1 for update', [clinic.orgId]);
      const resent = ask('POST', `/api/messages/${id}/resend`);
      const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'resend_text' and datname = current_database()`;
      await vi.waitFor(async () => expect((await scene.owner.query(waiting)).rowCount).toBe(1), {
        timeout: 90_000,
        interval: 10,
      });
      const locked = await replay
        .query('select 1 from messages where id = $1 for update nowait', [id])
        .catch((error: { code: string }) => error.code);
      await replay.query('rollback');
      await resent;
      expect(locked).toMatchObject({ rowCount: 1 });
    } finally {
      replay.release();
    }
  });

  test.each([
    ['its id', `'message.send', m.id::text`],
    ['its kind and key', `'message.' || m.kind, m.dedupe_key`],
  ])('is found by %s without reading the other texts of the clinic', async (_, named) => {
    await scene.owner.query(
      `insert into messages (org_id, to_address, status, body, kind, dedupe_key)
       select $1, $2, 'failed', 'Hello', 'direct', n::text from generate_series(1, 100) n`,
      [clinic.orgId, patient],
    );
    const { rows } = await scene.owner.query(
      `insert into outbox (org_id, topic, key, payload, status)
       select m.org_id, ${named}, '{}', 'dead_letter' from messages m where m.org_id = $1 and m.dedupe_key = '7'
       returning id`,
      [clinic.orgId],
    );
    // As autovacuum does: without it the planner knows nothing of the texts, and any index will do for it.
    await scene.owner.query('analyze messages');
    const client = await scene.owner.connect();
    try {
      await client.query('begin');
      await client.query('set local enable_seqscan = off');
      // What earlier statements of this connection read may still be counted.
      const read = async (): Promise<number> =>
        (
          await client.query(
            `select (pg_stat_get_xact_tuples_fetched(c) + pg_stat_get_xact_tuples_returned(c))::int as texts
             from (values ('messages'::regclass)) t (c)`,
          )
        ).rows[0].texts;
      const before = await read();
      const found = await client.query(
        `select (app_private.text_of_outgoing(o)).dedupe_key from outbox o where o.id = $1`,
        [rows[0].id],
      );
      expect(found.rows).toEqual([{ dedupe_key: '7' }]);
      expect((await read()) - before).toBeLessThan(60);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  const refusals: [string, string, number, () => Promise<unknown>][] = [
    ['to a landline', 'CANNOT_RECEIVE', 422, async () => undefined],
    [
      'after STOP',
      'STOPPED',
      422,
      () => scene.owner.query(`select app_private.keep_word($1, null, true, true, now(), false)`, [LANDLINE]),
    ],
    [
      'about an appointment that has changed since',
      'OUT_OF_DATE',
      422,
      () =>
        scene.owner.query(
          'update appointments set version = version + 1, visible_version = version + 1 where org_id = $1',
          [clinic.orgId],
        ),
    ],
    [
      'whose words were removed',
      'WORDS_REMOVED',
      422,
      () => scene.owner.query(`update messages set body = '' where org_id = $1`, [clinic.orgId]),
    ],
    [
      'that did arrive',
      'NOT_FAILED',
      409,
      () => scene.owner.query(`update messages set status = 'delivered' where org_id = $1`, [clinic.orgId]),
    ],
  ];
  test.each(refusals)('%s is not sent again, and it says why (%s)', async (_, code, status, arrange) => {
    await scene.books(clinic, LANDLINE);
    await work();
    const [{ id }] = (await texts()).data;
    await arrange();
    expect((await texts()).data).toMatchObject([{ id, resendable: false }]);
    const refused = await ask('POST', `/api/messages/${id}/resend`);
    expect(refused).toMatchObject({ status, body: { code, detail: expect.any(String) } });
  });

  test('another clinic’s refused text can’t be seen', async () => {
    await scene.books(clinic, LANDLINE);
    await work();
    const [{ id }] = (await texts()).data;
    scene.signIn(await scene.createOrganization());
    expect((await ask('POST', `/api/messages/${id}/resend`)).status).toBe(404);
    expect((await ask('PATCH', `/api/messages/${id}`, { informed: true })).status).toBe(404);
  });
});
