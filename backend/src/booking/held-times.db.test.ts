import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BookingScene, createBookingScene, MONDAY_9, NOW } from './testing.ts';

type Clinic = Awaited<ReturnType<BookingScene['clinic']>>;

const MONDAY_10 = '2026-11-23T15:00:00.000Z';
const DAY = 'from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z';

describe('times that are held', () => {
  let scene: BookingScene;
  let clinic: Clinic;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  beforeEach(async () => {
    scene.clock.set(NOW);
    clinic = await scene.clinic();
    scene.signIn(clinic);
  });
  afterAll(() => scene.close());

  const hold = async (at: string) =>
    (await scene.post('/api/holds', { service_type: 'consultation', scheduled_at: at })).body;
  const list = async (range = DAY) => (await scene.get(`/api/holds?${range}`)).body.data;

  test('are listed in the order of their time, with who is kept and until when', async () => {
    const [late, early] = [await hold(MONDAY_10), await hold(MONDAY_9)];
    expect(await list()).toEqual([
      {
        hold_id: early.hold_id,
        service_type: 'consultation',
        service_name: 'Consultation',
        scheduled_at: MONDAY_9,
        duration_minutes: 30,
        provider_id: clinic.providerIds[0],
        provider_name: 'Main provider',
        source: 'dashboard',
        expires_at: early.expires_at,
      },
      expect.objectContaining({ hold_id: late.hold_id }),
    ]);
  });

  test('begin within the range, its end not included', async () => {
    await hold(MONDAY_9);
    expect(await list(`from=${MONDAY_9}&to=${MONDAY_10}`)).toHaveLength(1);
    expect(await list(`from=2026-11-23T14:00:01Z&to=${MONDAY_10}`)).toEqual([]);
    expect(await list(`from=2026-11-23T00:00:00Z&to=${MONDAY_9}`)).toEqual([]);
  });

  test('are gone when they ran out, were given back or became an appointment', async () => {
    const [one, two, three] = [
      await hold(MONDAY_9),
      await hold(MONDAY_10),
      await hold('2026-11-23T16:00:00Z'),
    ];
    await scene.owner.query('update appointments set hold_expires_at = now() where id = $1', [one.hold_id]);
    await scene.remove(`/api/holds/${two.hold_id}`);
    await scene.book(clinic, { when: { holdId: three.hold_id } });
    expect(await list()).toEqual([]);
  });

  test('for someone are an appointment of theirs, and are shown there', async () => {
    const { contactId } = await scene.book(clinic, { when: { at: new Date(MONDAY_9) } });
    const held = await hold(MONDAY_10);
    await scene.owner.query('update appointments set contact_id = $2 where id = $1', [
      held.hold_id,
      contactId,
    ]);
    expect(await list()).toEqual([]);
  });

  test.each([
    ['who has left', 'update public.providers set active = false, deleted_at = now() where id = $1'],
    [
      'who has time off by now',
      `insert into public.time_off (org_id, provider_id, title, starts_local, ends_local)
       select org_id, id, 'Ill', '2026-11-23', '2026-11-24' from public.providers where id = $1`,
    ],
  ])('with someone %s become no appointment', async (_, change) => {
    const held = await hold(MONDAY_9);
    await scene.owner.query(`insert into public.providers (org_id, name) values ($1, 'Dr. Ben')`, [
      clinic.orgId,
    ]);
    await scene.owner.query(change, [clinic.providerIds[0]]);
    const answer = await scene.post('/api/appointments', {
      name: 'Maria Lopez',
      phone: '+14155550132',
      service_type: 'consultation',
      hold_id: held.hold_id,
    });
    expect(answer.body).toMatchObject({ status: 409, code: 'HOLD_EXPIRED' });
    expect(answer.body.alternatives.length).toBeGreaterThanOrEqual(2);
  });

  test('that ended for someone were never their appointment; one that was canceled was', async () => {
    const { contactId, appointmentId } = await scene.book(clinic, { when: { at: new Date(MONDAY_9) } });
    const [ended, booked] = [await hold(MONDAY_10), await hold('2026-11-23T16:00:00Z')];
    await scene.owner.query('update appointments set contact_id = $2 where id = $1', [
      ended.hold_id,
      contactId,
    ]);
    await scene.remove(`/api/holds/${ended.hold_id}`);
    await scene.book(clinic, { when: { holdId: booked.hold_id } });
    await scene.post(`/api/appointments/${booked.hold_id}/cancel`, {});
    const ids = (rows: { id: string }[]) => rows.map(({ id }) => id).sort();
    const wanted = [appointmentId, booked.hold_id].sort();
    expect(ids((await scene.get('/api/appointments')).body.data)).toEqual(wanted);
    expect(ids((await scene.get(`/api/contacts/${contactId}`)).body.appointments)).toEqual(wanted);
  });

  test('another clinic’s holds can’t be seen', async () => {
    await hold(MONDAY_9);
    scene.signIn(await scene.clinic());
    expect(await list()).toEqual([]);
  });

  test.each(['', 'from=2026-11-23T00:00:00Z', 'from=today&to=tomorrow'])(
    'are not told for "%s"',
    async (range) => {
      expect(await scene.get(`/api/holds?${range}`)).toMatchObject({ status: 400 });
    },
  );
});
