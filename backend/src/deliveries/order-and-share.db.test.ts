import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Job } from './lease-queue.queries.ts';
import { createQueueScene, type QueueScene } from './testing.ts';

describe('the queue of durable rows', () => {
  let scene: QueueScene;
  beforeAll(async () => {
    scene = await createQueueScene();
  });
  afterEach(() => scene.clear());
  afterAll(() => scene.close());

  const done = (ids: string[]) =>
    expect
      .poll(async () => (await Promise.all(ids.map(scene.row))).every(({ status }) => status === 'completed'))
      .toBe(true);
  const blocked = async (ids: string[]) => (await Promise.all(ids.map(scene.row))).map((row) => row.blocked);

  describe('keeps the order of a key', () => {
    const key = `'call:1'`;

    test('one row at a time, in the order in which they came, over two workers', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 12; n += 1) ids.push(await scene.add('greet', { order_key: key }));
      expect(await blocked(ids)).toEqual([false, ...Array(11).fill(true)]);
      const seen: string[] = [];
      let running = 0;
      let most = 0;
      const handler = async (job: Job) => {
        running += 1;
        most = Math.max(most, running);
        await scene.row(job.id);
        seen.push(job.id);
        running -= 1;
        return scene.writes(job.id);
      };
      scene.start({ greet: handler });
      scene.start({ greet: handler });
      await done(ids);
      expect(seen).toEqual(ids);
      expect(most).toBe(1);
    });

    test('also while the first one waits for its next attempt', async () => {
      const first = await scene.add('greet', { order_key: key });
      const second = await scene.add('greet', { order_key: key });
      const seen: string[] = [];
      const queue = scene.start({
        greet: async (job) => {
          seen.push(job.id);
          if (job.attempts === 1 && job.id === first) throw new Error('no line');
          return scene.writes(job.id);
        },
      });
      await expect.poll(async () => (await scene.row(first)).status).toBe('failed');
      await queue.take();
      expect((await scene.row(second)).status).toBe('pending');
      await scene.hurry(first);
      await done([first, second]);
      expect(seen).toEqual([first, first, second]);
    });

    test('a dead letter releases the key', async () => {
      const first = await scene.add('juggle', { order_key: key });
      const second = await scene.add('greet', { order_key: key });
      scene.start({ greet: async (job) => scene.writes(job.id) });
      await done([second]);
      expect((await scene.row(first)).status).toBe('dead_letter');
    });

    test('though someone finishes or removes a row by hand', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 3; n += 1) ids.push(await scene.add('greet', { order_key: key }));
      await scene.owner.query(`update public.outbox set status = 'completed' where id = $1`, [ids[0]]);
      expect(await blocked(ids)).toEqual([false, false, true]);
      await scene.owner.query('delete from public.outbox where id = $1', [ids[1]]);
      expect((await scene.row(ids[2] ?? '')).blocked).toBe(false);
    });

    test('a replayed row waits behind unfinished ones', async () => {
      const [first, second] = [
        await scene.add('greet', { order_key: key }),
        await scene.add('greet', { order_key: key }),
      ];
      const set = (status: string, id: string) =>
        scene.owner.query('update public.outbox set status = $1 where id = $2', [status, id]);
      await set('dead_letter', first);
      await set('pending', first);
      expect(await blocked([first, second])).toEqual([true, false]);
      await set('completed', second);
      expect(await blocked([first, second])).toEqual([false, false]);
    });

    test('another clinic’s rows with the same key don’t wait', async () => {
      const other = await scene.createOrganization();
      await scene.add('greet', { order_key: key });
      const theirs = await scene.add('greet', { order_key: key, org_id: `'${other.orgId}'` });
      expect((await scene.row(theirs)).blocked).toBe(false);
    });

    test('when rows come and go at the same time: at most one is free, and none is left behind', async () => {
      const ids: string[] = [];
      let running = 0;
      let most = 0;
      const handler = async (job: Job) => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        return scene.writes(job.id);
      };
      scene.start({ greet: handler });
      scene.start({ greet: handler });
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (let n = 0; n < 25; n += 1) ids.push(await scene.add('greet', { order_key: key }));
        }),
      );
      await done(ids);
      expect(most).toBe(1);
      expect(await scene.effects()).toHaveLength(200);
      const { rows } = await scene.owner.query('select job from public.effects order by at');
      const { rows: bySeq } = await scene.owner.query('select id as job from public.outbox order by seq');
      expect(rows).toEqual(bySeq);
    });
  });

  describe('gives every clinic its share', () => {
    const flood = (orgId: string, rows: number) =>
      scene.owner.query(
        `insert into public.outbox (org_id, topic, key, run_at)
         select $1, 'greet', 'flood:' || n, now() - interval '1 minute' from generate_series(1, $2::int) as n`,
        [orgId, rows],
      );

    test('so that one event is done at once while another clinic floods the queue', async () => {
      await flood(scene.orgId, 3_000);
      const other = await scene.createOrganization();
      await scene.clearOthers(other.orgId);
      const order: string[] = [];
      scene.start(
        {
          greet: async (job) => {
            order.push(job.org_id ?? '');
            return undefined;
          },
        },
        { concurrency: 4, pollMs: 5 },
      );
      await expect.poll(() => order.length).toBeGreaterThan(20);
      const before = order.length;
      await scene.add('greet', { org_id: `'${other.orgId}'` });
      await expect.poll(() => order.includes(other.orgId), { interval: 5, timeout: 90_000 }).toBe(true);
      // Far from the end of the flood: a handful of claims later, in whichever half of the ids the round begins.
      expect(order.indexOf(other.orgId) - before).toBeLessThan(1_000);
    });

    test('no clinic has more than its share of a worker’s slots, however slow its provider is', async () => {
      await flood(scene.orgId, 20);
      const other = await scene.createOrganization();
      await scene.clearOthers(other.orgId);
      const theirs = await scene.add('greet', { org_id: `'${other.orgId}'` });
      const { promise: open, resolve: letGo } = Promise.withResolvers<void>();
      const running: string[] = [];
      const queue = scene.start(
        {
          greet: async (job) => {
            running.push(job.org_id ?? '');
            if (job.org_id === scene.orgId) await open;
            return undefined;
          },
        },
        { concurrency: 6, perOrganization: 4 },
      );
      await done([theirs]);
      const mine = () => running.filter((orgId) => orgId === scene.orgId).length;
      await expect.poll(mine).toBe(4);
      await queue.take();
      expect(mine()).toBe(4);
      letGo();
    });

    test('also an event whose clinic is not known', async () => {
      await flood(scene.orgId, 500);
      await scene.owner.query(
        `insert into public.webhook_delivery_log (provider, event_type, event_id) values ('twilio', 'status', 'SM1')`,
      );
      const seen: (string | null)[] = [];
      scene.start(
        { 'twilio.status': async (job) => void seen.push(job.org_id) },
        { table: 'webhook_delivery_log' },
      );
      await expect.poll(() => seen).toEqual([null]);
    });
  });

  describe('when it must end', () => {
    test('gives back what does not end in time, and its late end has no effect', async () => {
      const id = await scene.add('greet');
      const { promise: open, resolve: letGo } = Promise.withResolvers<void>();
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      const queue = scene.start({
        greet: async (job) => {
          begin();
          await open;
          return scene.writes(job.id, 'late');
        },
      });
      await begun;
      await queue.drain(30);
      expect(await scene.row(id)).toMatchObject({
        status: 'pending',
        attempts: 0,
        lease_token: null,
        spans: [{ attempt: 1, outcome: 'released' }],
      });
      letGo();
      scene.start({ greet: async (job) => scene.writes(job.id, 'next') });
      await done([id]);
      expect(await scene.effects()).toEqual([{ job: id, worker: 'next' }]);
    });
  });

  test('writes down what happened in each attempt', async () => {
    const id = await scene.add('greet');
    scene.start({
      greet: async (job) => {
        if (job.attempts === 1) throw new Error('no line');
        return scene.writes(job.id);
      },
    });
    await expect.poll(async () => (await scene.row(id)).status).toBe('failed');
    await scene.hurry(id);
    await done([id]);
    expect((await scene.row(id)).spans).toEqual([
      expect.objectContaining({ attempt: 1, outcome: 'retry', error: 'no line', ms: expect.any(Number) }),
      expect.objectContaining({
        attempt: 2,
        outcome: 'completed',
        worker: expect.stringContaining(`:${process.pid}`),
      }),
    ]);
  });
});
