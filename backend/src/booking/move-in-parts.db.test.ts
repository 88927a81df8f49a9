import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MoveRequest } from './move-appointment.ts';
import { meanwhile } from './testing/meanwhile.ts';
import { type BookingScene, createBookingScene, MONDAY_9, NOW, refusalOf } from './testing.ts';

type Clinic = Awaited<ReturnType<BookingScene['clinic']>>;

/** Monday, 23 November 2026, by New York's clock. */
const at = (time: string) => new Date(`2026-11-23T${time}:00-05:00`);
const origin = { source: 'api', requestId: 'test' } as const;

describe('a move that says only what changes', () => {
  let scene: BookingScene;
  let clinic: Clinic;
  let ada: string;
  let ben: string;
  let id: string;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  beforeEach(async () => {
    scene.clock.set(NOW);
    clinic = await scene.clinic({ providers: ['Dr. Ada', 'Dr. Ben'] });
    [ada = '', ben = ''] = clinic.providerIds;
    scene.signIn(clinic);
    id = (await scene.book(clinic, { providerId: ada })).appointmentId;
  });
  afterAll(() => scene.close());

  const move = (request: Partial<MoveRequest>) =>
    scene.move(clinic, { appointmentId: id, ...request }, origin);
  const patch = (body: object) => scene.patch(`/api/appointments/${id}`, body);
  const sql = (text: string, ...values: unknown[]) => scene.owner.query(text, values);

  test('undoes nothing of another one that was under way', async () => {
    await meanwhile(
      scene.owner,
      (ask) =>
        ask('select public.move_appointment_atomic($1, $2, $3, p_source => $4)', [
          clinic.orgId,
          id,
          at('10:00'),
          'api',
        ]),
      () => move({ durationMinutes: 60 }),
    );
    expect(await scene.row(id)).toMatchObject({
      scheduled_at: at('10:00'),
      duration_minutes: 60,
      version: 3,
    });
  });

  test('loses nothing when many are made at once', async () => {
    for (const [round, time] of ['10:00', '11:30', '13:00', '14:30'].entries()) {
      const minutes = round % 2 ? 30 : 45;
      const providerId = round % 2 ? ada : ben;
      const moved = await Promise.all([
        move({ when: { at: at(time) } }),
        move({ durationMinutes: minutes }),
        move({ providerId }),
        move({ durationMinutes: minutes }),
        move({ when: { at: at(time) } }),
      ]);
      expect(moved).toHaveLength(5);
      expect(await scene.row(id), time).toMatchObject({
        scheduled_at: at(time),
        duration_minutes: minutes,
        provider_id: providerId,
        version: 1 + 3 * (round + 1),
      });
    }
  });

  test('the slower of two who saw the same appointment hears what the other one changed', async () => {
    expect((await patch({ scheduled_at: at('10:00'), provider_id: ben, version: 1 })).status).toBe(200);
    const before = await scene.counts();
    const late = await patch({ duration_minutes: 60, version: 1 });
    expect(late).toMatchObject({ status: 409, body: { code: 'CHANGED_MEANWHILE' } });
    expect(late.body.detail).toBe(
      'Someone else just changed this appointment: it’s now on Monday, November 23 at 10:00 AM with Dr. Ben. Check it before you change it again.',
    );
    expect(await scene.counts()).toEqual(before);
    expect((await patch({ duration_minutes: 60, version: 2 })).body).toMatchObject({ version: 3 });
  });

  test('is a success when it comes again, whatever version it saw', async () => {
    const request = { scheduled_at: at('10:00'), version: 1 };
    expect((await patch(request)).body).toMatchObject({ version: 2 });
    expect((await patch(request)).body).toMatchObject({ success: true, version: 2 });
  });

  test('moving an appointment that was canceled in the meantime says so', async () => {
    await scene.post(`/api/appointments/${id}/cancel`);
    expect(await patch({ scheduled_at: at('10:00'), version: 1 })).toMatchObject({
      status: 409,
      body: { code: 'NOT_CHANGEABLE' },
    });
  });

  test('locks nothing of another clinic', async () => {
    const other = await scene.clinic();
    expect(
      await refusalOf(scene.move(other, { appointmentId: id, when: { at: at('10:00') } }, origin)),
    ).toMatchObject({ code: 'APPOINTMENT_NOT_FOUND' });
    const locked = await scene.database.withTenant(other.scope, async (db) => {
      const { sql: query } = await import('kysely');
      const { rows } = await query<{ locked: boolean }>`
        select app_private.lock_own_appointment(${clinic.orgId}, ${id}) as locked`.execute(db);
      return rows[0]?.locked;
    });
    expect(locked).toBe(false);
  });

  describe('of someone who left', () => {
    const leave = (change: string) => sql(`update providers set ${change} where id = $1`, ada);

    test.each([
      ['deleted', 'active = false, deleted_at = now()'],
      ['turned off', 'active = false'],
    ])('(%s) goes to a provider who offers the service', async (_, change) => {
      await leave(change);
      expect((await patch({ scheduled_at: at('10:00') })).body).toMatchObject({
        scheduled_at: at('10:00').toISOString(),
        provider_id: ben,
      });
    });

    test('naming them gets the answer that they no longer take appointments, with times of the others', async () => {
      await leave('active = false, deleted_at = now()');
      const before = await scene.counts();
      const refused = await patch({ scheduled_at: at('10:00'), provider_id: ada });
      expect(refused).toMatchObject({ status: 422, body: { code: 'PROVIDER_NOT_FOUND' } });
      expect(refused.body.detail).toMatch(
        /^Dr\. Ada no longer takes appointments\. Choose another provider\. The closest openings are /,
      );
      expect(await scene.counts()).toEqual(before);
      const [first] = refused.body.alternatives;
      expect((await patch({ slot_id: first.slot_id })).body).toMatchObject({ provider_id: ben });
    });

    test('is refused with the rule when no one else is there then', async () => {
      await leave('active = false');
      const sunday = await patch({ scheduled_at: new Date('2026-11-22T15:00:00Z') });
      expect(sunday).toMatchObject({ status: 422, body: { code: 'OUTSIDE_HOURS' } });
    });

    test('stays where it is when no one is there to take it', async () => {
      await sql('update providers set active = false where org_id = $1', clinic.orgId);
      expect(await patch({ scheduled_at: at('10:00') })).toMatchObject({
        status: 422,
        body: { detail: 'No one takes appointments at this clinic right now.' },
      });
      expect(await scene.row(id)).toMatchObject({ provider_id: ada, version: 1 });
    });

    test('also books no one new, and says why', async () => {
      await leave('active = false');
      const request = { when: { at: new Date(MONDAY_9) }, providerId: ada, name: 'Ana Ruiz' };
      expect(await refusalOf(scene.book(clinic, request))).toMatchObject({
        code: 'PROVIDER_NOT_FOUND',
        message: expect.stringContaining('Dr. Ada no longer takes appointments.'),
      });
    });
  });
});
