import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../platform/database.ts';
import { GiveUp, RetryLater } from './index.ts';
import type { Job } from './lease-queue.queries.ts';
import { createQueueScene, type QueueScene } from './testing.ts';

describe('the queue of durable rows', () => {
  let scene: QueueScene;
  beforeAll(async () => {
    scene = await createQueueScene();
  });
  afterEach(() => scene.clear());
  afterAll(() => scene.close());

  const becomes = (id: string, status: string) =>
    expect.poll(async () => (await scene.row(id)).status, { timeout: 90_000 }).toBe(status);

  /** A job that runs until it is let go. */
  const held = () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<Job>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const handler = async (job: Job) => {
      begin(job);
      await released;
      return scene.writes(job.id);
    };
    return { begun, release, handler };
  };

  test('works off what is due, and commits the effects with the completion', async () => {
    const id = await scene.add('greet', { payload: `'{"to":"Ann"}'` });
    const seen: Job[] = [];
    scene.start({
      greet: async (job) => {
        seen.push(job);
        return scene.writes(job.id);
      },
    });
    await becomes(id, 'completed');
    expect(seen).toMatchObject([
      { id, org_id: scene.orgId, topic: 'greet', payload: { to: 'Ann' }, attempts: 1 },
    ]);
    expect(await scene.effects()).toEqual([{ job: id, worker: 'one' }]);
    expect(await scene.row(id)).toMatchObject({
      lease_token: null,
      lease_until: null,
      error_message: null,
      completed_at: expect.any(Date),
    });
  });

  test('leaves alone what is not due yet, and what is done or given up', async () => {
    const later = await scene.add('greet', { run_at: `now() + interval '1 hour'` });
    const dead = await scene.add('greet', { status: `'dead_letter'` });
    const done = await scene.add('greet', { status: `'completed'` });
    const due = await scene.add('greet');
    scene.start({ greet: async (job) => scene.writes(job.id) });
    await becomes(due, 'completed');
    expect(await scene.effects()).toEqual([{ job: due, worker: 'one' }]);
    expect((await scene.row(later)).status).toBe('pending');
    expect((await scene.row(dead)).status).toBe('dead_letter');
    expect((await scene.row(done)).attempts).toBe(0);
  });

  test('runs no more at a time than it may', async () => {
    let running = 0;
    let most = 0;
    for (let n = 0; n < 12; n += 1) await scene.add('greet');
    scene.start(
      {
        greet: async (job) => {
          running += 1;
          most = Math.max(most, running);
          await scene.row(job.id);
          running -= 1;
          return scene.writes(job.id);
        },
      },
      { concurrency: 3, perOrganization: 3 },
    );
    await expect.poll(async () => (await scene.effects()).length, { timeout: 90_000 }).toBe(12);
    expect(most).toBe(3);
  });

  test('looks at once when it is woken', async () => {
    const queue = scene.start({ greet: async (job) => scene.writes(job.id) }, { pollMs: 600_000 });
    await queue.take();
    const id = await scene.add('greet');
    queue.wake();
    await becomes(id, 'completed');
  });

  describe('when a job fails', () => {
    test('tries again later, and says why', async () => {
      const id = await scene.add('greet');
      scene.start({ greet: () => Promise.reject(new Error('no line')) });
      await becomes(id, 'failed');
      const row = await scene.row(id);
      expect(row).toMatchObject({ attempts: 1, error_message: 'no line', lease_token: null });
      expect(row.due_in_ms).toBeGreaterThan(300);
      expect(row.due_in_ms).toBeLessThanOrEqual(500);
      expect(scene.lines.map(({ msg }) => msg)).toEqual(['[Deliveries] Will try again']);
    });

    test('waits longer each time, gives up after the last attempt and says so where operators look', async () => {
      const id = await scene.add('greet');
      let runs = 0;
      const queue = scene.start(
        {
          greet: async () => {
            runs += 1;
            throw new Error(`attempt ${runs}`);
          },
        },
        { maxAttempts: 3 },
      );
      for (const [attempts, waits] of [
        [1, 500],
        [2, 1_000],
      ] as const) {
        await expect.poll(async () => (await scene.row(id)).attempts).toBe(attempts);
        await becomes(id, 'failed');
        expect(Math.abs((await scene.row(id)).due_in_ms - waits)).toBeLessThan(250);
        await scene.hurry(id);
      }
      await becomes(id, 'dead_letter');
      expect(await scene.row(id)).toMatchObject({ attempts: 3, error_message: 'attempt 3' });
      expect(scene.lines.at(-1)).toMatchObject({
        level: 'error',
        msg: '[Webhooks] Dead letter',
        job_id: id,
        org_id: scene.orgId,
        topic: 'greet',
      });
      await queue.take();
      await queue.drain();
      expect(runs).toBe(3);
    });

    test('gives up at once where trying again cannot help', async () => {
      const id = await scene.add('greet');
      scene.start({ greet: () => Promise.reject(new GiveUp('There is nobody to greet.')) });
      await becomes(id, 'dead_letter');
      expect(await scene.row(id)).toMatchObject({ attempts: 1, error_message: 'There is nobody to greet.' });
    });

    test('gives up a job that no one knows how to do', async () => {
      const id = await scene.add('juggle');
      scene.start({ greet: async () => undefined });
      await becomes(id, 'dead_letter');
      expect((await scene.row(id)).error_message).toContain('juggle');
    });

    test('waits as long as the job asks, forever if it asks not to be counted', async () => {
      const id = await scene.add('greet');
      const wait = () => new RetryLater('Not linked.', { delayMs: 60_000, countAttempt: false });
      scene.start({ greet: () => Promise.reject(wait()) }, { maxAttempts: 2 });
      for (let round = 1; round <= 5; round += 1) {
        await becomes(id, 'failed');
        const row = await scene.row(id);
        expect(row).toMatchObject({ attempts: 0, error_message: 'Not linked.' });
        expect(row.due_in_ms).toBeGreaterThan(55_000);
        await scene.hurry(id);
        await expect.poll(() => scene.lines.length).toBeGreaterThan(round);
      }
    });

    test('counts a wait that asks for nothing special', async () => {
      const id = await scene.add('greet');
      scene.start({ greet: () => Promise.reject(new RetryLater('Later.')) }, { maxAttempts: 1 });
      await becomes(id, 'dead_letter');
    });

    test('writes no effect of an attempt whose effects fail halfway', async () => {
      const id = await scene.add('greet');
      scene.start({
        greet: async (job) => async (tx) => {
          await scene.writes(job.id)(tx);
          throw new Error('halfway');
        },
      });
      await becomes(id, 'failed');
      expect(await scene.effects()).toEqual([]);
    });

    test('keeps a reason short', async () => {
      const id = await scene.add('greet');
      scene.start({ greet: () => Promise.reject(new Error('x'.repeat(10_000))) });
      await becomes(id, 'failed');
      expect((await scene.row(id)).error_message).toHaveLength(500);
    });
  });

  describe('a worker that died', () => {
    const left = (until: string, more: Record<string, string> = {}) =>
      scene.add('greet', {
        status: `'processing'`,
        attempts: '1',
        lease_token: `'${randomUUID()}'`,
        lease_until: until,
        ...more,
      });

    test('loses its job to another one when its lease is over, and not before', async () => {
      const id = await left(`now() + interval '1 hour'`);
      const queue = scene.start({ greet: async (job) => scene.writes(job.id) });
      await queue.take();
      expect((await scene.row(id)).attempts).toBe(1);
      await scene.owner.query(`update public.outbox set lease_until = now() - interval '1 second'`);
      await becomes(id, 'completed');
      expect((await scene.row(id)).attempts).toBe(2);
    });

    test('is not followed by one worker after the other: a job that kills them all is given up', async () => {
      const id = await left(`now() - interval '1 second'`, { attempts: '3' });
      scene.start({ greet: async (job) => scene.writes(job.id) }, { maxAttempts: 3 });
      await becomes(id, 'dead_letter');
      expect(await scene.effects()).toEqual([]);
      expect((await scene.row(id)).error_message).toContain('3 attempts');
    });

    test('has nothing to do with a job that was given up and is wanted again: that one gets its try', async () => {
      const id = await scene.add('greet', { attempts: '3' });
      scene.start({ greet: async (job) => scene.writes(job.id) }, { maxAttempts: 3 });
      await becomes(id, 'completed');
    });
  });

  describe('a lease', () => {
    test('is renewed as long as the job runs, so that no one else takes it', async () => {
      const { begun, release, handler } = held();
      const id = await scene.add('greet');
      scene.start({ greet: handler }, { leaseMs: 3_000 });
      await begun;
      const second: string[] = [];
      scene.start({ greet: async (job) => void second.push(job.id) as undefined }, { leaseMs: 3_000 });
      const leases = new Set<number>();
      await expect.poll(async () => leases.add((await scene.row(id)).lease_until.getTime()).size).toBe(3);
      release();
      await becomes(id, 'completed');
      expect(second).toEqual([]);
      expect((await scene.row(id)).attempts).toBe(1);
    });

    test('that was lost takes the effects with it: only the worker that holds the job may commit', async () => {
      const { begun, release, handler } = held();
      const id = await scene.add('greet');
      scene.start({ greet: handler }, { leaseMs: 60_000, concurrency: 1 });
      await begun;
      // The first worker is paused for so long that its lease runs out, and another takes over.
      await scene.owner.query(`update public.outbox set lease_until = now() - interval '1 second'`);
      scene.start({ greet: async (job) => scene.writes(job.id, 'two') });
      await becomes(id, 'completed');
      release();
      await scene.endQueues();
      expect(await scene.effects()).toEqual([{ job: id, worker: 'two' }]);
      expect(await scene.row(id)).toMatchObject({ status: 'completed', attempts: 2 });
    });

    test('that was lost gives the late worker no say over the job, even when its attempt fails', async () => {
      const { promise: go, resolve: letGo } = Promise.withResolvers<void>();
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      const id = await scene.add('greet');
      const late = async () => {
        begin();
        await go;
        throw new GiveUp('Too late.');
      };
      scene.start({ greet: late }, { leaseMs: 60_000 });
      await begun;
      await scene.owner.query('update public.outbox set lease_token = gen_random_uuid()');
      letGo();
      await scene.endQueues();
      expect(await scene.row(id)).toMatchObject({ status: 'processing', error_message: null });
    });
  });

  describe('draining', () => {
    test('waits for what is in flight and takes nothing new', async () => {
      const { begun, release, handler } = held();
      const id = await scene.add('greet');
      const queue = scene.start({ greet: handler }, { pollMs: 600_000 });
      await begun;
      let drained = false;
      const draining = queue.drain().then(() => {
        drained = true;
      });
      const next = await scene.add('greet');
      queue.wake();
      await scene.row(next);
      expect(drained).toBe(false);
      release();
      await draining;
      expect((await scene.row(id)).status).toBe('completed');
      expect((await scene.row(next)).status).toBe('pending');
    });

    test('waits for a job that was just being claimed: the database must not close under it', async () => {
      const { promise: open, resolve: letThrough } = Promise.withResolvers<void>();
      const slow: Database = {
        ...scene.database,
        serviceStatement: async (statement) => {
          await open;
          return scene.database.serviceStatement(statement);
        },
      };
      const id = await scene.add('greet');
      const queue = scene.start({ greet: async (job) => scene.writes(job.id) }, { database: slow });
      const draining = queue.drain();
      letThrough();
      await draining;
      expect((await scene.row(id)).status).toBe('completed');
    });
  });

  test('survives a database that is away for a while', async () => {
    let away = true;
    const flaky: Database = {
      ...scene.database,
      serviceStatement: (statement) =>
        away
          ? Promise.reject(new Error('Connection terminated'))
          : scene.database.serviceStatement(statement),
    };
    const id = await scene.add('greet');
    scene.start({ greet: async (job) => scene.writes(job.id) }, { database: flaky });
    await expect
      .poll(() => scene.lines.some(({ msg }) => msg === '[Deliveries] Could not look for work'))
      .toBe(true);
    away = false;
    await becomes(id, 'completed');
  });

  test('carries webhooks under the name of provider and type, and leaves those to their answerer that are being answered', async () => {
    await scene.owner.query(
      `insert into public.webhook_delivery_log (org_id, provider, event_type, event_id, status)
       values ($1, 'twilio', 'status', 'a', 'pending'), (null, 'twilio', 'inbound', 'b', 'pending'),
         ($1, 'vapi', 'tool-calls', 'c', 'processing')`,
      [scene.orgId],
    );
    const seen: unknown[] = [];
    const note = async ({ topic, org_id }: Job) => void seen.push({ topic, org_id }) as undefined;
    const queue = scene.start(
      { 'twilio.status': note, 'twilio.inbound': note, 'vapi.tool-calls': note },
      { table: 'webhook_delivery_log', concurrency: 1 },
    );
    await expect.poll(() => seen.length).toBe(2);
    await queue.take();
    await queue.drain();
    expect(seen).toEqual(
      expect.arrayContaining([
        { topic: 'twilio.status', org_id: scene.orgId },
        { topic: 'twilio.inbound', org_id: null },
      ]),
    );
    expect(seen).toHaveLength(2);
  });

  test('never runs a job twice: five hundred of them, two workers, some failing, one of them stopped halfway', async () => {
    await scene.owner.query(
      `insert into public.outbox (org_id, topic, key) select $1, 'greet', n::text from generate_series(1, 500) n`,
      [scene.orgId],
    );
    const runs = new Map<string, number>();
    const asked = new Set<string>();
    const worker = (name: string) => async (job: Job) => {
      runs.set(job.id, (runs.get(job.id) ?? 0) + 1);
      for (let turns = Math.random() * 20; turns > 0; turns -= 1) await new Promise(setImmediate);
      if (!asked.has(job.id) && Math.random() < 0.05) {
        asked.add(job.id);
        throw new RetryLater('Again.', { delayMs: 20 });
      }
      return scene.writes(job.id, name);
    };
    const first = scene.start({ greet: worker('one') });
    scene.start({ greet: worker('two') });
    await expect.poll(async () => (await scene.effects()).length, { timeout: 90_000 }).toBeGreaterThan(200);
    await first.drain();
    await expect.poll(async () => (await scene.effects()).length, { timeout: 90_000 }).toBe(500);
    const effects = await scene.effects();
    expect(new Set(effects.map(({ job }) => job)).size).toBe(500);
    expect(new Set(effects.map(({ worker }) => worker))).toEqual(new Set(['one', 'two']));
    const { rows } = await scene.owner.query('select id, attempts, status from public.outbox');
    for (const { id, attempts, status } of rows) {
      const wanted = asked.has(id) ? 2 : 1;
      expect({ status, attempts, runs: runs.get(id) }).toEqual({
        status: 'completed',
        attempts: wanted,
        runs: wanted,
      });
    }
  });
});
