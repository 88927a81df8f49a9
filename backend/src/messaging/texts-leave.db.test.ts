import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TestOrganization } from '../testing/index.ts';
import { deliverMessage } from './deliver-message.ts';
import { keepMessage } from './messages.queries.ts';
import { createScene, OURS, type Scene } from './testing.ts';

describe('whether texts leave', () => {
  let scene: Scene;
  let clinic: TestOrganization;
  let lastNumber = 2_000;
  beforeAll(async () => {
    scene = await createScene();
    clinic = await scene.createOrganization();
  });
  afterEach(async () => {
    await scene.heal();
    await scene.owner.query(
      `update messages set status = 'failed' where status in ('queued', 'sending', 'unknown')`,
    );
  });
  afterAll(() => scene.close());

  const aText = async (orgId: string = clinic.orgId) => {
    lastNumber += 1;
    const to = `+1555123${lastNumber}`;
    const text = { orgId, to, from: OURS, body: 'See you', kind: 'direct', dedupeKey: randomUUID() };
    return (await scene.database.withService((db) => keepMessage(db, text))).row.id;
  };
  /** As another process sees it: nothing is remembered but what is in rows. */
  const health = (orgId: string | null = clinic.orgId) => scene.build().twilioHealth(orgId);

  test('is known to be so while they do', async () => {
    const id = await aText();
    await deliverMessage(scene.messaging.context, id);
    expect(await health()).toMatchObject({ fault: null, waiting: 0 });
  });

  test('is known not to be so when Twilio refuses our credentials, before the first text', async () => {
    await scene.fault('revoke');
    for (const who of [clinic.orgId, null]) {
      expect(await health(who)).toMatchObject({
        configured: true,
        message: 'Twilio credentials configured',
        fault: { code: '20003', reason: expect.stringContaining('TWILIO_AUTH_TOKEN') },
      });
    }
    await scene.heal();
    expect(await health()).toMatchObject({ fault: null });
  });

  test.each([
    ['an unknown messaging service', { status: 404, code: 20404 }],
    ['a number that is not ours', { status: 400, code: 21606 }],
    ['a sender that cannot send', { status: 400, code: 21212 }],
    ['a messaging service without a number', { status: 400, code: 21703 }],
    ['a suspended account', { status: 403, code: 20005 }],
  ])('is known not to be so with %s, by every clinic, until a text leaves again', async (_, refusal) => {
    await scene.fault('status', { match: 'Messages', ...refusal });
    const id = await aText();
    expect(await deliverMessage(scene.messaging.context, id)).toMatchObject({ outcome: 'later' });
    const other = await scene.createOrganization();
    for (const who of [clinic.orgId, other.orgId, null]) {
      expect(await health(who)).toMatchObject({ fault: { code: String(refusal.code) } });
    }
    await scene.heal();
    expect(await deliverMessage(scene.messaging.context, id)).toMatchObject({ outcome: 'accepted' });
    expect(await health()).toMatchObject({ fault: null });
  });

  test('is no matter of everyone when one clinic may not text one country', async () => {
    await scene.fault('status', { match: 'Messages', status: 400, code: 21408 });
    const id = await aText();
    await deliverMessage(scene.messaging.context, id);
    const other = await scene.createOrganization();
    expect(await health()).toMatchObject({ fault: { code: '21408' } });
    expect(await health(other.orgId)).toMatchObject({ fault: null });
  });

  test('is doubtful when a text has waited for more than a minute, and its clinic sees it', async () => {
    const other = await scene.createOrganization();
    const id = await aText();
    await aText(other.orgId);
    expect(await health()).toMatchObject({ waiting: 0 });
    await scene.owner.query(`update messages set created_at = now() - interval '90 seconds' where id = $1`, [
      id,
    ]);
    expect(await health()).toMatchObject({
      fault: null,
      waiting: 1,
      oldestWaitingSeconds: expect.any(Number),
    });
    expect(await health(other.orgId)).toMatchObject({ waiting: 0 });
    await deliverMessage(scene.messaging.context, id);
    expect(await health()).toMatchObject({ waiting: 0 });
  });

  test('a refusal that was not met again is over', async () => {
    await scene.fault('status', { match: 'Messages', status: 404, code: 20404 });
    const id = await aText();
    await deliverMessage(scene.messaging.context, id);
    await scene.owner.query(`update messages set attempted_at = now() - interval '6 minutes' where id = $1`, [
      id,
    ]);
    expect(await health()).toMatchObject({ fault: null });
  });

  test('is tried by one text, while others wait without asking Twilio', async () => {
    await scene.fault('status', { match: 'Messages', status: 404, code: 20404 });
    const { context } = scene.build();
    for (let n = 0; n < 3; n += 1) await deliverMessage(context, await aText());
    const waits = await deliverMessage(context, await aText());
    expect(waits).toMatchObject({ outcome: 'later', status: 'queued' });
    expect(await scene.created(`+1555123${lastNumber}`)).toEqual([]);
  });
});
