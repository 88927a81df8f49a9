import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cleanUp } from './cleanup.ts';
import { type CleanupScene, createCleanupScene, DAY } from './testing/cleanup-scene.ts';

describe('the daily clean-up', () => {
  let scene: CleanupScene;
  beforeAll(async () => {
    scene = await createCleanupScene();
  });
  beforeEach(() => scene.clear());
  afterAll(() => scene.close());

  describe('works in batches', () => {
    test('batches run until nothing is left, with a pause in between, and skip what must stay', async () => {
      for (let n = 0; n < 4; n += 1) {
        await scene.processed((100 - n) * DAY, await scene.delivery('failed', (100 - n) * DAY));
        await scene.processed((90 - n) * DAY);
        await scene.processed((80 - n) * DAY);
      }
      let pauses = 0;
      const report = await scene.run({
        batchSize: 3,
        pause: async () => {
          pauses += 1;
        },
      });
      expect(report?.removed).toMatchObject({ processed_webhook_events: 8 });
      expect(await scene.keys('processed_webhook_events', 'event_id')).toHaveLength(4);
      expect(pauses).toBe(2);
    });

    test('that do not wait for a row that someone holds', async () => {
      const held = await scene.delivery('completed', 30 * DAY);
      await scene.delivery('completed', 29 * DAY);
      const somebody = await scene.owner.connect();
      try {
        await somebody.query('begin');
        await somebody.query('select 1 from public.webhook_delivery_log where id = $1 for update', [held]);
        await scene.run();
        expect(await scene.keys('webhook_delivery_log')).toEqual([held]);
      } finally {
        await somebody.query('rollback');
        somebody.release();
      }
    });

    test('a stopped worker ends after its current batch, and another worker continues', async () => {
      for (let n = 0; n < 5; n += 1) await scene.processed(50 * DAY);
      const stop = new AbortController();
      const first = await scene.run({ batchSize: 2, signal: stop.signal, pause: async () => stop.abort() });
      expect(first).toMatchObject({ cutOff: true, removed: { processed_webhook_events: 2 } });
      expect(scene.said()).toEqual([]);
      expect(await scene.run()).toMatchObject({ cutOff: false, removed: { processed_webhook_events: 3 } });
    });
  });

  describe('is done once', () => {
    test('however many workers look at the same time', async () => {
      for (let n = 0; n < 7; n += 1) await scene.processed(50 * DAY);
      const reports = await Promise.all(Array.from({ length: 8 }, () => scene.run({ batchSize: 2 })));
      expect(reports.filter(Boolean)).toHaveLength(1);
      expect(scene.said()).toEqual(['[Cleanup] Webhook events removed']);
    });

    test('a day: not again before the next 04:00 UTC', async () => {
      scene.clock.set('2026-11-21T04:00:00Z');
      expect(await scene.run()).toBeDefined();
      scene.clock.set('2026-11-22T03:59:59Z');
      expect(await scene.run()).toBeUndefined();
      scene.clock.set('2026-11-22T04:00:00Z');
      expect(await scene.run()).toBeDefined();
    });

    test('the first worker to start after a night without any catches up', async () => {
      scene.clock.set('2026-11-21T04:00:00Z');
      await scene.run();
      scene.clock.set('2026-11-25T17:30:00Z');
      expect(await scene.run()).toBeDefined();
      expect(await scene.run()).toBeUndefined();
      expect(await scene.job()).toMatchObject({
        last_run_at: new Date('2026-11-25T17:30:00Z'),
        lease_token: null,
        lease_until: null,
        last_result: { startedAt: '2026-11-25T17:30:00.000Z', failed: {}, cutOff: false },
      });
    });

    test('or at once, when a person asks for it', async () => {
      await scene.run();
      expect(await cleanUp(scene.options(), { evenIfDone: true })).toBeDefined();
    });
  });

  describe('survives the death of who does it', () => {
    const leaseOf = (until: string) =>
      scene.owner.query(
        `insert into app_private.scheduled_jobs (name, lease_token, lease_until)
         values ('retention', gen_random_uuid(), now() + $1::interval)`,
        [until],
      );

    test('no one takes over while the lease holds, someone does when it has run out', async () => {
      await leaseOf('30 seconds');
      expect(await scene.run()).toBeUndefined();
      await scene.owner.query(
        `update app_private.scheduled_jobs set lease_until = now() - interval '1 second'`,
      );
      expect(await scene.run()).toMatchObject({ cutOff: false });
    });

    test('the lease is renewed between batches', async () => {
      for (let n = 0; n < 5; n += 1) await scene.processed(50 * DAY);
      const left: number[] = [];
      await scene.run({
        batchSize: 2,
        pause: async () => {
          const { rows } = await scene.owner.query(
            `update app_private.scheduled_jobs set lease_until = lease_until - interval '50 seconds'
             returning extract(epoch from lease_until - now())::float8 as s`,
          );
          left.push(rows[0].s);
        },
      });
      expect(left).toHaveLength(2);
      // Without a renewal the second one would be 40 s in the past.
      for (const seconds of left) expect(seconds).toBeGreaterThan(0);
    });

    test('who was taken for dead stops, and leaves the lease to the other', async () => {
      for (let n = 0; n < 5; n += 1) await scene.processed(50 * DAY);
      const theirs = randomUUID();
      const report = await scene.run({
        batchSize: 2,
        pause: async () => {
          await scene.owner.query('update app_private.scheduled_jobs set lease_token = $1', [theirs]);
        },
      });
      expect(report).toMatchObject({ cutOff: true, removed: { processed_webhook_events: 2 } });
      expect(await scene.job()).toMatchObject({ lease_token: theirs, last_run_at: null });
      expect(scene.said()).toEqual(['[Cleanup] Another worker has taken over']);
    });
  });

  describe('when a batch fails', () => {
    const refuseDeletes = async (table: string): Promise<() => Promise<unknown>> => {
      await scene.owner.query(`
        create function public.refuse() returns trigger language plpgsql
          as $$ begin raise exception 'the disk is full'; end $$;
        create trigger refuse before delete on public.${table} for each statement execute function public.refuse()`);
      return () => scene.owner.query('drop function if exists public.refuse cascade');
    };

    test('tries again', async () => {
      await scene.delivery('completed', 50 * DAY);
      const heal = await refuseDeletes('webhook_delivery_log');
      const report = await scene.run({ pause: async () => void (await heal()) });
      expect(report).toMatchObject({ failed: {}, removed: { webhook_delivery_log: 1 } });
      expect(scene.said()).toEqual([
        '[Cleanup] A batch failed; trying again',
        '[Cleanup] Webhook events removed',
      ]);
    });

    test('says so in the end, does the rest anyway, and is due again', async () => {
      await scene.delivery('completed', 50 * DAY);
      await scene.queued('completed', 50 * DAY);
      const heal = await refuseDeletes('webhook_delivery_log');
      try {
        const report = await scene.run();
        expect(report?.failed).toMatchObject({ webhook_delivery_log: 'the disk is full' });
        expect(report?.removed).toMatchObject({ outbox: 1 });
        expect(scene.said()).toContain('[Cleanup] Could not remove old rows; will try again at the next run');
        expect(scene.said()).not.toContain('[Cleanup] Webhook events removed');
        expect(await scene.job()).toMatchObject({
          last_run_at: null,
          last_result: { failed: report?.failed },
        });
      } finally {
        await heal();
      }
      expect(await scene.run()).toMatchObject({ failed: {}, removed: { webhook_delivery_log: 1 } });
    });
  });
});
