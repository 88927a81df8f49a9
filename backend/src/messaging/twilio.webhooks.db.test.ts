import { randomBytes, randomUUID } from 'node:crypto';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestOrganization } from '../testing/index.ts';
import { deliverMessage } from './deliver-message.ts';
import { claimAttempt, keepMessage } from './messages.queries.ts';
import { createScene, OURS, type Scene, WANTED } from './testing.ts';

const aSid = () => `SM${randomBytes(16).toString('hex')}`;

describe('what Twilio calls', () => {
  let scene: Scene;
  let clinic: TestOrganization;
  beforeAll(async () => {
    scene = await createScene();
    clinic = await scene.createOrganization();
  });
  afterAll(() => scene.close());

  const call = async (path: string, params: Record<string, string>, token = scene.authToken) => {
    const signature = getExpectedTwilioSignature(token, `${scene.publicUrl}${path}`, params);
    return scene.server.inject({
      method: 'POST',
      url: path,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
      payload: new URLSearchParams(params).toString(),
    });
  };
  const callback = (id: string, sid: string, status: string, more: Record<string, string> = {}) =>
    call(`/api/webhooks/twilio/status?m=${id}`, { MessageSid: sid, MessageStatus: status, ...more });
  const aText = async (to = '+15551236001', body = 'Hello') => {
    const kept = { orgId: clinic.orgId, to, from: OURS, body, kind: 'direct', dedupeKey: randomUUID() };
    const { row } = await scene.database.withService((db) => keepMessage(db, kept));
    return row;
  };
  /** As the worker does it, oldest first. */
  const handleCallbacks = async () => {
    const { webhooks } = scene.messaging.jobs(WANTED);
    const { rows } = await scene.owner.query(
      `update webhook_delivery_log set status = 'completed' where status = 'pending' returning *`,
    );
    for (const row of rows.sort((a, b) => Number(a.seq) - Number(b.seq))) {
      const topic = `twilio.${row.event_type}`;
      const effects = await webhooks[topic]!({ ...row, topic });
      await scene.database.withService(async (db) => effects?.(db));
    }
    return rows.length;
  };
  const countRows = async () => {
    const { rows } = await scene.owner.query(
      `select (select count(*) from webhook_delivery_log)::int + (select count(*) from processed_webhook_events)::int
         + (select count(*) from messages where kind = 'inbound')::int as n`,
    );
    return rows[0].n;
  };

  test('without Twilio’s signature nothing is answered and nothing is written', async () => {
    const { id } = await aText();
    const before = await countRows();
    const params = { MessageSid: aSid(), MessageStatus: 'delivered', From: 'x', To: 'y', Body: 'z' };
    const query = `?m=${id}`;
    for (const path of [`/api/webhooks/twilio/status${query}`, '/api/webhooks/twilio/inbound']) {
      const forged = await call(path, params, 'another token');
      expect(forged.statusCode).toBe(401);
      expect(forged.json()).toMatchObject({ code: 'INVALID_SIGNATURE', status: 401 });
      const unsigned = await scene.server.inject({
        method: 'POST',
        url: path,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams(params).toString(),
      });
      expect(unsigned.statusCode).toBe(401);
    }
    expect(await countRows()).toBe(before);
  });

  test('a signature for another text’s address does not fit', async () => {
    const [mine, other] = [await aText(), await aText()];
    const params = { MessageSid: aSid(), MessageStatus: 'delivered' };
    const signature = getExpectedTwilioSignature(
      scene.authToken,
      `${scene.publicUrl}/api/webhooks/twilio/status?m=${mine.id}`,
      params,
    );
    const moved = await scene.server.inject({
      method: 'POST',
      url: `/api/webhooks/twilio/status?m=${other.id}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
      payload: new URLSearchParams(params).toString(),
    });
    expect(moved.statusCode).toBe(401);
  });

  test('statuses that come twice and in the wrong order only ever go forwards', async () => {
    const { id } = await aText();
    const sid = aSid();
    for (const status of ['delivered', 'queued', 'sent', 'delivered', 'sent'])
      expect((await callback(id, sid, status)).statusCode).toBe(204);
    expect(await handleCallbacks()).toBe(3);
    expect(await scene.message(id)).toMatchObject({
      status: 'delivered',
      provider_id: sid,
      delivered_at: expect.any(Date),
    });
    const { rows } = await scene.owner.query(
      'select status from message_events where message_id = $1 order by id',
      [id],
    );
    expect(rows.map((row) => row.status)).toEqual(['queued', 'delivered']);
  });

  test('a failure carries Twilio’s code', async () => {
    const { id } = await aText();
    await callback(id, aSid(), 'undelivered', { ErrorCode: '30005' });
    await handleCallbacks();
    expect(await scene.message(id)).toMatchObject({ status: 'undelivered', error_code: '30005' });
  });

  test('a callback that comes before the answer proves that Twilio has the text: nothing is sent again', async () => {
    const text = await aText('+15551236002');
    await scene.database.withService((db) => claimAttempt(db, text, OURS));
    const sid = aSid();
    await callback(text.id, sid, 'sent');
    await handleCallbacks();
    await expect(deliverMessage(scene.messaging.context, text.id)).resolves.toEqual({
      outcome: 'accepted',
      status: 'sent',
    });
    expect(await scene.message(text.id)).toMatchObject({ provider_id: sid, attempts: 1 });
    expect(await scene.created('+15551236002')).toHaveLength(0);
  });

  test('a status of a text that is not ours is answered, and forgotten', async () => {
    const before = await countRows();
    expect((await callback(randomUUID(), aSid(), 'sent')).statusCode).toBe(204);
    expect((await callback('not-an-id', aSid(), 'sent')).statusCode).toBe(204);
    expect(await countRows()).toBe(before);
  });

  test('the address of another clinic’s text is not theirs: the SID decides, and the number it went to', async () => {
    const mine = await aText('+15551236011');
    const sid = aSid();
    await callback(mine.id, sid, 'sent', { To: '+15551236011' });
    await handleCallbacks();
    const other = await scene.createOrganization();
    const { row: theirs } = await scene.database.withService((db) =>
      keepMessage(db, {
        orgId: other.orgId,
        to: '+15551236012',
        from: OURS,
        body: 'Hello',
        kind: 'direct',
        dedupeKey: randomUUID(),
      }),
    );
    await callback(theirs.id, sid, 'delivered', { To: '+15551236011' });
    await callback(theirs.id, aSid(), 'failed', { To: '+15551236011', ErrorCode: '30003' });
    await handleCallbacks();
    expect(await scene.message(mine.id)).toMatchObject({ status: 'delivered' });
    expect(await scene.message(theirs.id)).toMatchObject({ status: 'queued', provider_id: null });
    const { rows } = await scene.owner.query('select 1 from webhook_delivery_log where org_id = $1', [
      other.orgId,
    ]);
    expect(rows).toEqual([]);
    await callback(theirs.id, aSid(), 'sent', { To: '+15551236012' });
    await handleCallbacks();
    expect(await scene.message(theirs.id)).toMatchObject({ status: 'sent' });
  });

  test('a second SID for one text is reported, and changes nothing', async () => {
    const { id } = await aText();
    const sid = aSid();
    await callback(id, sid, 'sent');
    await callback(id, aSid(), 'failed', { ErrorCode: '30003' });
    await handleCallbacks();
    expect(await scene.message(id)).toMatchObject({ status: 'sent', provider_id: sid });
    expect(scene.lines).toContainEqual(
      expect.objectContaining({ msg: '[Messaging] A text was taken twice by Twilio', message_id: id }),
    );
  });

  test('a patient’s text is kept once, with the clinic they booked with, and answered with nothing to say', async () => {
    const patient = '+15551236003';
    const other = await scene.createOrganization({ name: 'Writes' });
    await scene.books(clinic, patient);
    await scene.messaging.sendSmsWithGuard(other.orgId, patient, 'We wrote last');
    const params = { MessageSid: aSid(), From: patient, To: OURS, Body: 'On my way', NumMedia: '0' };
    for (let times = 0; times < 2; times += 1) {
      const answer = await call('/api/webhooks/twilio/inbound', params);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toContain('text/xml');
      expect(answer.body).toContain('<Response/>');
    }
    await handleCallbacks();
    const { rows } = await scene.owner.query(
      `select org_id, from_address, to_address, body, status, provider_id from messages where kind = 'inbound' and from_address = $1`,
      [patient],
    );
    expect(rows).toEqual([
      {
        org_id: clinic.orgId,
        from_address: patient,
        to_address: OURS,
        body: 'On my way',
        status: 'received',
        provider_id: params.MessageSid,
      },
    ]);
  });

  test('a stranger’s text is answered, belongs to no clinic, and only that it came is kept', async () => {
    const params = {
      MessageSid: aSid(),
      From: '+15559990000',
      To: OURS,
      Body: 'Hello? body-canary',
    };
    for (let copy = 0; copy < 2; copy += 1)
      expect((await call('/api/webhooks/twilio/inbound', params)).statusCode).toBe(200);
    const kept = await scene.owner.query('select * from webhook_delivery_log where event_id = $1', [
      params.MessageSid,
    ]);
    expect(kept.rows).toMatchObject([
      {
        org_id: null,
        status: 'completed',
        signature: 'twilio',
        payload: { sid: params.MessageSid, to: OURS },
      },
    ]);
    expect(JSON.stringify(kept.rows)).not.toMatch(/canary|5559990000/);
    const { rows } = await scene.owner.query('select 1 from messages where provider_id = $1', [
      params.MessageSid,
    ]);
    expect(rows).toEqual([]);
  });

  test('the stand-in’s own inbound text is accepted', async () => {
    await scene.books(clinic, '+15551236004');
    const sent = await scene.patientTexts({ from: '+15551236004', to: OURS, body: 'Thanks' });
    expect(sent).toMatchObject({ status_code: 200, replies: [] });
  });
});
