import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { slotSigner } from '../availability/slot-id.ts';
import type { TestOrganization } from '../testing/index.ts';
import type { BookingRequest } from './book-appointment.ts';
import { type BookingScene, createBookingScene, MONDAY_9, NOW, refusalOf } from './testing.ts';

const newYork = (text: string) => ({ at: new Date(`${text}-05:00`) });

describe('booking', () => {
  let scene: BookingScene;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  afterAll(() => scene.close());

  /** Refused with this code, and nothing anywhere was written. */
  const refused = async (
    organization: TestOrganization,
    code: string,
    request: Partial<BookingRequest>,
    origin = {},
  ) => {
    const before = await scene.counts();
    const refusal = await refusalOf(scene.book(organization, request, origin));
    expect(refusal).toMatchObject({ code });
    expect(await scene.counts()).toEqual(before);
    return refusal;
  };

  test('says when, in words that can be spoken, and logs no patient', async () => {
    const clinic = await scene.clinic();
    const booked = await scene.book(clinic, { notes: ' First visit.\r\nAfraid of needles.\0 ' });
    expect(booked.confirmation).toBe(
      'You’re booked: Consultation, Monday, November 23 at 9:00 AM. You’ll get a text to confirm it.',
    );
    const [row] = await scene.appointments(clinic);
    expect(row).toMatchObject({
      notes: 'First visit.\nAfraid of needles.',
      source: 'api',
      duration_minutes: 30,
    });
    const line = scene.lines.find((one) => one.appointment_id === booked.appointmentId);
    expect(line).toMatchObject({ msg: '[Booking] Appointment booked', org_id: clinic.orgId });
    for (const private_ of ['Maria', 'Lopez', '4155550132', 'needles'])
      expect(JSON.stringify(scene.lines)).not.toContain(private_);
  });

  test('names the year when it is another one', async () => {
    const { confirmation } = await scene.book(await scene.clinic(), {
      when: { date: '2027-01-04', time: '9 am' },
    });
    expect(confirmation).toContain('Monday, January 4, 2027 at 9:00 AM');
  });

  test('a caller can’t book a time in the past, or this very moment', async () => {
    const clinic = await scene.clinic();
    for (const when of [
      { at: new Date(NOW) },
      newYork('2026-11-18T09:00:00'),
      { date: '2023-10-06', time: '10:00' },
      { date: '0000-01-01', time: '10:00' },
      { at: new Date('0000-01-01T00:00:00Z') },
    ]) {
      const { message } = await refused(clinic, 'IN_THE_PAST', { when }, { source: 'voice' });
      expect(message).toBe('That time has already passed. Choose a later time.');
    }
  });

  test('beyond the horizon is refused with its last day', async () => {
    const clinic = await scene.clinic();
    for (const when of [
      newYork('2027-11-19T10:00:00'),
      { date: '9999-12-31', time: '10:00' },
      { at: new Date('9999-12-31T23:59:59Z') },
    ]) {
      const { message } = await refused(clinic, 'BEYOND_HORIZON', { when });
      expect(message).toContain('November 18, 2027');
    }
    await expect(scene.book(clinic, { when: newYork('2027-11-17T16:30:00') })).resolves.toBeDefined();
  });

  test.each([
    ['before opening', '2026-11-23T08:30:00'],
    ['across the opening', '2026-11-23T08:45:00'],
    ['across the closing', '2026-11-23T16:45:00'],
    ['at the closing', '2026-11-23T17:00:00'],
    ['on a Sunday', '2026-11-22T10:00:00'],
    ['in the night', '2026-11-24T03:00:00'],
  ])('outside opening hours, %s, is refused, and what is offered instead is free', async (_when, text) => {
    const clinic = await scene.clinic();
    const refusal = await refused(clinic, 'OUTSIDE_HOURS', { when: newYork(text) });
    expect(refusal.extra.alternatives).toHaveLength(3);
    expect(refusal.message).toMatch(
      /^Main provider doesn't work then \(.+\)\. The closest openings are .+ and .+\./,
    );
    for (const [n, { slot_id: slotId, start }] of (refusal.extra.alternatives ?? []).entries()) {
      if (n % 2) continue;
      const booked = await scene.book(clinic, { when: { slotId } });
      expect(booked.scheduledAt.toISOString()).toBe(start);
    }
  });

  test('a taken time is refused with other times, and each of them can be booked', async () => {
    const clinic = await scene.clinic();
    await scene.book(clinic);
    const refusal = await refused(clinic, 'SLOT_UNAVAILABLE', { name: 'Ana Ruiz' });
    expect(refusal).toMatchObject({ status: 409 });
    const starts = refusal.extra.alternatives?.map((slot) => slot.start) ?? [];
    expect(starts).toContain('2026-11-23T14:30:00.000Z');
    expect(starts.length).toBeGreaterThanOrEqual(2);
    for (const start of starts) {
      const other = await scene.clinic();
      await scene.book(other);
      await expect(
        scene.book(other, { name: 'Ana Ruiz', when: { at: new Date(start) } }),
      ).resolves.toBeDefined();
    }
  });

  test('other times for a longer appointment are long enough', async () => {
    const clinic = await scene.clinic();
    await scene.book(clinic, { when: newYork('2026-11-23T10:00:00') });
    const request = { when: newYork('2026-11-23T09:30:00'), durationMinutes: 90, name: 'Ana Ruiz' };
    const { extra } = await refused(clinic, 'SLOT_UNAVAILABLE', request);
    for (const { slot_id: slotId, start, end } of extra.alternatives ?? []) {
      expect(Date.parse(end) - Date.parse(start)).toBe(90 * 60_000);
      const id = (await scene.book(clinic, { ...request, when: { slotId } })).appointmentId;
      await scene.owner.query(`update public.appointments set status = 'cancelled' where id = $1`, [id]);
    }
    expect(extra.alternatives).toHaveLength(3);
  });

  test('other times are those of the provider who was asked for', async () => {
    const clinic = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben'] });
    const [ada, ben] = clinic.providerIds;
    await scene.book(clinic, { providerName: 'ben' });
    const { extra } = await refused(clinic, 'SLOT_UNAVAILABLE', { providerName: 'Ben', name: 'Ana Ruiz' });
    expect(new Set(extra.alternatives?.map((slot) => slot.provider_id))).toEqual(new Set([ben]));
    await expect(scene.book(clinic, { providerId: ada, name: 'Ana Ruiz' })).resolves.toBeDefined();
    const [first] = extra.alternatives ?? [];
    const booked = await scene.book(clinic, {
      name: 'Cy Ruiz',
      providerName: 'Dr. Ada',
      when: { slotId: first?.slot_id ?? '' },
    });
    const row = (await scene.appointments(clinic)).find((one) => one.id === booked.appointmentId);
    expect(row.provider_id).toBe(ben);
  });

  test('nothing beyond the horizon is offered instead', async () => {
    const clinic = await scene.clinic();
    await scene.owner.query('update public.organizations set booking_horizon_days = 5 where id = $1', [
      clinic.orgId,
    ]);
    await scene.book(clinic, { when: { at: new Date('2026-11-23T14:30:00Z') } });
    const { extra } = await refused(clinic, 'SLOT_UNAVAILABLE', {
      name: 'Ana Ruiz',
      when: { at: new Date('2026-11-23T14:30:00Z') },
    });
    for (const { slot_id: slotId } of extra.alternatives ?? []) {
      const { appointmentId } = await scene.book(clinic, { name: 'Ana Ruiz', when: { slotId } });
      await scene.owner.query(`update public.appointments set status = 'cancelled' where id = $1`, [
        appointmentId,
      ]);
    }
    expect(extra.alternatives?.length).toBeGreaterThan(0);
  });

  test('an unknown service is refused with the services that there are', async () => {
    const clinic = await scene.clinic();
    const { message } = await refused(clinic, 'UNKNOWN_SERVICE', { serviceType: 'teleportation' });
    expect(message).toBe(
      '"teleportation" isn’t a service at this clinic. It offers: consultation, follow-up.',
    );
    await refused(clinic, 'UNKNOWN_SERVICE', { serviceType: "'; drop table services; --" });
    await refused(clinic, 'UNKNOWN_SERVICE', { serviceType: '--' });
    await refused(clinic, 'UNKNOWN_SERVICE', { serviceType: 'x'.repeat(10_000) });
  });

  test.each(['follow-up', 'Follow up', 'follow_up', 'FOLLOWUP', ' Follow-Up '])(
    'the service may be written "%s"',
    async (serviceType) => {
      const clinic = await scene.clinic();
      await scene.book(clinic, { serviceType });
      expect(await scene.appointments(clinic)).toMatchObject([
        { service_type: 'follow-up', duration_minutes: 15 },
      ]);
    },
  );

  test('a provider can be named, in part and in any case', async () => {
    const clinic = await scene.clinic({ providers: ['Dr. Ada Byron', 'Dr. Ben Lee'] });
    await scene.book(clinic, { providerName: ' ben LEE ' });
    expect((await scene.appointments(clinic))[0].provider_id).toBe(clinic.providerIds[1]);
    await refused(clinic, 'PROVIDER_NOT_FOUND', { providerName: 'Dr. Who' });
    await refused(clinic, 'PROVIDER_NOT_FOUND', { providerId: (await scene.clinic()).providerIds[0] });
  });

  test('without a preference, only who is on duty is booked', async () => {
    const clinic = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben', 'Dr. Cyd'] });
    const [ada, ben, cyd] = clinic.providerIds;
    await scene.owner.query(
      `update public.providers set working_hours = '{"1":[["13:00","17:00"]]}' where id = $1`,
      [ada],
    );
    for (const name of ['Ana Ruiz', 'Cy Ruiz']) await scene.book(clinic, { name });
    await refused(clinic, 'SLOT_UNAVAILABLE', { name: 'Di Ruiz' });
    const booked = (await scene.appointments(clinic)).map((row) => row.provider_id);
    expect(booked.toSorted()).toEqual([ben, cyd].toSorted());
    for (const name of ['Ana Ruiz', 'Cy Ruiz', 'Di Ruiz'])
      await scene.book(clinic, { name, when: newYork('2026-11-23T13:00:00') });
    await refused(clinic, 'SLOT_UNAVAILABLE', { when: newYork('2026-11-23T13:15:00') });
  });

  test('an offer books what was offered, once, and says so when it is gone', async () => {
    const clinic = await scene.clinic();
    const { slots } = await scene.freeTimes(clinic, { serviceType: 'follow-up' });
    const slotId = slots[5]?.slot_id ?? '';
    // What is said beside the offer does not change it.
    const booked = await scene.book(clinic, { when: { slotId }, serviceType: 'consultation' });
    expect(booked.scheduledAt.toISOString()).toBe(slots[5]?.start);
    expect(await scene.appointments(clinic)).toMatchObject([{ service_type: 'follow-up' }]);
    await refused(clinic, 'SLOT_UNAVAILABLE', { when: { slotId }, name: 'Ana Ruiz' });
  });

  test('an offer that was changed, is old, or was made to another clinic is refused', async () => {
    const [clinic, other] = [await scene.clinic(), await scene.clinic()];
    const { slots } = await scene.freeTimes(clinic);
    const slotId = slots[0]?.slot_id ?? '';
    await refused(other, 'SLOT_EXPIRED', { when: { slotId } });
    await refused(clinic, 'SLOT_EXPIRED', { when: { slotId: `A${slotId.slice(1)}` } });
    await refused(clinic, 'SLOT_EXPIRED', { when: { slotId: 'slot-1' } });
    const sign = slotSigner(
      scene.context.slotKey,
      { orgId: clinic.orgId, service: 'consultation' },
      new Date(Date.parse(NOW) - 901_000),
    );
    const old = sign(clinic.providerIds[0] ?? '', Date.parse(MONDAY_9));
    const { message } = await refused(clinic, 'SLOT_EXPIRED', { when: { slotId: old } });
    expect(message).toContain('Ask for the free times again');
  });

  test.each<[string, Partial<BookingRequest>]>([
    ['INVALID_NAME', { name: 'N/A' }],
    ['INVALID_NAME', { name: '\u202e\u200b' }],
    ['INVALID_PHONE', { phone: 'anonymous' }],
    ['INVALID_PHONE', { phone: '+266696687' }],
    ['INVALID_EMAIL', { email: 'maria at example' }],
    ['INVALID_TIME', { when: { date: '2027-02-30', time: '09:00' } }],
    ['INVALID_TIME', { when: { date: '2027-03-14', time: '02:30' } }],
    ['INVALID_DURATION', { durationMinutes: 1 }],
    ['INVALID_NOTES', { notes: 'x'.repeat(2_001) }],
  ])('%s: %j is refused, and nothing is written', async (code, request) => {
    await refused(await scene.clinic(), code, request);
  });

  test('a deadlock is tried once more, and only once', async () => {
    const clinic = await scene.clinic();
    await scene.owner.query(`
      create sequence public.deadlocks;
      grant usage on sequence public.deadlocks to public;
      create function public.deadlock_now() returns trigger language plpgsql security definer as $$
      begin
        if nextval('public.deadlocks') <= 1 then raise exception 'again' using errcode = '40P01'; end if;
        return new;
      end $$;
      create trigger deadlock before insert on public.appointments for each row execute function public.deadlock_now()`);
    try {
      await scene.book(clinic);
      expect(await scene.appointments(clinic)).toHaveLength(1);
      await scene.owner.query(`alter sequence public.deadlocks restart with 1`);
      await scene.owner.query(
        `create or replace function public.deadlock_now() returns trigger language plpgsql as $$
         begin raise exception 'again' using errcode = '40001'; end $$`,
      );
      await expect(
        scene.book(clinic, { name: 'Ana Ruiz', when: newYork('2026-11-23T11:00:00') }),
      ).rejects.toMatchObject({ code: '40001' });
    } finally {
      await scene.owner.query('drop trigger deadlock on public.appointments');
    }
  });
});
