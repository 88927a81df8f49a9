import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BookingScene, claimsOf, createBookingScene, MONDAY_9 } from './testing.ts';

type Clinic = Awaited<ReturnType<BookingScene['clinic']>>;

const at = (minutes: number) => new Date(Date.parse(MONDAY_9) + minutes * 60_000).toISOString();

describe('time, taken through the functions of the database', () => {
  let scene: BookingScene;
  let clinic: Clinic;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  beforeEach(async () => {
    clinic = await scene.clinic();
  });
  afterAll(() => scene.close());

  const book = (minutes = 0, more: Record<string, unknown> = {}, who = {}) =>
    scene.call(
      'book_appointment_atomic',
      {
        p_org_id: clinic.orgId,
        p_name: 'Maria Lopez',
        p_email: null,
        p_phone: '+14155550132',
        p_service_type: 'consultation',
        p_scheduled_at: at(minutes),
        p_duration_minutes: 30,
        ...more,
      },
      who,
    );
  const hold = (minutes = 0, more: Record<string, unknown> = {}, who = {}) =>
    scene.call(
      'hold_slot_atomic',
      {
        p_org_id: clinic.orgId,
        p_service_type: 'consultation',
        p_scheduled_at: at(minutes),
        p_duration_minutes: 30,
        ...more,
      },
      who,
    );
  const release = (id: unknown) =>
    scene.call('release_hold_atomic', { p_org_id: clinic.orgId, p_hold_id: id });
  const runsOut = (id: unknown) =>
    scene.owner.query(`update appointments set hold_expires_at = now() - interval '1 second' where id = $1`, [
      id,
    ]);
  const service = (fields: string) =>
    scene.owner.query(`update services set ${fields} where org_id = $1 and slug = 'consultation'`, [
      clinic.orgId,
    ]);
  const raw = (minutes: number, more = '') =>
    scene.owner.query(
      `insert into appointments (org_id, provider_id, contact_id, service_type, scheduled_at, duration_minutes, busy_from, busy_to)
       select $1, $2, id, 'consultation', $3, 30, $3, $3::timestamptz + interval '30 minutes'${more} from leads where org_id = $1 limit 1`,
      [clinic.orgId, clinic.providerIds[0], at(minutes)],
    );

  describe('a hold', () => {
    test('keeps others out, isn’t a booking, texts no one, and becomes the booking', async () => {
      const held = await hold(0, { p_hold_seconds: 120 });
      expect(held).toMatchObject({ success: true, status: 'held', contact_id: null });
      expect(await book(15)).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
      expect(await hold(15)).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
      await expect(raw(15)).resolves.toMatchObject({ rowCount: 0 });
      expect(await scene.outbox(held.hold_id)).toEqual([]);
      const booked = await book(999, { p_hold_id: held.hold_id, p_duration_minutes: 60 });
      expect(booked).toMatchObject({ success: true, appointment_id: held.hold_id, status: 'confirmed' });
      const row = await scene.row(held.hold_id);
      expect(row).toMatchObject({ duration_minutes: 30, contact_id: booked.contact_id });
      expect(row.scheduled_at.toISOString()).toBe(at(0));
      expect((await scene.outbox(held.hold_id)).map(({ topic }) => topic)).toEqual(['message.confirmation']);
      expect((await scene.audit(held.hold_id)).map(({ action }) => action)).toEqual([
        'appointment.held',
        'appointment.booked',
      ]);
    });

    test('confirmed twice by the same patient is one booking, and is no one else’s', async () => {
      const { hold_id } = await hold();
      await book(0, { p_hold_id: hold_id });
      expect(await book(0, { p_hold_id: hold_id })).toMatchObject({
        appointment_id: hold_id,
        repeated: true,
      });
      const before = await scene.counts();
      expect(await book(0, { p_hold_id: hold_id, p_phone: '+14155550199' })).toMatchObject({
        error: 'HOLD_EXPIRED',
      });
      expect(await scene.counts()).toEqual(before);
    });

    test('that ran out blocks no one: a booking, a hold and a move pass it by and end it', async () => {
      for (const [index, take] of [
        (minutes: number) => book(minutes),
        (minutes: number) => hold(minutes),
        async (minutes: number) => {
          const { appointment_id: id } = await book(minutes + 60);
          const args = { p_org_id: clinic.orgId, p_appointment_id: id, p_scheduled_at: at(minutes) };
          return scene.call('move_appointment_atomic', args);
        },
      ].entries()) {
        const minutes = index * 180;
        const { hold_id } = await hold(minutes + 15);
        await runsOut(hold_id);
        expect(await take(minutes), `taker ${index}`).toMatchObject({ success: true });
        expect(await scene.row(hold_id)).toMatchObject({ status: 'cancelled' });
        expect((await scene.audit(hold_id)).at(-1)).toMatchObject({
          action: 'appointment.hold_expired',
          actor_type: 'system',
        });
      }
    });

    test('that ran out cannot be confirmed anymore, and a refusal leaves it as it was', async () => {
      const { hold_id } = await hold();
      await runsOut(hold_id);
      const before = await scene.counts();
      expect(await book(0, { p_hold_id: hold_id })).toMatchObject({ error: 'HOLD_EXPIRED' });
      await book(0, { p_phone: 'none' });
      expect(await scene.counts()).toEqual(before);
      expect(await scene.row(hold_id)).toMatchObject({ status: 'held' });
    });

    test('that no one wanted is ended by the sweep, and only when its time has come', async () => {
      const [old, young] = [await hold(0), await hold(60)];
      await runsOut(old.hold_id);
      const { rows } = await scene.database.withService(async (db) => {
        const { sql } = await import('kysely');
        return sql<{ n: number }>`select app_private.expire_holds() as n`.execute(db);
      });
      expect(rows[0]?.n).toBeGreaterThanOrEqual(1);
      expect(await scene.row(old.hold_id)).toMatchObject({ status: 'cancelled' });
      expect(await scene.row(young.hold_id)).toMatchObject({ status: 'held' });
    });

    test('is given back once, and never takes a booking with it', async () => {
      const first = await hold();
      expect(await release(first.hold_id)).toMatchObject({ success: true, status: 'cancelled' });
      expect(await release(first.hold_id)).toMatchObject({ success: true, repeated: true });
      const second = await hold();
      await book(0, { p_hold_id: second.hold_id });
      expect(await release(second.hold_id)).toMatchObject({ error: 'NOT_CHANGEABLE' });
      const { appointment_id } = await book(60);
      expect(await release(appointment_id)).toMatchObject({ error: 'HOLD_NOT_FOUND' });
    });

    test.each<[string, Record<string, unknown>]>([
      ['INVALID_HOLD', { p_hold_seconds: 0 }],
      ['INVALID_HOLD', { p_hold_seconds: 1e6 }],
      ['INVALID_SERVICE', { p_service_type: ' ' }],
      ['INVALID_DURATION', { p_duration_minutes: 9999 }],
      ['CONTACT_NOT_FOUND', { p_contact_id: '00000000-0000-0000-0000-000000000001' }],
      ['PROVIDER_NOT_FOUND', { p_provider_ids: ['00000000-0000-0000-0000-000000000001'] }],
      ['ORG_NOT_FOUND', { p_org_id: '00000000-0000-0000-0000-000000000001' }],
    ])('%s for %j, and nothing is written', async (code, given) => {
      const before = await scene.counts();
      expect(await hold(0, given)).toMatchObject({ success: false, error: code });
      expect(await scene.counts()).toEqual(before);
    });

    test('another clinic’s hold doesn’t exist', async () => {
      const { hold_id } = await hold();
      const other = await scene.clinic();
      const who = { role: 'voxanne_tenant', claims: claimsOf(other) };
      expect(await book(0, { p_hold_id: hold_id }, who)).toMatchObject({ error: 'ORG_NOT_FOUND' });
      expect(await book(0, { p_org_id: other.orgId, p_hold_id: hold_id }, who)).toMatchObject({
        error: 'HOLD_NOT_FOUND',
      });
    });
  });

  describe('buffers', () => {
    test('lie inside the busy time, for bookings, holds and moves', async () => {
      await service('buffer_before_minutes = 10, buffer_after_minutes = 15');
      const { appointment_id: id } = await book(60);
      const row = await scene.row(id);
      expect([row.busy_from.toISOString(), row.busy_to.toISOString()]).toEqual([at(50), at(105)]);
      // 90 to 120 itself is free; what it keeps free around itself is not.
      expect(await book(105)).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
      expect(await hold(15)).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
      const { appointment_id: late } = await book(115);
      expect(late).toBeDefined();
      const move = (minutes: number) =>
        scene.call('move_appointment_atomic', {
          p_org_id: clinic.orgId,
          p_appointment_id: late,
          p_scheduled_at: at(minutes),
        });
      expect(await move(110)).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
      expect(await move(120)).toMatchObject({ success: true });
    });

    test('hold against the owner of the database too, where only they overlap', async () => {
      await service('buffer_after_minutes = 15');
      await book(0);
      await expect(raw(30)).rejects.toMatchObject({ code: '23P01' });
      await expect(raw(45)).resolves.toMatchObject({ rowCount: 1 });
    });

    test('are kept free by what is offered instead', async () => {
      await service('buffer_before_minutes = 10, buffer_after_minutes = 15');
      await scene.book(clinic);
      const { slots } = await scene.freeTimes(clinic, { from: '2026-11-23', to: '2026-11-23' });
      const starts = slots.map(({ start }) => start);
      expect(starts).not.toContain(at(45));
      expect(starts[0]).toBe(at(60));
    });
  });

  describe('a shared session', () => {
    test('takes as many as it has seats, and no one else at that time', async () => {
      await service('capacity = 3');
      const names = ['Ana', 'Ben', 'Cy', 'Di'];
      const answers = [];
      for (const name of names) answers.push(await book(0, { p_name: `${name} Ruiz` }));
      expect(answers.map(({ success }) => success)).toEqual([true, true, true, false]);
      expect(answers[3]).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
      expect(await book(15)).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
      expect(await book(0, { p_service_type: 'follow-up' })).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
      await expect(raw(0)).rejects.toMatchObject({ code: '23P01' });
      const args = { p_org_id: clinic.orgId, p_appointment_id: answers[1]?.appointment_id };
      await scene.call('cancel_appointment_atomic', args);
      expect(await book(0, { p_name: 'Di Ruiz' })).toMatchObject({ success: true });
      expect(await scene.call('undo_appointment_atomic', args)).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
      const seats = (await scene.appointments(clinic)).filter(({ status }) => status === 'confirmed');
      expect(seats.map(({ seat }) => seat).sort()).toEqual([1, 2, 3]);
    });
  });

  describe('overbooking', () => {
    const owner = () => ({ role: 'voxanne_tenant', claims: claimsOf(clinic) });
    const over = { p_overbook: true, p_reason: 'emergency', p_name: 'Ana Ruiz' };

    test('is an owner’s, with a reason that is kept with it, and the row stays busy for the others', async () => {
      await book(0);
      const answer = await book(0, over, owner());
      expect(answer).toMatchObject({ success: true, overbooked: true });
      expect((await scene.audit(answer.appointment_id)).at(-1)).toMatchObject({
        actor_type: 'user',
        actor_id: clinic.userId,
        after: { overbooked: true, reason_given: true },
      });
      expect(await scene.reasons(answer.appointment_id)).toMatchObject([{ reason: 'emergency' }]);
      const [first] = await scene.appointments(clinic);
      for (const { id, overbooked } of await scene.appointments(clinic)) {
        if (!overbooked)
          await scene.call('cancel_appointment_atomic', { p_org_id: clinic.orgId, p_appointment_id: id });
      }
      expect(first).toBeDefined();
      expect(await book(15)).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
    });

    test('overbooking a free time is a booking like any other', async () => {
      expect(await book(0, over, owner())).toMatchObject({ success: true, overbooked: false });
    });

    test('also moves one over another, and moving on ends it', async () => {
      await book(0);
      const { appointment_id: id } = await book(60, { p_name: 'Ana Ruiz' });
      const move = (minutes: number, more = {}, who = {}) =>
        scene.call(
          'move_appointment_atomic',
          { p_org_id: clinic.orgId, p_appointment_id: id, p_scheduled_at: at(minutes), ...more },
          who,
        );
      const { p_name: _name, ...request } = over;
      expect(await move(0, request, owner())).toMatchObject({ success: true, overbooked: true });
      expect(await move(90)).toMatchObject({ success: true, overbooked: false });
    });

    test.each<[string, string, Record<string, unknown>, (mine: Clinic) => object]>([
      ['nobody signed in', 'OVERBOOK_NOT_ALLOWED', over, () => ({})],
      ['the voice', 'OVERBOOK_NOT_ALLOWED', { ...over, p_source: 'voice', p_call_id: 'c' }, () => ({})],
      [
        'our own server for nobody',
        'OVERBOOK_NOT_ALLOWED',
        over,
        ({ orgId }) => ({
          role: 'voxanne_tenant',
          claims: { role: 'authenticated', app_metadata: { org_id: orgId } },
        }),
      ],
      [
        'an owner without a reason',
        'OVERBOOK_REASON_MISSING',
        { ...over, p_reason: '  ' },
        (mine) => ({ role: 'voxanne_tenant', claims: claimsOf(mine) }),
      ],
    ])('by %s is %s, and nothing is written', async (_who, code, request, who) => {
      await book(0);
      const before = await scene.counts();
      expect(await book(0, request, who(clinic))).toMatchObject({ success: false, error: code });
      expect(await scene.counts()).toEqual(before);
    });

    test.each(['admin', 'staff'])(
      'by one who is %s is not allowed, whatever the token says',
      async (role) => {
        await book(0);
        await scene.owner.query('update profiles set role = $2 where org_id = $1', [clinic.orgId, role]);
        const claims = {
          ...claimsOf(clinic),
          user_role: 'owner',
          app_metadata: { org_id: clinic.orgId, role: 'owner' },
        };
        expect(await book(0, over, { role: 'voxanne_tenant', claims })).toMatchObject({
          error: 'OVERBOOK_NOT_ALLOWED',
        });
      },
    );
  });

  test('within one call two patients of one phone are two bookings, and the same one again is one', async () => {
    const { orgId } = await scene.clinic();
    clinic = { ...clinic, orgId };
    const inCall = (minutes: number, p_name: string) =>
      book(minutes, { p_name, p_source: 'voice', p_call_id: 'call-1' });
    const first = await inCall(0, 'Maria Lopez');
    expect(await inCall(0, 'MARIA lopez')).toMatchObject({
      appointment_id: first.appointment_id,
      repeated: true,
    });
    expect(await inCall(0, 'Ana Lopez')).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
    await scene.call('cancel_appointment_atomic', {
      p_org_id: orgId,
      p_appointment_id: first.appointment_id,
    });
    expect(await inCall(0, 'Maria Lopez')).toMatchObject({ success: true, repeated: false });
  });

  test('the server’s own roles cannot write one column of time, whatever else they may write', async () => {
    const { rows } = await scene.owner.query(`
      select grantee, column_name, privilege_type from information_schema.column_privileges
      where table_schema = 'public' and table_name = 'appointments' and privilege_type in ('INSERT', 'UPDATE')
        and grantee in ('authenticated', 'voxanne_tenant', 'voxanne_service', 'voxanne_runtime', 'anon', 'PUBLIC')
      order by column_name`);
    expect(rows.map((row) => `${row.grantee} ${row.privilege_type} ${row.column_name}`)).toEqual([
      'voxanne_service UPDATE calendar_event_id',
      'voxanne_service UPDATE calendar_generation',
      'voxanne_service UPDATE sync_state',
    ]);
  });
});
