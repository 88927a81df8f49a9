import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { meanwhile } from './testing/meanwhile.ts';
import { type BookingScene, createBookingScene, NOW } from './testing.ts';

type Clinic = Awaited<ReturnType<BookingScene['clinic']>>;

const at = (time: string) => new Date(`2026-11-23T${time}:00-05:00`);
const origin = { source: 'api', requestId: 'test' } as const;

describe('a time that was taken while the linked calendar could not be read', () => {
  let scene: BookingScene;
  let clinic: Clinic;
  let ada: string;
  let ben: string;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  beforeEach(async () => {
    scene.clock.set(NOW);
    clinic = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben'] });
    [ada = '', ben = ''] = clinic.providerIds;
    scene.signIn(clinic);
    await scene.owner.query(`update organizations set calendar_policy = 'internal_only' where id = $1`, [
      clinic.orgId,
    ]);
    await mirror(ada, '31 minutes');
    await mirror(ben, '29 minutes');
  });
  afterAll(() => scene.close());

  /** By the database's clock, which decides. */
  const mirror = (providerId: string, ago: string | null) =>
    scene.owner.query(
      `insert into calendar_mirrors (org_id, provider_id, synced_at) values ($1, $2, now() - $3::interval)
       on conflict (org_id, provider_id) do update set synced_at = excluded.synced_at`,
      [clinic.orgId, providerId, ago],
    );
  const book = async (providerId: string, { time = '09:00', name = 'Maria Lopez' } = {}) =>
    (await scene.book(clinic, { when: { at: at(time) }, providerId, name })).appointmentId;
  const move = (id: string, request: object) => scene.move(clinic, { appointmentId: id, ...request }, origin);
  const flag = async (id: string) => (await scene.row(id)).calendar_unverified;
  const audited = async (id: string) => (await scene.audit(id)).at(-1)?.after.calendar_unverified;

  test('says so, on the row, in the answer and in the audit log', async () => {
    const id = await book(ada);
    expect([await flag(id), await audited(id)]).toEqual([true, true]);
    const { body } = await scene.get(`/api/appointments/${id}`);
    expect(body).toMatchObject({ calendar_unverified: true });
    await mirror(ada, null);
    expect(await flag(await book(ada, { time: '11:00' }))).toBe(true);
  });

  test('a provider with a readable calendar, or none, gets no mark', async () => {
    const known = await book(ben);
    expect([await flag(known), await audited(known)]).toEqual([false, undefined]);
    await scene.owner.query('delete from calendar_mirrors where org_id = $1', [clinic.orgId]);
    expect(await flag(await book(ada, { name: 'Ana Ruiz' }))).toBe(false);
  });

  test('is looked at again when it moves, and when that is undone', async () => {
    const id = await book(ada);
    await move(id, { when: { at: at('10:00') }, providerId: ben });
    expect([await flag(id), await audited(id)]).toEqual([false, undefined]);
    await scene.undo(clinic, { appointmentId: id }, origin);
    expect([await flag(id), await audited(id)]).toEqual([true, true]);
    await mirror(ada, '1 minute');
    await move(id, { durationMinutes: 45 });
    expect(await flag(id)).toBe(false);
  });

  test('stays as it was through the day, and when it is put into the calendar', async () => {
    const id = await book(ada);
    await mirror(ada, '1 minute');
    await scene.owner.query(`update appointments set sync_state = 'synced' where id = $1`, [id]);
    await scene.post(`/api/appointments/${id}/status`, { status: 'arrived' });
    expect(await flag(id)).toBe(true);
  });

  test('a booking made from such a hold is marked as well', async () => {
    const hold = async (providerId: string) =>
      (
        await scene.hold(
          clinic,
          { serviceType: 'consultation', when: { at: at('09:00') }, providerId, seconds: 600 },
          origin,
        )
      ).holdId;
    const [blind, known] = [await hold(ada), await hold(ben)];
    expect([await flag(blind), await flag(known)]).toEqual([true, false]);
    await mirror(ada, '1 minute');
    const confirm = (holdId: string, name: string) => scene.book(clinic, { when: { holdId }, name });
    await confirm(blind, 'Ana Ruiz');
    expect([await flag(blind), await audited(blind)]).toEqual([true, true]);
    await mirror(ben, '31 minutes');
    await confirm(known, 'Cy Ruiz');
    expect(await flag(known)).toBe(true);
  });

  test('is offered and written down by the same rule', async () => {
    scene.clock.set(new Date().toISOString());
    const { slots } = await scene.freeTimes(clinic);
    const stale = new Set(slots.filter((slot) => slot.calendar_state).map((slot) => slot.provider_id));
    expect([...stale]).toEqual([ada]);
  });
});

describe('a calendar that is linked while someone waits to be booked', () => {
  let scene: BookingScene;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  afterAll(() => scene.close());

  test('gets that booking, too', async () => {
    const clinic = await scene.clinic();
    const booked = await meanwhile(
      scene.owner,
      (sql) => sql('select app_private.lock_provider($1, $2)', [clinic.orgId, clinic.providerIds[0]]),
      () => scene.book(clinic),
      {
        before: () =>
          scene.owner.query(
            `insert into public.connections (org_id, provider, status, sealed) values ($1, 'google', 'connected', 'x')`,
            [clinic.orgId],
          ),
      },
    );
    expect(await scene.row(booked.appointmentId)).toMatchObject({ sync_state: 'pending' });
    expect((await scene.outbox(booked.appointmentId)).map(({ topic }) => topic)).toContain('calendar.push');
  });
});
