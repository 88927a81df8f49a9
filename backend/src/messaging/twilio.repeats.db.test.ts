import { randomBytes, randomUUID } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startLeaseQueue } from '../deliveries/index.ts';
import { silentLogger } from '../platform/logger.ts';
import type { TestOrganization } from '../testing/index.ts';
import { keepMessage } from './messages.queries.ts';
import { createScene, OURS, type Scene, WANTED } from './testing.ts';

const INBOUND = '/api/webhooks/twilio/inbound';
const aSid = () => `SM${randomBytes(16).toString('hex')}`;

describe('a webhook of Twilio has its effect once', () => {
  let scene: Scene;
  let clinic: TestOrganization;
  let patients = 0;
  let patient: string;
  beforeAll(async () => {
    scene = await createScene();
  });
  beforeEach(async () => {
    clinic = await scene.createOrganization();
    patients += 1;
    patient = `+1555127${1_000 + patients}`;
  });
  afterAll(() => scene.close());

  const form = (params: Record<string, string>) => new URLSearchParams(params).toString();
  const send = (
    path: string,
    params: Record<string, string>,
    change: { body?: string; headers?: Record<string, string>; token?: string } = {},
  ) =>
    scene.server.inject({
      method: 'POST',
      url: path,
      remoteAddress: '203.0.113.9',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': getExpectedTwilioSignature(
          change.token ?? scene.authToken,
          `${scene.publicUrl}${path}`,
          params,
        ),
        ...change.headers,
      },
      payload: change.body ?? form(params),
    });
  /** The patient has booked with the clinic, and it has written: what the patient answers is for it. */
  const wrote = async (whose = clinic) => {
    await scene.books(whose, patient);
    const kept = { orgId: whose.orgId, to: patient, from: OURS, body: 'Hello', kind: 'direct' };
    const { row } = await scene.database.withService((db) =>
      keepMessage(db, { ...kept, dedupeKey: randomUUID() }),
    );
    await scene.owner.query(`update messages set status = 'delivered' where id = $1`, [row.id]);
    return row;
  };
  const work = async () => {
    const queue = startLeaseQueue({
      database: scene.database,
      log: silentLogger,
      table: 'webhook_delivery_log',
      handlers: scene.messaging.jobs(WANTED).webhooks,
      pollMs: 10,
    });
    try {
      await vi.waitFor(
        async () => {
          const unfinished = `select 1 from webhook_delivery_log where status <> 'completed'`;
          expect((await scene.owner.query(unfinished)).rowCount).toBe(0);
        },
        { timeout: 90_000, interval: 20 },
      );
    } finally {
      await queue.drain();
    }
  };
  const deliveries = async (orgId = clinic.orgId) => {
    const { rows } = await scene.owner.query(
      'select * from webhook_delivery_log where org_id = $1 order by seq',
      [orgId],
    );
    return rows;
  };
  const received = async () => {
    const { rows } = await scene.owner.query(
      `select org_id, body, provider_id from messages where kind = 'inbound' and from_address = $1
       order by created_at`,
      [patient],
    );
    return rows;
  };
  const nextDay = () => scene.owner.query('delete from processed_webhook_events');
  const aReply = (more: Record<string, string> = {}) => ({
    MessageSid: aSid(),
    AccountSid: scene.accountSid,
    From: patient,
    To: OURS,
    Body: 'On my way',
    ...more,
  });

  test('a hundred copies of a text at once are one message, and so is a copy after the clean-up', async () => {
    await wrote();
    const params = aReply();
    const answers = await Promise.all(Array.from({ length: 100 }, () => send(INBOUND, params)));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect(await deliveries()).toHaveLength(1);
    await work();
    await nextDay();
    expect((await send(INBOUND, params)).statusCode).toBe(200);
    await work();
    expect(await deliveries()).toHaveLength(2);
    expect(await received()).toEqual([
      { org_id: clinic.orgId, body: 'On my way', provider_id: params.MessageSid },
    ]);
  });

  test('a text that comes again after a booking with another clinic stays with the first, once', async () => {
    await wrote();
    const params = aReply();
    await send(INBOUND, params);
    await work();
    await wrote(await scene.createOrganization());
    await send(INBOUND, params);
    await work();
    expect(await received()).toMatchObject([{ org_id: clinic.orgId }]);
  });

  test('a status that comes again after the clean-up changes nothing', async () => {
    const { id } = await wrote();
    await scene.owner.query(`update messages set status = 'accepted' where id = $1`, [id]);
    const path = `/api/webhooks/twilio/status?m=${id}`;
    const sid = aSid();
    const steps = ['sent', 'delivered'].map((status) => ({ MessageSid: sid, MessageStatus: status }));
    for (const step of steps) await send(path, step);
    await work();
    const { rows: before } = await scene.owner.query('select * from message_events where message_id = $1', [
      id,
    ]);
    await nextDay();
    for (const step of steps) expect((await send(path, step)).statusCode).toBe(204);
    await work();
    expect(await deliveries()).toHaveLength(4);
    const { rows } = await scene.owner.query('select * from message_events where message_id = $1', [id]);
    expect(rows).toEqual(before);
    expect(await scene.message(id)).toMatchObject({ status: 'delivered', provider_id: sid });
  });

  test('what a body claims about the clinic is not asked', async () => {
    await wrote();
    const other = await scene.createOrganization();
    const params = aReply({ org_id: other.orgId, orgId: other.orgId });
    await send(INBOUND, params);
    await work();
    expect(await received()).toMatchObject([{ org_id: clinic.orgId }]);
    expect(await deliveries(other.orgId)).toEqual([]);
  });

  test('unsigned, truncated, changed, signed with another token: 401, and no row', async () => {
    await wrote();
    const params = aReply();
    const whole = form(params);
    const answers = [
      await send(INBOUND, params, { headers: { 'x-twilio-signature': '' } }),
      await send(INBOUND, params, { body: whole.slice(0, -3) }),
      await send(INBOUND, params, { body: '' }),
      await send(INBOUND, params, { body: whole.replace('way', 'wax') }),
      await send(INBOUND, params, { body: `${whole}&Extra=1` }),
      await send(INBOUND, params, { token: 'another-account' }),
      await send(INBOUND, params, { token: '' }),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 401));
    expect(await deliveries()).toEqual([]);
    expect(await received()).toEqual([]);
  });

  test('five hundred signed texts from one address are all taken, in the order in which they came', async () => {
    await wrote();
    for (let from = 0; from < 500; from += 50) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => send(INBOUND, aReply({ Body: String(from + index) }))),
      );
      expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    }
    await work();
    const bodies = (await received()).map(({ body }) => body);
    const rows = await deliveries();
    expect(bodies).toEqual(rows.map(({ payload }) => payload.body));
    expect(rows).toHaveLength(500);
    expect(new Set(rows.map((row) => row.order_key))).toEqual(new Set([`sender:${patient}`]));
  });

  test('neither a token in a header nor the signature is stored in a row', async () => {
    await wrote();
    await send(INBOUND, aReply({ AuthToken: 'canary', Secret: 'canary' }), {
      headers: { authorization: 'Basic canary', cookie: 'canary=1', 'i-twilio-idempotency-token': 'kept' },
    });
    const [row] = await deliveries();
    expect(row).toMatchObject({
      signature: 'twilio',
      request_id: expect.any(String),
      headers: { 'i-twilio-idempotency-token': 'kept', 'x-twilio-signature': '[removed]' },
    });
    expect(JSON.stringify(row)).not.toContain('canary');
  });
});
