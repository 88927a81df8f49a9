import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from './testing/app.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

describe('what must leave', () => {
  let db: TestDatabase;
  let app: TestApp;
  let ann: Awaited<ReturnType<TestApp['signUp']>>;
  let later = 0;
  beforeAll(async () => {
    db = await createTestDatabase();
    app = await createTestApp(db, { clock: { now: () => new Date(Date.now() + later) } });
  });
  beforeEach(async () => {
    ann = await app.signUp();
    await db.owner.query('truncate public.outbox');
  });
  afterAll(async () => {
    await app.close();
    await db.close();
  });

  const get = async (query = '', who = ann) =>
    app.app.inject({ url: `/api/outgoing${query}`, headers: who.bearer });
  const post = (path: string, body: object = {}, who = ann) =>
    app.post(`/api/outgoing${path}`, body, who.bearer);
  /** An entry in its own state. @returns its id. */
  const entry = async (status: string, topic = 'calendar.push', orgId = ann.orgId): Promise<string> => {
    const { rows } = await db.owner.query(
      `insert into public.outbox (org_id, topic, key, payload, status, attempts, error_message)
       values ($1, $2, $3, $4, $5, 3, 'Google said no.') returning id`,
      [orgId, topic, randomUUID(), { appointment_id: randomUUID() }, status],
    );
    return rows[0].id;
  };
  const row = async (id: string) =>
    (await db.owner.query('select status, attempts, replays from public.outbox where id = $1', [id])).rows[0];

  test('is listed newest first, page by page, and by its state', async () => {
    const ids = [];
    for (const status of ['completed', 'dead_letter', 'failed', 'pending']) ids.unshift(await entry(status));
    const first = (await get('?limit=3')).json();
    expect(first.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 3));
    const second = (await get(`?limit=3&cursor=${first.next_cursor}`)).json();
    expect(second).toMatchObject({ data: [{ id: ids[3] }], next_cursor: null });
    const dead = (await get('?status=dead_letter')).json();
    expect(dead.data).toMatchObject([
      { topic: 'calendar.push', attempts: 3, error_message: 'Google said no.', replayable: true },
    ]);
    expect(dead.data[0].appointment_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('says what sending it again would do, and does nothing', async () => {
    const id = await entry('dead_letter');
    expect((await post(`/${id}/replay`, { dry_run: true })).json()).toMatchObject({
      replayed: false,
      executed: false,
      summary:
        'Would write the appointment as it is now into the calendar; an event that’s already there is updated, not duplicated.',
    });
    expect(await row(id)).toEqual({ status: 'dead_letter', attempts: 3, replays: 0 });
  });

  test('goes back into the queue once, however often it is asked for, and that is written down', async () => {
    const id = await entry('dead_letter', 'message.confirmation');
    const answers = await Promise.all(Array.from({ length: 6 }, () => post(`/${id}/replay`)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409, 409, 409, 409, 409]);
    expect(await row(id)).toEqual({ status: 'pending', attempts: 0, replays: 1 });
    const { rows } = await db.owner.query(
      `select actor_id, before ->> 'status' as before from public.audit_log where action = 'outgoing.replayed' and object_id = $1`,
      [id],
    );
    expect(rows).toEqual([{ actor_id: ann.userId, before: 'dead_letter' }]);
  });

  test('a text that was refused goes back as a new text, or the answer says why not', async () => {
    const refused = async (error_code: string): Promise<string> => {
      const { rows } = await db.owner.query(
        `with text as (
           insert into public.messages (org_id, to_address, body, kind, dedupe_key, status, error_code)
           values ($1, '+14155550177', 'Hello', 'direct', gen_random_uuid(), 'failed', $2) returning id)
         insert into public.outbox (org_id, topic, key, payload, status, refused)
         select $1, 'message.send', id::text, jsonb_build_object('message_id', id), 'dead_letter', true from text
         returning id`,
        [ann.orgId, error_code],
      );
      return rows[0].id;
    };
    const landline = await refused('21614');
    for (const dry_run of [true, false]) {
      const answer = await post(`/${landline}/replay`, { dry_run });
      expect(answer.statusCode).toBe(422);
      expect(answer.json()).toMatchObject({
        code: 'CANNOT_RECEIVE',
        detail: 'This number can’t receive texts. It may be a landline. Please call the patient.',
      });
    }
    expect((await post('/replay', { filter: { status: 'dead_letter' } })).json()).toMatchObject({
      replayed: 0,
    });
    expect((await row(landline)).status).toBe('dead_letter');

    const away = await refused('30003');
    expect((await post(`/${away}/replay`)).json()).toMatchObject({ replayed: true });
    expect(await row(away)).toEqual({ status: 'pending', attempts: 0, replays: 1 });
    const { rows } = await db.owner.query(
      `select m.status from public.messages m join public.outbox o on o.payload ->> 'message_id' = m.id::text
       where o.id = $1`,
      [away],
    );
    expect(rows).toEqual([{ status: 'queued' }]);
  });

  test('goes back by the dozen: the given-up ones, after they were counted', async () => {
    for (let n = 0; n < 3; n += 1) await entry('dead_letter');
    const [waits, done] = [await entry('failed'), await entry('completed')];
    const filter = { status: 'dead_letter' };
    expect((await post('/replay', { filter, dry_run: true })).json()).toMatchObject({
      matched: 3,
      replayed: 0,
      by_topic: [{ topic: 'calendar.push', count: 3 }],
      summary: 'Would send 3 entries again.',
    });
    expect((await post('/replay', { filter })).json()).toMatchObject({ replayed: 3 });
    expect(await row(waits)).toMatchObject({ status: 'failed' });
    expect(await row(done)).toMatchObject({ status: 'completed' });
  });

  test('what is done is not sent again, and what is no one’s is not found', async () => {
    const done = await post(`/${await entry('completed')}/replay`);
    expect(done.statusCode).toBe(409);
    expect(done.json()).toMatchObject({ code: 'NOT_RESENDABLE', retryable: false });
    expect((await post(`/${randomUUID()}/replay`)).statusCode).toBe(404);
  });

  test('is the own clinic’s, and its owner’s', async () => {
    const bob = await app.signUp();
    const id = await entry('dead_letter');
    expect((await get('', bob)).json().data.map((one: { id: string }) => one.id)).not.toContain(id);
    expect((await post(`/${id}/replay`, {}, bob)).statusCode).toBe(404);
    expect((await post('/replay', { ids: [id] }, bob)).json()).toMatchObject({ matched: 0, replayed: 0 });
    await db.owner.query(`update public.profiles set role = 'staff' where user_id = $1`, [ann.userId]);
    // Who belongs to a clinic is remembered for a moment.
    later += 60_000;
    for (const answer of [await get(), await post(`/${id}/replay`), await post('/replay', { ids: [id] })]) {
      expect(answer.statusCode).toBe(403);
    }
    expect(await row(id)).toMatchObject({ status: 'dead_letter' });
  });
});
