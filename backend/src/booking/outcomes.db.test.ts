import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BookingScene, createBookingScene, MONDAY_9, NOW, refusalOf } from './testing.ts';

const OUTCOMES = ['arrived', 'completed', 'no_show'] as const;
const minutesBefore = (minutes: number) => new Date(Date.parse(MONDAY_9) - minutes * 60_000);

describe('what became of a visit', () => {
  let scene: BookingScene;
  let clinic: Awaited<ReturnType<BookingScene['clinic']>>;
  let id: string;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  afterAll(() => scene.close());
  beforeEach(async () => {
    scene.clock.set(NOW);
    clinic = await scene.clinic();
    scene.signIn(clinic);
    id = (await scene.book(clinic)).appointmentId;
  });

  const record = (status: string, more: object = {}) =>
    scene.post(`/api/appointments/${id}/status`, { status, ...more });

  test.each(OUTCOMES)('is not known before the visit: %s asks, and staff may insist', async (status) => {
    for (const when of [new Date(NOW), minutesBefore(31)]) {
      scene.clock.set(when);
      const before = await scene.counts();
      expect(await record(status)).toMatchObject({
        status: 409,
        body: { code: 'TOO_EARLY', detail: expect.stringContaining('Monday, November 23 at 9:00 AM') },
      });
      expect(await scene.counts()).toEqual(before);
    }
    expect(await record(status, { early: true })).toMatchObject({ status: 200, body: { status } });
    expect((await scene.audit(id)).at(-1)).toMatchObject({
      action: 'appointment.recorded_early',
      actor_type: 'user',
      after: { status },
    });
  });

  test.each(OUTCOMES)(
    'is recorded without a question from half an hour before the start: %s',
    async (status) => {
      scene.clock.set(minutesBefore(30));
      expect(await record(status)).toMatchObject({ status: 200, body: { status } });
      expect((await scene.audit(id)).map(({ action }) => action)).not.toContain('appointment.recorded_early');
    },
  );

  test.each(['voice', 'patient', 'google', 'system'] as const)(
    'is never recorded early by %s',
    async (source) => {
      for (const early of [false, true]) {
        const request = { appointmentId: id, status: 'no_show' as const, early };
        const refusal = await refusalOf(scene.setStatus(clinic, request, { source }));
        expect(refusal).toMatchObject({ code: 'TOO_EARLY' });
      }
    },
  );

  test('is judged by the time it was moved to', async () => {
    scene.clock.set(minutesBefore(10));
    await scene.patch(`/api/appointments/${id}`, { scheduled_at: '2026-11-24T16:00:00Z' });
    expect(await record('arrived')).toMatchObject({ status: 409, body: { code: 'TOO_EARLY' } });
  });

  test('can be taken back at any time, and said twice', async () => {
    await record('arrived', { early: true });
    expect(await record('arrived')).toMatchObject({ status: 200 });
    expect(await record('confirmed')).toMatchObject({ status: 200, body: { status: 'confirmed' } });
  });

  test('does not keep a request from being confirmed', async () => {
    ({ appointmentId: id } = await scene.book(clinic, {
      name: 'Ana Ruiz',
      when: { at: new Date('2026-11-24T16:00:00Z') },
      status: 'pending',
    }));
    expect(await record('confirmed')).toMatchObject({ status: 200 });
  });
});
