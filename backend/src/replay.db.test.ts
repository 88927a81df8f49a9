import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTestApp, type TestApp } from './testing/app.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';
import { startWorker, type Worker } from './worker.ts';

const LIST = '/api/webhooks/deliveries';

describe('deliveries', () => {
  let db: TestDatabase;
  let app: TestApp;
  let ann: Awaited<ReturnType<TestApp['signUp']>>;
  let worker: Worker | undefined;
  let later = 0;

  beforeAll(async () => {
    db = await createTestDatabase();
    app = await createTestApp(db, { clock: { now: () => new Date(Date.now() + later) } });
  });
  beforeEach(async () => {
    ann = await app.signUp();
    await db.owner.query(
      'truncate public.outbox, public.webhook_delivery_log, public.processed_webhook_events',
    );
  });
  afterEach(async () => {
    await worker?.drain();
    worker = undefined;
  });
  afterAll(async () => {
    await app.close();
    await db.close();
  });

  const get = async (path: string, who = ann) =>
    app.app.inject({ url: `${LIST}${path}`, headers: who.bearer });
  const post = (path: string, body: object = {}, who = ann) => app.post(`${LIST}${path}`, body, who.bearer);
  const only = async (query: string, values: unknown[]) => (await db.owner.query(query, values)).rows[0];

  const event = (callId: string, orgId = ann.orgId) => ({
    provider: 'vapi' as const,
    scope: orgId,
    orgId,
    eventType: 'end-of-call-report',
    eventId: `${callId}:end-of-call-report`,
    orderKey: `call:${callId}`,
    payload: {
      callId,
      from: '+15551230001',
      to: null,
      startedAt: null,
      endedAt: null,
      endedReason: 'customer-ended-call',
      summary: null,
      transcript: null,
    },
    arrival: { signature: 'secret' as const, headers: { 'x-vapi-secret': '[removed]' }, requestId: 'req-1' },
  });
  /** A call has ended, and its report came in. @returns the id of the delivery. */
  const reported = async (callId = randomUUID(), orgId = ann.orgId): Promise<string> => {
    await app.dependencies.inbox.receive(event(callId, orgId));
    const row = await only('select id from public.webhook_delivery_log where event_id = $1', [
      `${callId}:end-of-call-report`,
    ]);
    return row.id;
  };
  const die = (id: string) =>
    db.owner.query(
      `update public.webhook_delivery_log set status = 'dead_letter', attempts = 12, error_message = 'No line.' where id = $1`,
      [id],
    );
  const status = async (id: string) =>
    (await only('select status from public.webhook_delivery_log where id = $1', [id])).status;
  const work = () => {
    worker ??= startWorker(app.dependencies);
    worker.wake();
  };
  const worksOff = async (id: string) => {
    work();
    await vi.waitFor(async () => expect(await status(id)).toBe('completed'), { timeout: 90_000 });
  };
  const everything = async () =>
    only(
      `select (select count(*) from public.calls) as calls, (select count(*) from public.events) as events,
        (select count(*) from public.messages) as messages, (select count(*) from public.message_events) as steps,
        (select jsonb_agg(to_jsonb(m) order by id) from public.messages m) as texts,
        (select count(*) from public.audit_log) as audited,
        (select jsonb_agg(to_jsonb(d) order by seq) from public.webhook_delivery_log d) as deliveries`,
      [],
    );
  const audited = async (id: string) =>
    (
      await db.owner.query(
        `select org_id, actor_type, actor_id, object_type, before, after, request_id from public.audit_log
         where action = 'delivery.replayed' and object_id = $1`,
        [id],
      )
    ).rows;

  describe('are listed', () => {
    test('newest first, page by page, and only those of the own clinic', async () => {
      const ids = [await reported(), await reported(), await reported()];
      const bob = await app.signUp();
      await reported(undefined, bob.orgId);
      const first = (await get('?limit=2')).json();
      expect(first.data.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[1]]);
      await db.owner.query('delete from public.webhook_delivery_log where id = $1', [ids[1]]);
      const second = (await get(`?limit=2&cursor=${first.next_cursor}`)).json();
      expect(second.data.map(({ id }: { id: string }) => id)).toEqual([ids[0]]);
      expect(second.next_cursor).toBeNull();
    });

    test.each([
      ['status=dead_letter', 1],
      ['status=completed', 0],
      ['provider=vapi', 2],
      ['provider=twilio', 0],
      ['event_type=end-of-call-report', 2],
      ['event_type=status', 0],
      ['from=2000-01-01T00:00:00Z', 2],
      ['to=2000-01-01T00:00:00Z', 0],
    ])('by %s', async (query, count) => {
      await reported();
      await die(await reported());
      expect((await get(`?${query}`)).json().data).toHaveLength(count);
    });

    test('a cursor that no one gave out is refused in words', async () => {
      const answer = await get('?cursor=bm90LWEtY3Vyc29y');
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({ code: 'INVALID_CURSOR' });
    });
  });

  describe('show in detail', () => {
    test('how it came, what was done with it and what became of copies', async () => {
      const callId = randomUUID();
      const id = await reported(callId);
      for (let n = 0; n < 2; n += 1) expect(await app.dependencies.inbox.receive(event(callId))).toBe(false);
      await worksOff(id);
      const detail = (await get(`/${id}`)).json();
      expect(detail).toMatchObject({
        id,
        status: 'completed',
        replayable: true,
        headers: { 'x-vapi-secret': '[removed]' },
        request_id: 'req-1',
        signature: { verdict: 'secret' },
        payload: { callId },
        timeline: [{ attempt: 1, outcome: 'completed', error: null }],
      });
      expect(detail.dedupe.explanation).toMatch(/^First copy; 2 further copies ignored, the last at 20/);
    });

    test('nothing of another clinic', async () => {
      const bob = await app.signUp();
      const id = await reported(undefined, bob.orgId);
      for (const answer of [
        await get(`/${id}`),
        await post(`/${id}/replay`),
        await post(`/${id}/replay`, { dry_run: true }),
      ]) {
        expect(answer.statusCode).toBe(404);
        expect(answer.json()).toMatchObject({ code: 'DELIVERY_NOT_FOUND' });
      }
      expect((await post('/replay', { ids: [id] })).json()).toMatchObject({ matched: 0, replayed: 0 });
    });
  });

  test.each(['auditor', 'staff', 'admin'])('are neither seen nor replayed by %s', async (role) => {
    const id = await reported();
    await die(id);
    await db.owner.query('update public.profiles set role = $2 where user_id = $1', [ann.userId, role]);
    // Who belongs to a clinic is remembered for a moment.
    later += 60_000;
    for (const answer of [
      await get(''),
      await get(`/${id}`),
      await post(`/${id}/replay`),
      await post('/replay', { ids: [id] }),
    ]) {
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({ code: 'OWNER_REQUIRED' });
    }
    // Code that forgets to ask is refused by the database.
    const scope = { orgId: ann.orgId as never, userId: ann.userId };
    await expect(
      db.database.withTenant(scope, (tx) =>
        sql`select app_private.replay('webhook_delivery_log', array[${id}]::uuid[], null)`.execute(tx),
      ),
    ).rejects.toMatchObject({ code: '42501', constraint: 'deliveries.replay' });
    expect(await status(id)).toBe('dead_letter');
  });

  describe('are replayed', () => {
    test('a dead letter is worked off, and it is written down who asked', async () => {
      const id = await reported();
      await die(id);
      const answer = await post(`/${id}/replay`);
      expect(answer.json()).toMatchObject({ id, replayed: true, dry_run: false });
      await worksOff(id);
      expect((await get(`/${id}`)).json()).toMatchObject({ attempts: 1, replays: 1, error_message: null });
      expect(await only('select count(*)::int from public.calls where org_id = $1', [ann.orgId])).toEqual({
        count: 1,
      });
      expect(await audited(id)).toEqual([
        {
          org_id: ann.orgId,
          actor_type: 'user',
          actor_id: ann.userId,
          object_type: 'webhook_delivery',
          before: { status: 'dead_letter', attempts: 12, replays: 0 },
          after: { status: 'pending', attempts: 0, replays: 1 },
          request_id: expect.any(String),
        },
      ]);
    });

    test('one that was done has no new effect, however often', async () => {
      const id = await reported();
      await worksOff(id);
      const calls = () => db.owner.query('select * from public.calls where org_id = $1', [ann.orgId]);
      const events = () => db.owner.query('select * from public.events where org_id = $1', [ann.orgId]);
      const [before, said] = [(await calls()).rows, (await events()).rows];
      expect(before).toHaveLength(1);
      for (let n = 1; n <= 2; n += 1) {
        expect((await post(`/${id}/replay`)).json().replayed).toBe(true);
        await worksOff(id);
      }
      expect((await calls()).rows).toEqual(before);
      expect((await events()).rows).toEqual(said);
      expect(await audited(id)).toHaveLength(2);
    });

    test('not while it waits or is worked on: that is a 409 in words', async () => {
      const id = await reported();
      for (const state of ['pending', 'processing']) {
        await db.owner.query('update public.webhook_delivery_log set status = $2 where id = $1', [id, state]);
        for (const dry_run of [true, false]) {
          const answer = await post(`/${id}/replay`, { dry_run });
          expect(answer.statusCode).toBe(409);
          expect(answer.json().detail).toMatch(/moment/);
        }
      }
      expect(await audited(id)).toEqual([]);
    });

    test('once, when two people press at the same time', async () => {
      const id = await reported();
      await die(id);
      const answers = await Promise.all([post(`/${id}/replay`), post(`/${id}/replay`)]);
      expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
      expect(await audited(id)).toHaveLength(1);
    });

    test('not where nothing follows the answer', async () => {
      await app.dependencies.inbox.keep({ ...event(randomUUID()), eventType: 'hang' });
      const { id } = (await get('')).json().data[0];
      const answer = await post(`/${id}/replay`);
      expect(answer.statusCode).toBe(422);
      expect(answer.json()).toMatchObject({ code: 'NOTHING_TO_REPLAY' });
    });
  });

  describe('are tried out', () => {
    test('a dry run writes nothing', async () => {
      const id = await reported();
      await die(id);
      const before = await everything();
      const answer = (await post(`/${id}/replay`, { dry_run: true })).json();
      expect(answer).toMatchObject({ dry_run: true, replayed: false, executed: true });
      expect(answer.effects).toContainEqual({ table: 'calls', inserted: 1, updated: 0, deleted: 0 });
      expect(answer.summary).toMatch(/^Would add 1 row to calls/);
      expect(await everything()).toEqual(before);
    });

    test('a delivery that was done would do nothing new', async () => {
      const id = await reported();
      await worksOff(id);
      expect((await post(`/${id}/replay`, { dry_run: true })).json()).toMatchObject({
        executed: true,
        effects: [],
        summary: 'Nothing new: all of it is already done.',
      });
    });

    test('a status that is already known isn’t a change, though the row is written again', async () => {
      const text = await only(
        `insert into public.messages (org_id, to_address, body, kind, dedupe_key, provider_id, status)
         values ($1, '+15551230001', 'Hello', 'manual', $2, 'SM1', 'sent') returning id`,
        [ann.orgId, randomUUID()],
      );
      const delivered = async (sid: string, state: string) => {
        await app.dependencies.inbox.receive({
          provider: 'twilio',
          scope: ann.orgId,
          orgId: ann.orgId,
          eventType: 'status',
          eventId: `${sid}:${state}`,
          payload: { message_id: text.id, sid, status: state, error_code: null, from: null },
        });
        const { id } = await only('select id from public.webhook_delivery_log where event_id = $1', [
          `${sid}:${state}`,
        ]);
        await die(id);
        return id;
      };
      const known = await delivered('SM1', 'sent');
      expect((await post(`/${known}/replay`, { dry_run: true })).json().effects).toEqual([]);
      const news = await delivered('SM1', 'delivered');
      const before = await everything();
      expect((await post(`/${news}/replay`, { dry_run: true })).json().effects).toContainEqual({
        table: 'messages',
        inserted: 0,
        updated: 1,
        deleted: 0,
      });
      expect(await everything()).toEqual(before);
    });

    test('a delivery that can’t be read would fail', async () => {
      const id = await reported();
      await db.owner.query(
        `update public.webhook_delivery_log set status = 'dead_letter', payload = '{}' where id = $1`,
        [id],
      );
      const answer = (await post(`/${id}/replay`, { dry_run: true })).json();
      expect(answer.summary).toMatch(/^It would fail: /);
    });
  });

  describe('are replayed by the dozen', () => {
    test('a filter chooses them, after a count', async () => {
      const dead = [await reported(), await reported(), await reported()];
      for (const id of dead) await die(id);
      const fine = await reported();
      const filter = { status: 'dead_letter', event_type: 'end-of-call-report' };
      const preview = (await post('/replay', { filter, dry_run: true })).json();
      expect(preview).toEqual({
        dry_run: true,
        matched: 3,
        more: false,
        replayed: 0,
        by_topic: [{ topic: 'vapi.end-of-call-report', count: 3 }],
        summary: 'Would replay 3 deliveries.',
      });
      expect(await Promise.all(dead.map(status))).toEqual(Array(3).fill('dead_letter'));
      expect((await post('/replay', { filter })).json()).toMatchObject({ matched: 3, replayed: 3 });
      for (const id of dead) {
        await worksOff(id);
        expect(await audited(id)).toHaveLength(1);
      }
      expect(await audited(fine)).toEqual([]);
    });

    test('those of one call in the order in which they came', async () => {
      const callId = randomUUID();
      const ids = [await reported(callId)];
      await die(ids[0]!);
      for (const type of ['second', 'third']) {
        await app.dependencies.inbox.receive({ ...event(callId), eventId: `${callId}:${type}` });
        const row = await only('select id from public.webhook_delivery_log where event_id = $1', [
          `${callId}:${type}`,
        ]);
        ids.push(row.id);
        await die(row.id);
      }
      await post('/replay', { ids: ids.toReversed() });
      const { rows } = await db.owner.query(
        'select id, blocked from public.webhook_delivery_log order by seq',
      );
      expect(rows).toEqual([
        { id: ids[0], blocked: false },
        { id: ids[1], blocked: true },
        { id: ids[2], blocked: true },
      ]);
    });

    test('at most 1,000 at a time, the oldest first', async () => {
      await db.owner.query(
        `insert into public.webhook_delivery_log (org_id, provider, event_type, event_id, status, created_at)
         select $1, 'vapi', 'end-of-call-report', n::text, 'dead_letter', now() - n * interval '1 second'
         from generate_series(1, 1001) n`,
        [ann.orgId],
      );
      expect((await post('/replay', { filter: {} })).json()).toMatchObject({ replayed: 1000, more: true });
      const left = await db.owner.query(
        `select event_id from public.webhook_delivery_log where status = 'dead_letter'`,
      );
      expect(left.rows).toEqual([{ event_id: '1' }]);
    });

    test('a request needs ids or a filter, not both and not neither', async () => {
      for (const body of [{}, { ids: [randomUUID()], filter: {} }])
        expect((await post('/replay', body)).statusCode).toBe(400);
    });
  });
});
