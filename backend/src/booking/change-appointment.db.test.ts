import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BookingScene, claimsOf, createBookingScene, MONDAY_9 } from './testing.ts';

type Clinic = Awaited<ReturnType<BookingScene['clinic']>>;

const at = (minutes: number) => new Date(Date.parse(MONDAY_9) + minutes * 60_000).toISOString();

describe('an appointment, changed through the functions of the database', () => {
  let scene: BookingScene;
  let clinic: Clinic;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  afterAll(() => scene.close());

  const book = async (minutes = 0, more: Record<string, unknown> = {}) => {
    const answer = await scene.call('book_appointment_atomic', {
      p_org_id: clinic.orgId,
      p_name: 'Maria Lopez',
      p_email: null,
      p_phone: '+14155550132',
      p_service_type: 'consultation',
      p_scheduled_at: at(minutes),
      p_duration_minutes: 30,
      ...more,
    });
    return answer.appointment_id ?? answer;
  };
  const change = (name: string, id: unknown, more: Record<string, unknown> = {}, who = {}) =>
    scene.call(name, { p_org_id: clinic.orgId, p_appointment_id: id, ...more }, who);
  const move = (id: unknown, minutes: number, more = {}, who = {}) =>
    change('move_appointment_atomic', id, { p_scheduled_at: at(minutes), ...more }, who);
  const cancel = (id: unknown, more = {}) => change('cancel_appointment_atomic', id, more);
  const undo = (id: unknown) => change('undo_appointment_atomic', id);
  const become = (id: unknown, status: string | null) =>
    change('set_appointment_status', id, { p_status: status });
  const linkCalendar = () =>
    scene.owner.query(
      `insert into public.connections (org_id, provider, status, sealed) values ($1, 'google', 'connected', 'x')`,
      [clinic.orgId],
    );
  const fresh = async (options = {}) => {
    clinic = await scene.clinic(options);
    return clinic;
  };

  describe('moved', () => {
    test('stays the same row with the same event in Google, one version on, pushed and texted again', async () => {
      await fresh();
      await linkCalendar();
      const id = (await book()) as string;
      await scene.owner.query(
        `update appointments set calendar_event_id = 'g1', sync_state = 'synced' where id = $1`,
        [id],
      );
      expect(await move(id, 60, { p_reason: 'asked for', p_actor_id: 'job-1' })).toMatchObject({
        success: true,
        appointment_id: id,
        version: 2,
        repeated: false,
      });
      const row = await scene.row(id);
      expect(row).toMatchObject({
        calendar_event_id: 'g1',
        sync_state: 'pending',
        version: 2,
        status: 'confirmed',
      });
      expect(row.scheduled_at.toISOString()).toBe(at(60));
      expect(row.busy_from.toISOString()).toBe(at(60));
      expect((await scene.outbox(id)).map(({ topic, key }) => [topic, key])).toEqual([
        ['calendar.push', `${id}:1`],
        ['message.confirmation', `${id}:1`],
        ['calendar.push', `${id}:2`],
        ['message.confirmation', `${id}:2`],
      ]);
      expect((await scene.outbox(id)).at(-1)?.payload).toMatchObject({ change: 'moved', version: 2 });
      expect((await scene.audit(id)).at(-1)).toMatchObject({
        action: 'appointment.moved',
        actor_type: 'system',
        actor_id: 'job-1',
        before: { version: 1 },
        after: { version: 2, duration_minutes: 30, reason_given: true },
      });
      expect(await scene.reasons(id)).toEqual([
        { action: 'appointment.moved', reason: 'asked for', actor_id: 'job-1' },
      ]);
    });

    test('into its own former time, and onto what touches it, is free; onto another one it is not', async () => {
      await fresh();
      const id = await book();
      await book(60);
      expect(await move(id, 15)).toMatchObject({ success: true });
      expect(await move(id, 30)).toMatchObject({ success: true });
      const before = await scene.counts();
      expect(await move(id, 45)).toMatchObject({ success: false, error: 'SLOT_UNAVAILABLE' });
      expect(await scene.counts()).toEqual(before);
    });

    test('to where it already is changes nothing and texts no one', async () => {
      await fresh();
      const id = await book();
      const before = await scene.counts();
      expect(await move(id, 0)).toMatchObject({ success: true, repeated: true, version: 1 });
      expect(await scene.counts()).toEqual(before);
    });

    test('goes to another provider only when that is asked for', async () => {
      const { providerIds } = await fresh({ providers: ['Dr. Ada', 'Dr. Ben'] });
      const [ada, ben] = providerIds;
      const id = await book(0, { p_provider_ids: [ada] });
      await book(60, { p_provider_ids: [ada], p_name: 'Ana Ruiz' });
      expect(await move(id, 60)).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
      expect(await move(id, 60, { p_provider_ids: [ben] })).toMatchObject({
        success: true,
        provider_id: ben,
      });
      expect(await move(id, 30, { p_provider_ids: [ada, ben] })).toMatchObject({ provider_id: ben });
      expect(await move(id, 90, { p_provider_ids: [randomUUID()] })).toMatchObject({
        error: 'PROVIDER_NOT_FOUND',
      });
    });

    test.each(['held', 'arrived', 'completed', 'cancelled', 'no_show'])(
      'is refused while it is %s, and nothing is written',
      async (status) => {
        await fresh();
        const id = await book();
        await scene.owner.query('update appointments set status = $2 where id = $1', [id, status]);
        const before = await scene.counts();
        expect(await move(id, 60)).toMatchObject({ error: 'NOT_CHANGEABLE' });
        expect(await scene.counts()).toEqual(before);
      },
    );

    test.each<[string, Record<string, unknown>]>([
      ['INVALID_DURATION', { p_duration_minutes: 1 }],
      ['INVALID_TIME', { p_scheduled_at: '9999-12-31T00:00:00Z' }],
      ['INVALID_TIME', { p_scheduled_at: null }],
      ['INVALID_SOURCE', { p_source: 'fax' }],
      ['INVALID_REASON', { p_reason: 'x'.repeat(501) }],
      ['APPOINTMENT_NOT_FOUND', { p_appointment_id: randomUUID() }],
      ['ORG_NOT_FOUND', { p_org_id: randomUUID() }],
    ])('%s for %j, and nothing is written', async (code, given) => {
      await fresh();
      const id = await book();
      const before = await scene.counts();
      expect(await move(id, 60, given)).toMatchObject({ success: false, error: code });
      expect(await scene.counts()).toEqual(before);
    });
  });

  describe('cancelled', () => {
    test('gives its time back, leaves the calendar and is texted, once', async () => {
      await fresh();
      await linkCalendar();
      const id = await book();
      expect(await cancel(id, { p_reason: 'ill', p_source: 'patient', p_actor_id: 'c1' })).toMatchObject({
        success: true,
        status: 'cancelled',
        version: 2,
      });
      const written = await scene.counts();
      expect(await cancel(id)).toMatchObject({ success: true, repeated: true });
      expect(await scene.counts()).toEqual(written);
      expect((await scene.outbox(id as string)).slice(2).map(({ topic, key }) => [topic, key])).toEqual([
        ['calendar.push', `${id}:2`],
        ['message.cancellation', `${id}:2`],
      ]);
      expect((await scene.audit(id as string)).at(-1)).toMatchObject({
        action: 'appointment.cancelled',
        actor_type: 'patient',
        actor_id: 'c1',
        before: { status: 'confirmed' },
        after: { status: 'cancelled', reason_given: true },
      });
      expect(await scene.reasons(id as string)).toEqual([
        { action: 'appointment.cancelled', reason: 'ill', actor_id: 'c1' },
      ]);
      expect(await book()).not.toBe(id);
    });

    test('without a text if the staff says so', async () => {
      await fresh();
      const id = await book();
      await cancel(id, { p_notify: false });
      expect((await scene.outbox(id as string)).map(({ topic }) => topic)).toEqual(['message.confirmation']);
    });

    test.each(['completed', 'no_show'])('is refused while it is %s', async (status) => {
      await fresh();
      const id = await book();
      await become(id, status);
      expect(await cancel(id)).toMatchObject({ error: 'NOT_CHANGEABLE' });
    });
  });

  describe('undone', () => {
    test('a cancellation comes back as it was, with a new text and a new push', async () => {
      await fresh();
      await linkCalendar();
      const id = await book();
      await cancel(id);
      expect(await undo(id)).toMatchObject({ success: true, status: 'confirmed', version: 3 });
      expect(
        (await scene.outbox(id as string)).slice(4).map(({ key, payload }) => [key, payload.change]),
      ).toEqual([
        [`${id}:3`, undefined],
        [`${id}:3`, 'restored'],
      ]);
      expect((await scene.audit(id as string)).at(-1)).toMatchObject({ action: 'appointment.undone' });
      expect(await undo(id)).toMatchObject({ error: 'NOTHING_TO_UNDO' });
    });

    test('a move goes back to the former time and provider', async () => {
      const { providerIds } = await fresh({ providers: ['Dr. Ada', 'Dr. Ben'] });
      const id = await book(0, { p_provider_ids: [providerIds[0]] });
      await move(id, 120, { p_provider_ids: [providerIds[1]], p_duration_minutes: 60 });
      expect(await undo(id)).toMatchObject({ provider_id: providerIds[0] });
      const row = await scene.row(id as string);
      expect(row).toMatchObject({ duration_minutes: 30, undoable: null });
      expect([row.scheduled_at.toISOString(), row.busy_to.toISOString()]).toEqual([at(0), at(30)]);
    });

    test('is refused when someone else has that time by now, and nothing is written', async () => {
      await fresh();
      const id = await book();
      await cancel(id);
      await book(15, { p_name: 'Ana Ruiz' });
      const before = await scene.counts();
      expect(await undo(id)).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
      expect(await scene.counts()).toEqual(before);
    });

    test('is refused after ten minutes, and when there is nothing', async () => {
      await fresh();
      const id = await book();
      expect(await undo(id)).toMatchObject({ error: 'NOTHING_TO_UNDO' });
      await cancel(id);
      const { undo_until } = await scene.row(id as string);
      const minutes = (undo_until.getTime() - Date.now()) / 60_000;
      expect(minutes).toBeGreaterThan(9);
      expect(minutes).toBeLessThanOrEqual(10);
      await scene.owner.query(`update appointments set undo_until = now() where id = $1`, [id]);
      expect(await undo(id)).toMatchObject({ error: 'UNDO_EXPIRED' });
    });
  });

  describe('its status', () => {
    const LEGAL = [
      ['confirmed', 'arrived'],
      ['confirmed', 'completed'],
      ['confirmed', 'no_show'],
      ['arrived', 'completed'],
      ['arrived', 'confirmed'],
      ['arrived', 'no_show'],
      ['no_show', 'confirmed'],
      ['no_show', 'arrived'],
      ['no_show', 'completed'],
      ['completed', 'arrived'],
      ['completed', 'no_show'],
      ['pending', 'confirmed'],
    ];
    const ALL = ['pending', 'held', 'confirmed', 'arrived', 'completed', 'cancelled', 'no_show'];

    test('changes along the table of legal ways and along no other', async () => {
      await fresh();
      const id = await book();
      for (const from of ALL) {
        for (const to of [...ALL, 'dead', null]) {
          if (from === to) continue;
          await scene.owner.query('update appointments set status = $2 where id = $1', [id, from]);
          const legal = LEGAL.some(([a, b]) => a === from && b === to);
          expect(await become(id, to), `${from} to ${to}`).toMatchObject(
            legal ? { success: true, status: to } : { success: false, error: 'ILLEGAL_TRANSITION' },
          );
        }
      }
    });

    test('that takes its time again is refused when the time was given away', async () => {
      await fresh();
      const id = await book();
      await become(id, 'no_show');
      await book(0, { p_name: 'Ana Ruiz' });
      expect(await become(id, 'arrived')).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
      expect(await become(id, 'completed')).toMatchObject({ success: true });
    });

    test('a request reaches the calendar and the patient when it’s confirmed, not before', async () => {
      await fresh();
      await linkCalendar();
      const id = (await book(0, { p_status: 'pending' })) as string;
      expect(await scene.outbox(id)).toEqual([]);
      expect(await book(15, { p_name: 'Ana Ruiz' })).toMatchObject({ error: 'SLOT_UNAVAILABLE' });
      await become(id, 'confirmed');
      expect((await scene.outbox(id)).map(({ topic }) => topic)).toEqual([
        'calendar.push',
        'message.confirmation',
      ]);
    });
  });

  describe('who did it', () => {
    test('is the signed-in person, whatever the arguments claim', async () => {
      await fresh();
      const id = await book();
      const who = { role: 'voxanne_tenant' as const, claims: claimsOf(clinic) };
      for (const p_source of ['voice', 'patient', 'google', 'system', 'api']) {
        await move(id, p_source.length * 30, { p_source, p_actor_id: 'somebody else', p_call_id: 'c' }, who);
        expect((await scene.audit(id as string)).at(-1)).toMatchObject({
          actor_type: 'user',
          actor_id: clinic.userId,
          after: { source: 'api' },
        });
      }
    });

    test.each([
      ['voice', { p_call_id: 'call-7' }, 'agent', 'call-7'],
      ['patient', { p_actor_id: 'contact-1' }, 'patient', 'contact-1'],
      ['google', { p_actor_id: 'event-1' }, 'google', 'event-1'],
      ['system', {}, 'system', null],
    ])('is %s when the server says so for no one signed in', async (p_source, more, type, actor) => {
      await fresh();
      const id = await book();
      const claims = { role: 'authenticated', app_metadata: { org_id: clinic.orgId } };
      await move(id, 60, { p_source, ...more }, { role: 'voxanne_tenant', claims });
      expect((await scene.audit(id as string)).at(-1)).toMatchObject({ actor_type: type, actor_id: actor });
    });

    test('holds no name, phone or email address', async () => {
      await fresh();
      const id = await book(0, { p_email: 'maria@example.com', p_notes: 'afraid' });
      await move(id, 60);
      await cancel(id, { p_reason: 'Maria is ill' });
      const told = JSON.stringify(await scene.audit(id as string));
      for (const word of ['Maria', 'Lopez', '4155550132', 'example.com', 'afraid', 'ill'])
        expect(told).not.toContain(word);
    });
  });

  test('another clinic’s appointment does not exist, for any of the functions', async () => {
    await fresh();
    const id = await book();
    const mine = clinic;
    const theirs = await fresh();
    for (const [name, more] of [
      ['move_appointment_atomic', { p_scheduled_at: at(60) }],
      ['cancel_appointment_atomic', {}],
      ['undo_appointment_atomic', {}],
      ['set_appointment_status', { p_status: 'arrived' }],
    ] as const) {
      const who = { role: 'voxanne_tenant' as const, claims: claimsOf(theirs) };
      const args = { p_appointment_id: id, ...more };
      expect(await scene.call(name, { p_org_id: mine.orgId, ...args }, who), name).toMatchObject({
        error: 'ORG_NOT_FOUND',
      });
      expect(await scene.call(name, { p_org_id: theirs.orgId, ...args }, who), name).toMatchObject({
        error: 'APPOINTMENT_NOT_FOUND',
      });
      await expect(
        scene.call(name, { p_org_id: mine.orgId, ...args }, { role: 'anon' }),
      ).rejects.toMatchObject({ code: '42501' });
    }
    expect((await scene.row(id as string)).version).toBe(1);
  });
});
