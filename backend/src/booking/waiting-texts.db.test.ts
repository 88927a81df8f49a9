import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BookingScene, createBookingScene, MONDAY_9, NOW } from './testing.ts';

type Clinic = Awaited<ReturnType<BookingScene['clinic']>>;
type Payload = { change: string; scheduled_at: string; silent: boolean };

const MONDAY_10 = '2026-11-23T15:00:00.000Z';
const MONDAY_11 = '2026-11-23T16:00:00.000Z';
const WAITS = { notify_after_s: 600 };

describe('the text about a change', () => {
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

  const book = async (more: object = {}): Promise<string> => {
    const request = {
      name: 'Maria Lopez',
      phone: '+14155550132',
      service_type: 'consultation',
      scheduled_at: MONDAY_9,
    };
    return (await scene.post('/api/appointments', { ...request, ...more })).body.appointment_id;
  };
  const on = (id: string, verb: string) => `/api/appointments/${id}/${verb}`;
  const move = (id: string, to: string, more: object = WAITS) =>
    scene.patch(`/api/appointments/${id}`, { scheduled_at: to, ...more });
  const cancel = (id: string, more: object = WAITS) => scene.post(on(id, 'cancel'), more);
  const undo = (id: string, more: object = WAITS) => scene.post(on(id, 'undo'), more);
  /** What the patient would read if all that waits left now. */
  const toLeave = async (id: string) =>
    (await scene.outbox(id))
      .filter(({ topic }) => topic.startsWith('message.'))
      .map(({ payload }) => payload as Payload)
      .filter(({ silent }) => !silent)
      .map(({ change, scheduled_at }) => [change, new Date(scheduled_at).toISOString()]);
  const leave = (id: string) => scene.textsLeave(id);
  const texts = async (id: string) => (await scene.get(`/api/appointments/${id}`)).body.texts;

  test('waits as long as asked, in the queue, and every screen can see until when', async () => {
    const id = await book(WAITS);
    const [waiting] = await texts(id);
    expect(waiting).toMatchObject({
      kind: 'confirmation',
      status: 'waiting',
      message_id: null,
      reason: null,
    });
    const { rows } = await scene.owner.query(
      `select run_at, run_at > now() + interval '9 minutes' as waits from public.outbox where key = $1`,
      [`${id}:1`],
    );
    expect(rows).toEqual([{ run_at: new Date(waiting.sends_at), waits: true }]);
  });

  test('is on the patient’s card too while it waits', async () => {
    const id = await book(WAITS);
    const { contact, texts: waiting } = (await scene.get(`/api/appointments/${id}`)).body;
    const card = async () => (await scene.get(`/api/contacts/${contact.id}`)).body.texts;
    expect(waiting).toMatchObject([{ status: 'waiting' }]);
    expect(await card()).toEqual(waiting);
    await scene.post(on(id, 'withdraw-text'));
    expect(await card()).toEqual([]);
  });

  test('leaves at once where no one says that it waits', async () => {
    const id = await book();
    expect(await texts(id)).toMatchObject([{ kind: 'confirmation', status: 'queued', sends_at: null }]);
  });

  test.each([601, -1, 1.5, 'soon'])('does not wait for %j seconds', async (seconds) => {
    const id = await book();
    for (const answer of [
      await move(id, MONDAY_10, { notify_after_s: seconds }),
      await cancel(id, { notify_after_s: seconds }),
    ]) {
      expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    }
  });

  test('is taken back, once; the change stays', async () => {
    const id = await book();
    await leave(id);
    await move(id, MONDAY_10);
    const taken = await scene.post(on(id, 'withdraw-text'));
    expect(taken).toMatchObject({ status: 200, body: { id, scheduled_at: MONDAY_10 } });
    expect(taken.body.texts).toMatchObject([{ kind: 'confirmation', status: 'delivered' }]);
    expect(await scene.post(on(id, 'withdraw-text'))).toMatchObject({
      status: 409,
      body: { code: 'NO_TEXT_WAITS' },
    });
    expect((await scene.audit(id)).at(-1)).toMatchObject({ action: 'appointment.text_withdrawn' });
    // No one got a text about the move, so no one gets one about the undo.
    await undo(id);
    expect((await toLeave(id)).slice(1)).toEqual([]);
  });

  test('another clinic’s text can’t be taken back', async () => {
    const id = await book(WAITS);
    scene.signIn(await scene.clinic());
    expect((await scene.post(on(id, 'withdraw-text'))).status).toBe(409);
    scene.signIn(clinic);
    expect(await texts(id)).toMatchObject([{ status: 'waiting' }]);
  });

  type Step = [name: string, steps: ((id: string) => Promise<unknown>)[], texts: [string, string][]];
  const untold: Step[] = [
    ['booked', [], [['booked', MONDAY_9]]],
    ['booked and moved', [(id) => move(id, MONDAY_10)], [['booked', MONDAY_10]]],
    ['booked, moved and undone', [(id) => move(id, MONDAY_10), undo], [['booked', MONDAY_9]]],
    ['booked and canceled', [cancel], []],
    ['booked, canceled and undone', [cancel, undo], [['booked', MONDAY_9]]],
    [
      'booked, moved, canceled and undone',
      [(id) => move(id, MONDAY_10), cancel, undo],
      [['booked', MONDAY_10]],
    ],
    ['booked, canceled at once and undone', [(id) => cancel(id, {}), undo], [['booked', MONDAY_9]]],
  ];
  test.each(untold)(
    '%s before anything left: one text at most, and it is true',
    async (_, steps, expected) => {
      const id = await book(WAITS);
      for (const step of steps) await step(id);
      expect(await toLeave(id)).toEqual(expected);
    },
  );

  const told: Step[] = [
    ['moved', [(id) => move(id, MONDAY_10)], [['moved', MONDAY_10]]],
    ['moved and undone', [(id) => move(id, MONDAY_10), undo], []],
    ['moved and moved back', [(id) => move(id, MONDAY_10), (id) => move(id, MONDAY_9)], []],
    ['moved twice', [(id) => move(id, MONDAY_10), (id) => move(id, MONDAY_11)], [['moved', MONDAY_11]]],
    [
      'moved twice and undone',
      [(id) => move(id, MONDAY_10), (id) => move(id, MONDAY_11), undo],
      [['moved', MONDAY_10]],
    ],
    ['canceled', [cancel], [['cancelled', MONDAY_9]]],
    ['canceled and undone', [cancel, undo], []],
    ['moved and canceled', [(id) => move(id, MONDAY_10), cancel], [['cancelled', MONDAY_9]]],
    ['moved, canceled and undone', [(id) => move(id, MONDAY_10), cancel, undo], [['moved', MONDAY_10]]],
    ['canceled, undone and moved', [cancel, undo, (id) => move(id, MONDAY_10)], [['moved', MONDAY_10]]],
  ];
  test.each(told)(
    '%s after the patient was told of the booking: only what is news to them',
    async (_, steps, expected) => {
      const id = await book();
      await leave(id);
      for (const step of steps) await step(id);
      expect((await toLeave(id)).slice(1)).toEqual(expected);
    },
  );

  test('that left is corrected by an undo', async () => {
    const id = await book();
    await leave(id);
    await cancel(id, {});
    await leave(id);
    await undo(id, {});
    expect((await toLeave(id)).at(-1)).toEqual(['restored', MONDAY_9]);
  });

  test('is not promised to a patient who gets none, and says why', async () => {
    await scene.owner.query(`select app_private.keep_word('+14155550132', null, true, true, now(), false)`);
    const request = {
      name: 'Maria Lopez',
      phone: '+14155550132',
      service_type: 'consultation',
      scheduled_at: MONDAY_9,
    };
    const { body } = await scene.post('/api/appointments', request);
    expect(body.confirmation).toMatch(/^You’re booked: .*\. We can’t text that number/);
    expect(body.no_texts).toMatchObject({ code: 'STOPPED', reason: expect.stringContaining('sent STOP') });
    const { contact, texts: stopped } = (await scene.get(`/api/appointments/${body.appointment_id}`)).body;
    expect(stopped).toMatchObject([{ status: 'failed', error_code: 'STOPPED', sends_at: null }]);
    expect(contact.no_texts).toMatchObject({ code: 'STOPPED' });
    expect((await scene.get(`/api/contacts/${body.contact_id}`)).body.no_texts).toMatchObject({
      code: 'STOPPED',
    });
    await scene.owner.query(
      `select app_private.keep_word('+14155550132', null, true, false, now() + interval '1 s', false)`,
    );
    expect((await scene.get(`/api/contacts/${body.contact_id}`)).body.no_texts).toBeNull();
  });
});
