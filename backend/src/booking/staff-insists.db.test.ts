import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BookingRequest } from './book-appointment.ts';
import { type BookingScene, createBookingScene, MONDAY_9, NOW, refusalOf } from './testing.ts';

const newYork = (text: string) => new Date(`${text}-05:00`);

describe('what staff may insist on', () => {
  let scene: BookingScene;
  let clinic: Awaited<ReturnType<BookingScene['clinic']>>;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  afterAll(() => scene.close());
  beforeEach(async () => {
    scene.clock.set(NOW);
    clinic = await scene.clinic({ providers: ['Dr. Peña'] });
    scene.signIn(clinic);
  });

  const book = (at: string, request: Partial<BookingRequest> = {}, source = 'dashboard') =>
    scene.book(clinic, { when: { at: newYork(at) }, ...request }, { source });
  const move = (
    appointmentId: string,
    at: string,
    asked: object = {},
    source: 'dashboard' | 'voice' = 'dashboard',
  ) => scene.move(clinic, { appointmentId, when: { at: newYork(at) }, ...asked }, { source });
  const timeOff = (from: string, to: string, providerId: string | null = clinic.providerIds[0] ?? null) =>
    scene.owner.query(
      `insert into public.time_off (org_id, provider_id, title, starts_local, ends_local) values ($1, $2, 'Away', $3, $4)`,
      [clinic.orgId, providerId, from, to],
    );

  describe('a patient who is already there', () => {
    test.each(['dashboard', 'api'])('is booked for a start of the last hour, by the %s', async (source) => {
      const { appointmentId, confirmation } = await book('2026-11-18T09:45:00', {}, source);
      expect(confirmation).toBe('Consultation on Wednesday, November 18 at 9:45 AM is booked.');
      expect((await scene.row(appointmentId)).scheduled_at.toISOString()).toBe('2026-11-18T14:45:00.000Z');
    });

    test('can have come at any time of today at the clinic, where that is said, and not yesterday', async () => {
      scene.clock.set('2026-11-18T20:00:00Z');
      const insist = { alreadyHere: true };
      expect(await refusalOf(book('2026-11-18T09:00:00'))).toMatchObject({ code: 'IN_THE_PAST' });
      await expect(book('2026-11-18T09:00:00', { insist })).resolves.toBeDefined();
      expect(await refusalOf(book('2026-11-17T16:00:00', { insist }))).toMatchObject({ code: 'IN_THE_PAST' });
    });

    test.each(['voice', 'patient', 'system'])('is none to a %s booking', async (source) => {
      for (const insist of [undefined, { alreadyHere: true }]) {
        const refusal = await refusalOf(book('2026-11-18T09:45:00', { insist }, source));
        expect(refusal).toMatchObject({ code: 'IN_THE_PAST' });
      }
    });

    test('needs no notice, and keeps to opening hours and to who is there', async () => {
      await scene.owner.query('update public.services set min_notice_minutes = 120 where org_id = $1', [
        clinic.orgId,
      ]);
      await expect(book('2026-11-18T09:45:00', {}, 'api')).resolves.toBeDefined();
      scene.clock.set('2026-11-18T13:10:00Z');
      expect(await refusalOf(book('2026-11-18T08:00:00'))).toMatchObject({ code: 'OUTSIDE_HOURS' });
      scene.clock.set('2026-11-18T14:50:00Z');
      expect(await refusalOf(book('2026-11-18T09:45:00', { name: 'Ana Ruiz' }))).toMatchObject({
        code: 'SLOT_UNAVAILABLE',
      });
    });

    test('is moved to now', async () => {
      const { appointmentId } = await book('2026-11-23T09:00:00');
      const { appointment } = await move(appointmentId, '2026-11-18T09:45:00');
      expect(appointment.scheduled_at.toISOString()).toBe('2026-11-18T14:45:00.000Z');
      expect(await refusalOf(move(appointmentId, '2026-11-18T09:15:00', {}, 'voice'))).toMatchObject({
        code: 'IN_THE_PAST',
      });
    });
  });

  describe('a time at which no one works', () => {
    test('is refused with who does not work when, not with a closed clinic', async () => {
      const said = async (at: string, request = {}) =>
        (await refusalOf(book(at, request))).message.split('.')[0];
      const two = await scene.owner.query(
        `insert into public.providers (org_id, name) values ($1, 'Dr. Ben') returning id`,
        [clinic.orgId],
      );
      const [pena] = clinic.providerIds;
      const full = async (at: string, request = {}) => (await refusalOf(book(at, request))).message;
      expect(await full('2026-11-23T17:00:00', { providerId: pena })).toMatch(
        /^Dr\. Peña doesn't work then \(5-5:30 PM\)\./,
      );
      expect(await full('2026-11-23T17:00:00')).toMatch(
        /^No one who offers Consultation works then \(5-5:30 PM\)\./,
      );
      await timeOff('2026-11-23T11:30', '2026-11-23T12:30');
      expect(await full('2026-11-23T11:45:00', { providerId: pena })).toMatch(
        /^Dr\. Peña is away then \(11:45 AM-12:15 PM\)\./,
      );
      await timeOff('2026-12-24T00:00', '2026-12-25T00:00', null);
      expect(await said('2026-12-24T10:00:00', { providerId: two.rows[0].id })).toBe(
        'The clinic is closed: Away',
      );
    });

    test.each([
      ['outside working hours', '2026-11-23T18:00:00', 'closed'],
      ['across the closing', '2026-11-23T16:45:00', 'too_short'],
      ['in a break', '2026-11-23T12:15:00', 'break'],
      ['on time off', '2026-11-24T10:00:00', 'time_off'],
      ['on a holiday', '2026-11-25T10:00:00', 'holiday'],
    ])('can be booked and moved to on purpose, %s, and the audit log says so', async (_where, at, rule) => {
      await scene.owner.query(
        `update public.providers set breaks = '{"1":[["12:00","13:00"]]}' where org_id = $1`,
        [clinic.orgId],
      );
      await timeOff('2026-11-24T00:00', '2026-11-25T00:00');
      await timeOff('2026-11-25T00:00', '2026-11-26T00:00', null);
      expect(await refusalOf(book(at))).toMatchObject({ code: 'OUTSIDE_HOURS', extra: { reason: rule } });
      const insist = { outsideHours: true };
      for (const source of ['voice', 'patient', 'system']) {
        expect(await refusalOf(book(at, { insist }, source))).toMatchObject({ code: 'OUTSIDE_HOURS' });
      }
      const booked = await book(at, { insist });
      expect((await scene.audit(booked.appointmentId)).at(-1)).toMatchObject({
        action: 'appointment.outside_hours',
        actor_type: 'user',
        after: { rule },
      });
      const { appointmentId } = await book('2026-11-23T10:00:00', { name: 'Ana Ruiz' });
      expect(await refusalOf(move(appointmentId, at, { insist }))).toMatchObject({
        code: 'SLOT_UNAVAILABLE',
      });
      const later = new Date(newYork(at).getTime() + 30 * 60_000);
      const moved = await move(appointmentId, '', { when: { at: later }, insist });
      expect(moved.appointment.scheduled_at).toEqual(later);
      expect((await scene.audit(appointmentId)).at(-1)).toMatchObject({
        action: 'appointment.outside_hours',
      });
    });

    test('isn’t an excuse for the horizon, the past or a time that is taken', async () => {
      const insist = { outsideHours: true };
      expect(await refusalOf(book('2028-01-10T10:00:00', { insist }))).toMatchObject({
        code: 'BEYOND_HORIZON',
      });
      expect(await refusalOf(book('2026-11-17T03:00:00', { insist }))).toMatchObject({ code: 'IN_THE_PAST' });
      await book('2026-11-23T18:00:00', { insist });
      expect(await refusalOf(book('2026-11-23T18:15:00', { insist, name: 'Ana Ruiz' }))).toMatchObject({
        code: 'SLOT_UNAVAILABLE',
      });
    });

    test('is asked for by its name in the API', async () => {
      const body = {
        name: 'Maria Lopez',
        phone: '+14155550132',
        service_type: 'consultation',
        scheduled_at: '2026-11-23T18:00:00-05:00',
      };
      expect(await scene.post('/api/appointments', body)).toMatchObject({
        status: 422,
        body: { code: 'OUTSIDE_HOURS', reason: 'closed' },
      });
      expect(await scene.post('/api/appointments', { ...body, outside_hours: true })).toMatchObject({
        status: 201,
      });
    });
  });

  describe('a start with seconds', () => {
    test('is on its whole minute, whoever asks, and leaves the time before it free', async () => {
      const { appointmentId, scheduledAt } = await book('2026-11-23T10:00:30.500');
      expect(scheduledAt).toEqual(newYork('2026-11-23T10:00:00'));
      const row = await scene.row(appointmentId);
      expect([row.scheduled_at, row.busy_from, row.busy_to]).toEqual([
        newYork('2026-11-23T10:00:00'),
        newYork('2026-11-23T10:00:00'),
        newYork('2026-11-23T10:30:00'),
      ]);
      await book('2026-11-23T09:30:00', { name: 'Ana Ruiz' });
      const { appointment } = await move(appointmentId, '2026-11-23T11:15:59');
      expect(appointment.scheduled_at).toEqual(newYork('2026-11-23T11:15:00'));
    });

    test('joins the session of its minute, also in plain SQL', async () => {
      await scene.owner.query('update public.services set capacity = 3 where org_id = $1', [clinic.orgId]);
      const ask = (name: string, seconds: number) =>
        scene.call('book_appointment_atomic', {
          p_org_id: clinic.orgId,
          p_name: name,
          p_email: null,
          p_phone: '+14155550132',
          p_service_type: 'consultation',
          p_scheduled_at: new Date(Date.parse(MONDAY_9) + seconds * 1_000).toISOString(),
          p_duration_minutes: 30,
        });
      const [first, second] = [await ask('Ana Ruiz', 0), await ask('Ben Cole', 42)];
      expect(second).toMatchObject({ success: true });
      const rows = await Promise.all([first, second].map((one) => scene.row(one.appointment_id)));
      expect(rows[1].session_id).toBe(rows[0].session_id);
      expect(rows[1].scheduled_at.toISOString()).toBe(MONDAY_9);
    });
  });
});
