import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Listener, listen } from '../platform/listener.ts';
import { silentLogger } from '../platform/logger.ts';
import { createTestApp, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

type Person = Awaited<ReturnType<TestApp['signUp']>>;

describe('the live events', () => {
  let db: TestDatabase;
  let scene: TestApp;
  let listener: Listener;
  let url: string;
  let ann: Person;
  let bob: Person;
  const open: { close(): void }[] = [];
  beforeAll(async () => {
    db = await createTestDatabase();
    ({ scene, listener, url } = await serve());
    ann = await scene.signUp();
    bob = await scene.signUp();
  });
  afterEach(() => {
    for (const stream of open.splice(0)) stream.close();
  });
  afterAll(async () => {
    await listener.close();
    await scene.close();
    await db.close();
  });

  /** An API that really listens, woken by the database as in `main.ts`. */
  async function serve() {
    const app = await createTestApp(db);
    await app.app.listen({ port: 0, host: '127.0.0.1' });
    return {
      scene: app,
      url: `http://127.0.0.1:${(app.app.server.address() as AddressInfo).port}/api/events`,
      listener: listen({
        url: db.runtimeUrl,
        channels: ['voxanne_events'],
        onNotify: (_channel, payload) => app.dependencies.liveEvents.wake(payload),
        log: silentLogger,
      }),
    };
  }

  const emit = async (person: Person, from: number, to = from) => {
    await db.owner.query(
      `select app_private.emit($1, 'test', jsonb_build_object('n', n)) from generate_series($2::int, $3) n`,
      [person.orgId, from, to],
    );
  };

  /** What a browser's EventSource does, seen from the wire. */
  async function follow(person: Person, lastEventId?: string, at = url) {
    const stop = new AbortController();
    const response = await fetch(at, {
      headers: { ...person.bearer, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
      signal: stop.signal,
    });
    const stream = {
      response,
      text: '',
      ended: false,
      close: () => stop.abort(),
      get events() {
        return stream.text
          .split('\n\n')
          .filter((block) => block.startsWith('id: '))
          .map((block) => {
            const [id = '', data = ''] = block.split('\n');
            return {
              id: id.slice(4),
              ...(JSON.parse(data.slice(6)) as {
                type: string;
                data: { n: number; appointment_id?: string };
                change_id: string;
              }),
            };
          });
      },
      get numbers() {
        return stream.events.map(({ data }) => data.n);
      },
    };
    open.push(stream);
    const read = async () => {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) stream.text += decoder.decode(chunk, { stream: true });
      stream.ended = true;
    };
    read().catch(() => undefined);
    await expect.poll(() => stream.text).toContain(': live');
    return stream;
  }
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);

  test('arrive as they happen, without waiting for a look, in order and with an id', async () => {
    const stream = await follow(ann);
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.response.headers.get('cache-control')).toContain('no-cache');
    await emit(ann, 1, 3);
    await expect.poll(() => stream.numbers, { interval: 5 }).toEqual([1, 2, 3]);
    const ids = stream.events.map(({ id }) => Number(id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(stream.events[0]).toMatchObject({ type: 'test', at: expect.stringMatching(/^\d{4}-.*Z$/) });
  });

  test('begin with what happens from now on, unless the reader says where it stopped', async () => {
    await emit(ann, 10);
    const stream = await follow(ann);
    await emit(ann, 11);
    await expect.poll(() => stream.numbers).toEqual([11]);
  });

  test('are all there after a break, and none of them twice', async () => {
    const first = await follow(ann);
    await emit(ann, 20, 24);
    await expect.poll(() => first.numbers).toEqual(range(20, 24));
    first.close();
    // More than one page of them while no one is there, and more while the reader catches up.
    await emit(ann, 25, 474);
    const last = first.events.at(-1)?.id;
    const second = await follow(ann, last);
    await emit(ann, 475, 500);
    await expect.poll(() => second.numbers.length, { timeout: 90_000 }).toBe(476);
    expect([...first.numbers, ...second.numbers]).toEqual(range(20, 500));
  });

  test('are complete for a reader who breaks off again and again while many write', async () => {
    const start = await follow(ann);
    await emit(ann, 1_000);
    await expect.poll(() => start.numbers).toEqual([1_000]);
    let last = start.events.at(-1)?.id;
    start.close();
    const writing = Promise.all(
      range(0, 3).map(async (writer) => {
        for (const n of range(1, 15)) await emit(ann, 2_000 + writer * 100 + n);
      }),
    );
    const seen: number[] = [];
    while (seen.length < 60) {
      const stream = await follow(ann, last);
      await expect.poll(() => stream.events.length, { interval: 5 }).toBeGreaterThan(0);
      stream.close();
      // What was on its way when the reader broke off does not count: it will be sent again.
      seen.push(...stream.numbers);
      last = stream.events.at(-1)?.id;
    }
    await writing;
    expect(seen).toHaveLength(60);
    expect(new Set(seen).size).toBe(60);
  });

  test('another clinic’s events never arrive, whatever number the reader names', async () => {
    await emit(bob, 1, 5);
    const mine = await follow(ann, '0');
    const theirs = await follow(bob, '0');
    await emit(bob, 6);
    await emit(ann, 9_999);
    await expect.poll(() => mine.numbers.at(-1)).toBe(9_999);
    await expect.poll(() => theirs.numbers.filter(Boolean)).toEqual(range(1, 6));
    const { rows } = await db.owner.query('select id from public.events where org_id = $1', [bob.orgId]);
    const ids = new Set(rows.map(({ id }) => id));
    expect(mine.events.filter(({ id }) => ids.has(id))).toEqual([]);
  });

  test.each(['nonsense', '-1', '1; drop table events', '9'.repeat(40), ''])(
    'begin anew for a reader who comes with %j',
    async (lastEventId) => {
      await emit(ann, 30);
      const stream = await follow(ann, lastEventId);
      await emit(ann, 31);
      await expect.poll(() => stream.numbers).toEqual([31]);
    },
  );

  test('carry the id by which the answer to a request names its own changes', async () => {
    const stream = await follow(ann);
    const changeOf = (answer: { headers: Record<string, unknown> }) => String(answer.headers['x-change-id']);
    const renamed = await scene.app.inject({
      method: 'PATCH',
      url: '/api/organization',
      payload: { name: 'Bright Smiles' },
      headers: ann.bearer,
    });
    const at = new Date(Date.now() + 8 * 86_400_000);
    while ([0, 6].includes(at.getUTCDay())) at.setUTCDate(at.getUTCDate() + 1);
    at.setUTCHours(16, 0, 0, 0);
    const patient = { name: 'Maria Lopez', phone: '+14155550132', service_type: 'consultation' };
    const booked = await scene.post(
      '/api/appointments',
      { ...patient, scheduled_at: at.toISOString() },
      { ...ann.bearer, 'idempotency-key': 'one booking' },
    );
    expect(booked.statusCode, booked.body).toBe(201);
    await expect.poll(() => stream.events.map(({ type }) => type)).toContain('appointment.booked');
    const made = (type: string) => stream.events.find((event) => event.type === type);
    expect(made('organization.updated')?.change_id).toBe(changeOf(renamed));
    expect(made('appointment.booked')?.change_id).toBe(changeOf(booked));
    expect(changeOf(booked)).not.toBe(changeOf(renamed));
    // What was only read, and what others do, has none.
    const read = await scene.app.inject({ url: '/api/organization', headers: ann.bearer });
    expect(read.headers['x-change-id']).toBeUndefined();
    await emit(ann, 35);
    await expect.poll(() => stream.numbers).toContain(35);
    expect([changeOf(renamed), changeOf(booked)]).not.toContain(stream.events.at(-1)?.change_id);
  });

  test('are for people of the clinic', async () => {
    const answer = await fetch(url);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  test('reach everyone who follows', async () => {
    const streams = await Promise.all(range(1, 10).map(() => follow(ann)));
    await emit(ann, 40, 42);
    for (const stream of streams) await expect.poll(() => stream.numbers).toEqual([40, 41, 42]);
  });

  test('come without any notification, too, only later', async () => {
    await listener.close();
    try {
      const stream = await follow(ann);
      await emit(ann, 50);
      await expect.poll(() => stream.numbers, { timeout: 90_000 }).toEqual([50]);
    } finally {
      listener = listen({
        url: db.runtimeUrl,
        channels: ['voxanne_events'],
        onNotify: (_channel, payload) => scene.dependencies.liveEvents.wake(payload),
        log: silentLogger,
      });
    }
  });

  test('end when the server does, which does not wait for its readers', async () => {
    const other = await serve();
    const streams = await Promise.all([follow(ann, undefined, other.url), follow(bob, undefined, other.url)]);
    await other.listener.close();
    // Events that are being sent at this very moment must not break the end.
    const [closed] = await Promise.all([other.scene.app.close(), emit(ann, 60, 80)]);
    expect(closed).toBeUndefined();
    for (const stream of streams) await expect.poll(() => stream.ended).toBe(true);
    await other.scene.close();
  });
});
