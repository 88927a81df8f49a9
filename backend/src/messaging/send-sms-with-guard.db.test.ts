import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TestOrganization } from '../testing/index.ts';
import { createScene, type Scene } from './testing.ts';

describe('sendSmsWithGuard', () => {
  let scene: Scene;
  let clinic: TestOrganization;
  beforeAll(async () => {
    scene = await createScene();
    clinic = await scene.createOrganization();
  });
  afterEach(() => scene.heal());
  afterAll(() => scene.close());

  test('sends now, and keeps the order for the case that it is killed', async () => {
    const sent = await scene.messaging.sendSmsWithGuard(clinic.orgId, '(555) 123-2001', 'Hello');
    expect(sent).toEqual({ success: true, messageId: expect.any(String) });
    await scene.received('+15551232001');
    const { rows } = await scene.owner.query(
      `select topic, payload, run_at > now() + interval '20 s' as later from outbox where key = $1`,
      [sent.messageId],
    );
    expect(rows).toEqual([{ topic: 'message.send', payload: { message_id: sent.messageId }, later: true }]);
  });

  test('answers a repeat with the first text, and refuses the same key for another one', async () => {
    const to = '+15551232002';
    const send = (body: string) =>
      scene.messaging.sendSmsWithGuard(clinic.orgId, to, body, { dedupeKey: 'visit-7' });
    const [first, repeat] = [await send('Hello'), await send('Hello')];
    expect(repeat).toEqual(first);
    expect(await send('Something else')).toMatchObject({ success: false, error: /^IDEMPOTENCY_KEY_REUSED/ });
    expect(await scene.created(to)).toHaveLength(1);
  });

  test('sends a text that was cut in the middle of an emoji, once for each key', async () => {
    const to = '+15551232009';
    const send = () =>
      scene.messaging.sendSmsWithGuard(clinic.orgId, to, 'Hi \ud83d', { dedupeKey: 'visit-8' });
    const [first, repeat] = [await send(), await send()];
    expect(first).toMatchObject({ success: true });
    expect(repeat).toEqual(first);
    expect(await scene.created(to)).toHaveLength(1);
  });

  test('says what is wrong with a number, and writes nothing', async () => {
    const result = await scene.messaging.sendSmsWithGuard(clinic.orgId, '12', 'Hello');
    expect(result).toMatchObject({ success: false, error: expect.stringContaining('INVALID_PHONE') });
    expect(result.messageId).toBeUndefined();
  });

  test('opens the clinic’s own breaker after three failures, says so, and closes it on request', async () => {
    const { messaging } = scene;
    const other = await scene.createOrganization();
    await scene.fault('status', { status: 503 });
    for (const n of [1, 2, 3]) {
      const result = await messaging.sendSmsWithGuard(clinic.orgId, `+1555123300${n}`, 'Hello');
      expect(result).toMatchObject({ success: false, messageId: expect.any(String) });
    }
    expect(messaging.getTwilioCircuitBreakerStatus(clinic.orgId)).toMatchObject({
      state: 'open',
      failures: 3,
    });
    expect(scene.lines).toContainEqual(
      expect.objectContaining({
        msg: `[TwilioGuard] Circuit breaker opened for ${clinic.orgId}`,
        org_id: clinic.orgId,
      }),
    );
    expect(await messaging.twilioHealth(null)).toMatchObject({
      configured: true,
      message: 'Twilio credentials configured',
      breaker: { state: 'closed' },
      openOrganizations: 1,
    });

    await scene.heal();
    const refused = await messaging.sendSmsWithGuard(clinic.orgId, '+15551233004', 'Hello');
    expect(refused).toMatchObject({
      success: false,
      userMessage: 'Our system is updating, please try again in a moment.',
    });
    expect(await scene.message(refused.messageId!)).toMatchObject({ status: 'queued', attempts: 0 });
    expect(await messaging.sendSmsWithGuard(other.orgId, '+15551233005', 'Hello')).toMatchObject({
      success: true,
    });

    messaging.resetTwilioCircuitBreaker(clinic.orgId);
    expect(messaging.getTwilioCircuitBreakerStatus(clinic.orgId)).toMatchObject({ state: 'closed' });
    expect(await messaging.sendSmsWithGuard(clinic.orgId, '+15551233006', 'Hello')).toMatchObject({
      success: true,
    });
  });

  test('a batch has one result an item, in order, and one bad number stops no other', async () => {
    const results = await scene.messaging.sendSmsBatch(clinic.orgId, [
      { to: '+15551234001', body: 'one' },
      { to: 'nobody', body: 'two' },
      { to: '+15005550001', body: 'three' },
      { to: '+15551234004', body: 'four' },
    ]);
    expect(results.map(({ success }) => success)).toEqual([true, false, false, true]);
    expect(results[2]).toMatchObject({ error: expect.stringContaining('21211') });
  });

  test('no line of the log holds a number or a text', () => {
    expect(JSON.stringify(scene.lines)).not.toMatch(/\+1555|Hello/);
  });
});
