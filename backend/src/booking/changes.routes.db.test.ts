import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BookingScene, createBookingScene, MONDAY_9, NOW } from './testing.ts';

type Clinic = Awaited<ReturnType<BookingScene['clinic']>>;

const MONDAY_10 = '2026-11-23T15:00:00.000Z';
const WISH = {
  name: 'Maria Lopez',
  phone: '+14155550132',
  service_type: 'consultation',
  scheduled_at: MONDAY_9,
};

describe('changing appointments over the API', () => {
  let scene: BookingScene;
  let clinic: Clinic;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  beforeEach(async () => {
    clinic = await scene.clinic();
    scene.signIn(clinic);
    scene.clock.set(NOW);
  });
  afterAll(() => scene.close());

  const book = async (change: object = {}): Promise<string> =>
    (await scene.post('/api/appointments', { ...WISH, ...change })).body.appointment_id;
  const on = (id: string, verb = '') => `/api/appointments/${id}${verb && `/${verb}`}`;

  test('moves, cancels, undoes and follows the patient through the day', async () => {
    const id = await book();
    const moved = await scene.patch(on(id), { scheduled_at: MONDAY_10, reason: 'asked for' });
    expect(moved.status).toBe(200);
    expect(moved.body).toMatchObject({
      success: true,
      id,
      appointment_id: id,
      scheduled_at: MONDAY_10,
      version: 2,
      undo_until: expect.any(String),
      confirmation: 'Your appointment is now on Monday, November 23 at 10:00 AM.',
    });
    expect((await scene.post(on(id, 'undo'))).body).toMatchObject({
      scheduled_at: MONDAY_9,
      undo_until: null,
    });
    expect((await scene.post(on(id, 'cancel'), { reason: 'ill' })).body).toMatchObject({
      status: 'cancelled',
    });
    expect((await scene.post(on(id, 'undo'), {})).body).toMatchObject({ status: 'confirmed' });
    scene.clock.set(MONDAY_9);
    for (const status of ['arrived', 'completed']) {
      expect((await scene.post(on(id, 'status'), { status })).body).toMatchObject({ success: true, status });
    }
    expect(
      (await scene.audit(id)).map(({ action, actor_type, actor_id }) => [action, actor_type, actor_id]),
    ).toEqual(
      ['booked', 'moved', 'undone', 'cancelled', 'undone', 'arrived', 'completed'].map((what) => [
        `appointment.${what}`,
        'user',
        clinic.userId,
      ]),
    );
  });

  test('each appointment says what it can be set to, and exactly that is done', async () => {
    const id = await book();
    scene.clock.set(MONDAY_9);
    const statuses = ['pending', 'held', 'confirmed', 'arrived', 'completed', 'cancelled', 'no_show'];
    for (const from of statuses) {
      const set = () => scene.owner.query('update appointments set status = $2 where id = $1', [id, from]);
      await set();
      const { allowed_changes: offered } = (await scene.get(on(id))).body;
      const listed = (await scene.get(`/api/appointments?status=${from}`)).body.data;
      expect(listed, from).toMatchObject([{ id, allowed_changes: offered }]);
      for (const status of ['confirmed', 'arrived', 'completed', 'no_show'].filter((one) => one !== from)) {
        await set();
        const answer = await scene.post(on(id, 'status'), { status });
        expect(answer.status, `${from} to ${status}`).toBe(offered.includes(status) ? 200 : 409);
      }
    }
  });

  test('each appointment says what can be done with it, and exactly that is done', async () => {
    const id = await book();
    scene.clock.set(MONDAY_9);
    const statuses = ['pending', 'held', 'confirmed', 'arrived', 'completed', 'cancelled', 'no_show'];
    for (const [index, from] of statuses.entries()) {
      const set = async () => {
        await scene.owner.query('update appointments set status = $2 where id = $1', [id, from]);
        return (await scene.get(on(id))).body;
      };
      const { allowed_actions: offered, takes_time } = await set();
      const tuesday = `2026-11-24T${15 + index}:00:00Z`;
      const ways = {
        edit: () => scene.patch(on(id), { notes: `Once ${from}` }),
        move: () => scene.patch(on(id), { scheduled_at: tuesday }),
        cancel: () => scene.post(on(id, 'cancel')),
      };
      for (const [action, act] of Object.entries(ways)) {
        if (action === 'cancel' && from === 'cancelled') continue;
        await set();
        expect((await act()).status, `${action} what is ${from}`).toBe(offered.includes(action) ? 200 : 409);
      }
      expect(takes_time, from).toBe(['pending', 'held', 'confirmed', 'arrived'].includes(from));
    }
  });

  test('a taken time is 409 with others to choose from, for a move, a hold and an undo', async () => {
    const id = await book();
    await book({ name: 'Ana Ruiz', scheduled_at: MONDAY_10 });
    const refused = [
      await scene.patch(on(id), { scheduled_at: MONDAY_10 }),
      await scene.post('/api/holds', { service_type: 'consultation', scheduled_at: MONDAY_10 }),
    ];
    await scene.post(on(id, 'cancel'));
    await book({ name: 'Cy Ruiz' });
    refused.push(await scene.post(on(id, 'undo')));
    for (const { status, body } of refused) {
      expect([status, body.code]).toEqual([409, 'SLOT_UNAVAILABLE']);
      expect(body.alternatives.length).toBeGreaterThanOrEqual(2);
    }
    const [free] = refused[0]?.body.alternatives ?? [];
    const other = await book({ name: 'Di Ruiz', scheduled_at: '2026-11-24T15:00:00Z' });
    expect((await scene.patch(on(other), { slot_id: free.slot_id })).body).toMatchObject({
      scheduled_at: free.start,
    });
  });

  test('a hold keeps a time, becomes the booking by its id, or is given back', async () => {
    const request = { service_type: 'consultation', scheduled_at: MONDAY_9, minutes: 5 };
    const held = await scene.post('/api/holds', request);
    expect(held.status).toBe(201);
    expect(held.body).toMatchObject({ success: true, scheduled_at: MONDAY_9, duration_minutes: 30 });
    expect((await scene.post('/api/appointments', WISH)).status).toBe(409);
    const { scheduled_at: _at, ...who } = WISH;
    const booked = await scene.post('/api/appointments', { ...who, hold_id: held.body.hold_id });
    expect(booked.body).toMatchObject({ appointment_id: held.body.hold_id, scheduled_at: MONDAY_9 });
    expect((await scene.remove(`/api/holds/${held.body.hold_id}`)).body).toMatchObject({
      code: 'NOT_CHANGEABLE',
    });

    const second = await scene.post('/api/holds', { ...request, scheduled_at: MONDAY_10 });
    expect((await scene.remove(`/api/holds/${second.body.hold_id}`)).status).toBe(204);
    expect(await book({ name: 'Ana Ruiz', scheduled_at: MONDAY_10 })).toBeDefined();
  });

  test('a hold that ran out says so, with times that are free', async () => {
    const { body } = await scene.post('/api/holds', { service_type: 'consultation', scheduled_at: MONDAY_9 });
    await scene.owner.query('update appointments set hold_expires_at = now() where id = $1', [body.hold_id]);
    const answer = await scene.post('/api/appointments', { ...WISH, hold_id: body.hold_id });
    expect(answer.body).toMatchObject({ status: 409, code: 'HOLD_EXPIRED' });
    expect(answer.body.alternatives.map(({ start }: { start: string }) => start)).toContain(MONDAY_9);
  });

  test.each<[string, number, string, object]>([
    ['VALIDATION_FAILED', 400, '', {}],
    ['VALIDATION_FAILED', 400, '', { scheduled_at: 'soon' }],
    [
      'VALIDATION_FAILED',
      400,
      '',
      { scheduled_at: MONDAY_10, org_id: '00000000-0000-0000-0000-000000000001' },
    ],
    ['IN_THE_PAST', 422, '', { scheduled_at: '2020-01-01T10:00:00Z' }],
    ['BEYOND_HORIZON', 422, '', { scheduled_at: '9999-12-31T10:00:00Z' }],
    ['OUTSIDE_HOURS', 422, '', { scheduled_at: '2026-11-22T15:00:00Z' }],
    ['SLOT_EXPIRED', 422, '', { slot_id: 'slot-1' }],
    ['PROVIDER_NOT_FOUND', 422, '', { provider_id: '00000000-0000-0000-0000-000000000001' }],
    ['OVERBOOK_REASON_MISSING', 422, '', { scheduled_at: MONDAY_10, overbook: true }],
    ['VALIDATION_FAILED', 400, 'status', { status: 'cancelled' }],
    ['VALIDATION_FAILED', 400, 'cancel', { reason: 'x'.repeat(501) }],
    ['NOTHING_TO_UNDO', 409, 'undo', {}],
  ])('%s (%i) for "%s" %j, and nothing is written', async (code, status, verb, body) => {
    const id = await book();
    const before = await scene.counts();
    const answer = verb === '' ? await scene.patch(on(id), body) : await scene.post(on(id, verb), body);
    expect(answer.body).toMatchObject({ code, status, detail: expect.any(String) });
    expect(await scene.counts()).toEqual(before);
  });

  test('another clinic’s appointment does not exist', async () => {
    const id = await book();
    scene.signIn(await scene.clinic());
    for (const answer of [
      await scene.patch(on(id), { scheduled_at: MONDAY_10 }),
      await scene.post(on(id, 'cancel')),
      await scene.post(on(id, 'undo')),
      await scene.post(on(id, 'status'), { status: 'arrived', early: true }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'APPOINTMENT_NOT_FOUND']);
    }
  });

  describe('with an Idempotency-Key', () => {
    const key = (name: string) => ({ 'idempotency-key': name });

    test('a repeat gets the first answer, and has no effect of its own', async () => {
      const first = await scene.post('/api/appointments', WISH, key('k1'));
      const written = await scene.counts();
      const again = await scene.post('/api/appointments', WISH, key('k1'));
      expect([first.replayed, again.replayed]).toEqual([false, true]);
      expect([again.status, again.body]).toEqual([201, first.body]);
      expect(await scene.counts()).toEqual(written);
    });

    test('holds for cancel, undo, status and holds as well', async () => {
      const id = await book();
      for (const [path, body] of [
        [on(id, 'cancel'), { reason: 'ill' }],
        [on(id, 'undo'), {}],
        [on(id, 'status'), { status: 'arrived', early: true }],
        ['/api/holds', { service_type: 'consultation', scheduled_at: MONDAY_10 }],
      ] as const) {
        const first = await scene.post(path, body, key('k'));
        const written = await scene.counts();
        const again = await scene.post(path, body, key('k'));
        expect(again, path).toEqual({ ...first, replayed: true });
        expect(await scene.counts()).toEqual(written);
      }
    });

    test('another body or another appointment under the same key is 422', async () => {
      const [one, two] = [await book(), await book({ name: 'Ana Ruiz', scheduled_at: MONDAY_10 })];
      await scene.post(on(one, 'cancel'), {}, key('k'));
      const before = await scene.counts();
      for (const answer of [
        await scene.post(on(one, 'cancel'), { reason: 'other' }, key('k')),
        await scene.post(on(two, 'cancel'), {}, key('k')),
      ]) {
        expect(answer.body).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
      }
      expect(await scene.counts()).toEqual(before);
    });

    test('one of many at once books, and the others get its answer or hear that it is in progress', async () => {
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => scene.post('/api/appointments', WISH, key('k'))),
      );
      const booked = answers.filter(({ status }) => status === 201);
      expect(new Set(booked.map(({ body }) => body.appointment_id)).size).toBe(1);
      expect(booked.filter(({ replayed }) => !replayed)).toHaveLength(1);
      for (const { status, body } of answers) {
        if (status !== 201) expect(body).toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT', retryable: true });
      }
      expect(await scene.appointments(clinic)).toHaveLength(1);
    });

    test('one that is still being worked on is 409', async () => {
      const client = await scene.owner.connect();
      try {
        await client.query('begin');
        await client.query(`select app_private.begin_once($1, 'POST /api/appointments', 'k', 'hash')`, [
          clinic.orgId,
        ]);
        const answer = await scene.post('/api/appointments', WISH, key('k'));
        expect(answer.body).toMatchObject({ status: 409, code: 'IDEMPOTENCY_IN_FLIGHT' });
      } finally {
        await client.query('rollback');
        client.release();
      }
      expect((await scene.post('/api/appointments', WISH, key('k'))).status).toBe(201);
    });

    test('a refusal is not kept: the same request may succeed later', async () => {
      const id = await book();
      const ana = { ...WISH, name: 'Ana Ruiz' };
      expect((await scene.post('/api/appointments', ana, key('k'))).status).toBe(409);
      await scene.post(on(id, 'cancel'));
      expect(await scene.post('/api/appointments', ana, key('k'))).toMatchObject({
        status: 201,
        replayed: false,
      });
    });

    test('an answer that cannot be kept takes its effect with it', async () => {
      await scene.owner.query(`
        create function public.full_disk() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$;
        create trigger full_disk before insert on public.idempotency_keys for each row execute function public.full_disk()`);
      try {
        expect((await scene.post('/api/appointments', WISH, key('k'))).status).toBe(500);
        expect(await scene.appointments(clinic)).toEqual([]);
      } finally {
        await scene.owner.query(
          'drop trigger full_disk on public.idempotency_keys; drop function public.full_disk()',
        );
      }
    });

    test('an answer is another clinic’s business never, and ends after a day', async () => {
      await scene.post('/api/appointments', WISH, key('k'));
      await scene.owner.query(
        `update idempotency_keys set created_at = now() - interval '25 hours' where org_id = $1`,
        [clinic.orgId],
      );
      expect((await scene.post('/api/appointments', WISH, key('k'))).status).toBe(409);
      scene.signIn(await scene.clinic());
      expect(await scene.post('/api/appointments', WISH, key('k'))).toMatchObject({
        status: 201,
        replayed: false,
      });
    });
  });
});
