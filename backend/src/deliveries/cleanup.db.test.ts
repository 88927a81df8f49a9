import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cleanUp, previewCleanup } from './cleanup.ts';
import { type CleanupScene, createCleanupScene, DAY, HOUR, NOW } from './testing/cleanup-scene.ts';

describe('the daily clean-up', () => {
  let scene: CleanupScene;
  beforeAll(async () => {
    scene = await createCleanupScene();
  });
  beforeEach(() => scene.clear());
  afterAll(() => scene.close());

  describe('removes', () => {
    test('the first copies of events after 24 hours, and says so where operators look', async () => {
      await scene.processed(25 * HOUR);
      const young = await scene.processed(23 * HOUR);
      await scene.run();
      expect(await scene.keys('processed_webhook_events', 'event_id')).toEqual([young]);
      expect(scene.lines).toMatchObject([
        { msg: '[Cleanup] Webhook events removed', removed: { processed_webhook_events: 1 } },
      ]);
    });

    test('the event of an unfinished delivery is never removed', async () => {
      const kept: string[] = [];
      for (const status of ['pending', 'processing', 'failed'])
        kept.push(await scene.processed(100 * DAY, await scene.delivery(status, 100 * DAY)));
      for (const status of ['completed', 'dead_letter'])
        await scene.processed(100 * DAY, await scene.delivery(status, 100 * DAY));
      await scene.run();
      expect(await scene.keys('processed_webhook_events', 'event_id')).toEqual(kept.sort());
    });

    test.each([
      ['deliveries', 'delivery', 'webhook_delivery_log'],
      ['what has left', 'queued', 'outbox'],
    ] as const)(
      '%s 7 days after they were done, dead letters after 90, and nothing unfinished',
      async (_name, adds, table) => {
        const add = scene[adds];
        const kept = [
          await add('completed', 7 * DAY - HOUR),
          await add('dead_letter', 90 * DAY - HOUR),
          await add('pending', 1000 * DAY),
          await add('processing', 1000 * DAY),
          await add('failed', 1000 * DAY),
        ];
        await add('completed', 7 * DAY + HOUR);
        await add('dead_letter', 90 * DAY + HOUR);
        const report = await scene.run();
        expect(await scene.keys(table)).toEqual(kept.sort());
        expect(report?.removed).toMatchObject({ [table]: 1, [`${table}, dead letters`]: 1 });
      },
    );

    test('a resolved dead letter 7 days after it was done, however old it is', async () => {
      await scene.delivery('completed', 100 * DAY, { completed_at: scene.ago(8 * DAY) });
      const lately = await scene.delivery('completed', 100 * DAY, { completed_at: scene.ago(6 * DAY) });
      // Someone wrote "completed" by hand.
      await scene.delivery('completed', 100 * DAY, { completed_at: null });
      await scene.run();
      expect(await scene.keys('webhook_delivery_log')).toEqual([lately]);
    });

    test('live events after 7 days', async () => {
      const event = (hours: number) =>
        scene.insert('events', {
          org_id: scene.clinic.orgId,
          type: 'call.ended',
          created_at: scene.ago(hours),
        });
      await event(8 * DAY);
      const young = await event(6 * DAY);
      await scene.run();
      expect((await scene.keys('events')).map(String)).toEqual([young]);
    });

    test('answers kept for Idempotency-Key after 24 hours', async () => {
      const answer = (hours: number) =>
        scene.insert('idempotency_keys', {
          org_id: scene.clinic.orgId,
          route: 'POST /api/appointments',
          key: randomUUID(),
          request_hash: 'x',
          status: 201,
          response: '{}',
          created_at: scene.ago(hours),
        });
      await answer(25 * HOUR);
      const young = await answer(23 * HOUR);
      await scene.run();
      expect(await scene.keys('idempotency_keys', 'key')).toEqual([young]);
    });
  });

  describe('of texts', () => {
    test('removes the words as each clinic wants it, and leaves the row and its timeline', async () => {
      await scene.owner.query('update public.organizations set message_retention_days = 30 where id = $1', [
        scene.clinic.orgId,
      ]);
      const [old, young, theirs] = [
        await scene.text(scene.clinic, 31 * DAY),
        await scene.text(scene.clinic, 29 * DAY),
        await scene.text(scene.other, 1000 * DAY),
      ];
      const timeline = await scene.keys('message_events');
      const report = await scene.run();
      expect(report?.removed).toMatchObject({ 'messages, bodies': 1 });
      expect(await scene.bodies()).toEqual({
        [old]: '',
        [young]: 'See you on Monday at 9',
        [theirs]: 'See you on Monday at 9',
      });
      expect(await scene.keys('message_events')).toEqual(timeline);
      const { rows } = await scene.owner.query('select body_removed_at from public.messages where id = $1', [
        old,
      ]);
      expect(rows[0].body_removed_at).toEqual(new Date(NOW));
    });

    test('leaves the words of one that is not finished: they are still to be sent or recognized', async () => {
      await scene.owner.query('update public.organizations set message_retention_days = 1');
      for (const status of ['queued', 'sending', 'unknown'])
        await scene.text(scene.clinic, 1000 * DAY, status);
      await scene.run();
      expect(Object.values(await scene.bodies())).toEqual(Array(3).fill('See you on Monday at 9'));
    });

    test('removes them once', async () => {
      await scene.owner.query('update public.organizations set message_retention_days = 1');
      await scene.text(scene.clinic, 5 * DAY);
      await scene.run();
      scene.clock.advance(DAY * 3_600_000);
      expect((await scene.run())?.removed).toMatchObject({ 'messages, bodies': 0 });
    });
  });

  test('never touches the audit log', async () => {
    await scene.owner.query(
      `insert into public.audit_log (org_id, actor_type, action, object_type, created_at)
       select $1, 'user', 'appointment.booked', 'appointment', '2001-01-01' from generate_series(1, 3)`,
      [scene.clinic.orgId],
    );
    const before = await scene.keys('audit_log');
    await scene.processed(100 * DAY);
    await cleanUp(scene.options(), { evenIfDone: true });
    expect(await scene.keys('audit_log')).toEqual(before);
    expect(before.length).toBeGreaterThanOrEqual(3);
    const asWorker = scene.database.withService((tx) => tx.deleteFrom('audit_log').execute());
    await expect(asWorker).rejects.toMatchObject({ code: '42501' });
  });

  test('a preview counts what would go, clinic by clinic’s own policy, and removes nothing', async () => {
    await scene.owner.query('update public.organizations set message_retention_days = 30 where id = $1', [
      scene.clinic.orgId,
    ]);
    await scene.text(scene.clinic, 31 * DAY);
    await scene.text(scene.other, 31 * DAY);
    await scene.processed(50 * DAY);
    await scene.processed(50 * DAY, await scene.delivery('failed', 50 * DAY));
    await scene.delivery('completed', 50 * DAY);
    await scene.queued('dead_letter', 100 * DAY);
    const preview = await previewCleanup(scene.options());
    expect(preview).toMatchObject({
      processed_webhook_events: 1,
      webhook_delivery_log: 1,
      'webhook_delivery_log, dead letters': 0,
      outbox: 0,
      'outbox, dead letters': 1,
      'messages, bodies': 1,
    });
    expect(await scene.keys('processed_webhook_events', 'event_id')).toHaveLength(2);
    expect(await scene.keys('webhook_delivery_log')).toHaveLength(2);
    expect(await scene.job()).toBeUndefined();
    expect((await scene.run())?.removed).toEqual(preview);
  });
});
