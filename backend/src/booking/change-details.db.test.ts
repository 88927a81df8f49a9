import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPatientScene, type PatientScene } from '../patients/testing/patients.ts';
import { MONDAY_9, NOW } from './testing.ts';
import { textStillWanted } from './text-still-wanted.ts';

const at = (minutes: number) => new Date(Date.parse(MONDAY_9) + minutes * 60_000).toISOString();

describe('an appointment whose details change', () => {
  let scene: PatientScene;
  let clinic: Awaited<ReturnType<PatientScene['clinicWithPhone']>>;
  let id: string;
  let contactId: string;
  beforeAll(async () => {
    scene = await createPatientScene();
  });
  afterAll(() => scene.close());
  beforeEach(async () => {
    scene.clock.set(NOW);
    clinic = await scene.clinicWithPhone(['Dr. Ada', 'Dr. Ben']);
    scene.signIn(clinic);
    ({ appointmentId: id, contactId } = await scene.book(clinic, {
      providerId: clinic.providerIds[0],
      notes: 'First visit',
    }));
  });

  const change = (body: object) => scene.patch(`/api/appointments/${id}`, body);
  const texts = async () =>
    (await scene.outbox(id))
      .filter(({ topic }) => topic.startsWith('message.'))
      .map(({ key }) => key.split(':')[1]);
  const linkCalendar = () =>
    scene.owner.query(
      `insert into public.connections (org_id, provider, status, sealed) values ($1, 'google', 'connected', 'x')`,
      [clinic.orgId],
    );

  test('has other notes, or none, and no one is texted', async () => {
    await linkCalendar();
    expect(await change({ notes: ' Afraid of\r\nneedles ' })).toMatchObject({
      status: 200,
      body: { notes: 'Afraid of\nneedles', version: 2, sync_state: 'pending', undo_until: null },
    });
    expect(await change({ notes: null })).toMatchObject({ status: 200, body: { notes: null, version: 3 } });
    expect(await change({ notes: null })).toMatchObject({ status: 200, body: { version: 3 } });
    expect(await texts()).toEqual(['1']);
    expect((await scene.audit(id)).at(-1)).toMatchObject({
      action: 'appointment.changed',
      actor_type: 'user',
    });
    expect(JSON.stringify(await scene.audit(id))).not.toContain('needles');
  });

  test('takes the length of its new service, where that fits and the provider offers it', async () => {
    await scene.owner.query(
      `insert into public.services (org_id, name, slug, duration_minutes, buffer_after_minutes) values ($1, 'Root canal', 'root-canal', 90, 15)`,
      [clinic.orgId],
    );
    expect(await change({ service_type: 'Root canal' })).toMatchObject({
      status: 200,
      body: { service_type: 'root-canal', duration_minutes: 90, scheduled_at: MONDAY_9 },
    });
    expect((await scene.row(id)).busy_to.toISOString()).toBe(at(105));
    expect(await texts()).toEqual(['1']);
    expect(await scene.post(`/api/appointments/${id}/undo`, {})).toMatchObject({
      status: 200,
      body: { service_type: 'consultation', duration_minutes: 30 },
    });
    expect((await scene.row(id)).busy_to.toISOString()).toBe(at(30));
    expect(await texts()).toEqual(['1']);
    await scene.book(clinic, {
      name: 'Ana Ruiz',
      providerId: clinic.providerIds[0],
      when: { at: new Date(at(60)) },
    });
    expect(await change({ service_type: 'root-canal' })).toMatchObject({
      status: 409,
      body: { code: 'SLOT_UNAVAILABLE' },
    });
    expect(await change({ service_type: 'root-canal', duration_minutes: 45 })).toMatchObject({ status: 200 });
    expect(await change({ service_type: 'massage' })).toMatchObject({ body: { code: 'UNKNOWN_SERVICE' } });
  });

  test('is given to another patient, who gets the text; the link of the first one ends', async () => {
    const link = await scene.linkOf(id);
    const other = await scene.book(clinic, {
      name: 'Ana Ruiz',
      phone: '+14155550133',
      when: { at: new Date(at(600)) },
      insist: { outsideHours: true },
    });
    expect(await change({ contact_id: other.contactId })).toMatchObject({
      status: 200,
      body: { contact: { id: other.contactId, name: 'Ana Ruiz' } },
    });
    expect((await scene.outbox(id)).at(-1)).toMatchObject({
      topic: 'message.confirmation',
      key: `${id}:2`,
      payload: { to: '+14155550133', change: 'booked' },
    });
    expect((await scene.open(link)).text).not.toContain('Consultation with');
    expect(await change({ contact_id: randomUUID() })).toMatchObject({ body: { code: 'CONTACT_NOT_FOUND' } });
    const elsewhere = await scene.clinic();
    const stranger = await scene.book(elsewhere);
    expect(await change({ contact_id: stranger.contactId })).toMatchObject({
      body: { code: 'CONTACT_NOT_FOUND' },
    });
    await scene.post(`/api/appointments/${id}/undo`, {});
    expect((await scene.row(id)).contact_id).toBe(contactId);
  });

  describe('and goes to another patient', () => {
    let otherId: string;
    const ANA = '+14155550133';
    beforeEach(async () => {
      const when = { at: new Date(at(600)) };
      const insist = { outsideHours: true };
      const other = await scene.book(clinic, { name: 'Ana Ruiz', phone: ANA, when, insist });
      otherId = other.contactId;
    });
    const toLeave = async () =>
      (
        await scene.owner.query(
          `select payload ->> 'to' as "to", payload ->> 'change' as change,
             (payload ->> 'scheduled_at')::timestamptz as at from public.outbox
           where payload ->> 'appointment_id' = $1 and topic like 'message.%' and status = 'pending' order by seq`,
          [id],
        )
      ).rows.map(({ to, change: what, at: when }) => [to, what, when.toISOString()]);
    const MARIA = '+14155550132';

    test('is canceled in a text to the one before, with the time that they knew; their link says that it is not theirs', async () => {
      const link = await scene.linkOf(id);
      await scene.textsLeave(id);
      await change({ contact_id: otherId, scheduled_at: at(60) });
      expect(await toLeave()).toEqual([
        [MARIA, 'cancelled', MONDAY_9],
        [ANA, 'booked', at(60)],
      ]);
      const page = await scene.open(link);
      expect(page).toMatchObject({ status: 404, title: 'This link was already used' });
      expect(page.text).toContain('no longer under the phone number that this link was sent to');
      expect(page.text).not.toContain('newest text');
      const { database } = scene.context;
      const wanted = (passedOnFrom: string) =>
        textStillWanted(
          database,
          clinic.scope.orgId,
          { appointmentId: id, version: 2, kind: 'cancellation', passedOnFrom },
          scene.clock.now(),
        );
      expect([await wanted(MARIA), await wanted(ANA)]).toEqual([true, false]);
    });

    test('before the first one heard of it: they hear nothing', async () => {
      await change({ contact_id: otherId });
      expect(await toLeave()).toEqual([[ANA, 'booked', MONDAY_9]]);
    });

    test('without a text where staff want none, to neither of them', async () => {
      await scene.textsLeave(id);
      await change({ contact_id: otherId, notify: false });
      expect(await toLeave()).toEqual([]);
    });

    test('if it goes back while the texts wait, no one hears of it', async () => {
      await scene.textsLeave(id);
      await change({ contact_id: otherId, notify_after_s: 600 });
      expect(await toLeave()).toHaveLength(2);
      await scene.post(`/api/appointments/${id}/undo`, {});
      expect(await toLeave()).toEqual([]);
    });

    test('if it goes back after the texts were sent, both hear of it', async () => {
      await scene.textsLeave(id);
      await change({ contact_id: otherId });
      await scene.textsLeave(id);
      await scene.post(`/api/appointments/${id}/undo`, {});
      expect(await toLeave()).toEqual([
        [ANA, 'cancelled', MONDAY_9],
        [MARIA, 'booked', MONDAY_9],
      ]);
    });

    test('the waiting texts are taken back together', async () => {
      await scene.textsLeave(id);
      await change({ contact_id: otherId, notify_after_s: 600 });
      expect((await scene.post(`/api/appointments/${id}/withdraw-text`)).status).toBe(200);
      expect(await toLeave()).toEqual([]);
    });

    test('who has no phone: the one before still hears of it', async () => {
      await scene.textsLeave(id);
      await scene.owner.query('update public.leads set phone = null where id = $1', [otherId]);
      await change({ contact_id: otherId });
      expect(await toLeave()).toEqual([[MARIA, 'cancelled', MONDAY_9]]);
      await scene.post(`/api/appointments/${id}/undo`, {});
      expect(await toLeave()).toEqual([]);
      await change({ contact_id: otherId });
      await scene.textsLeave(id);
      await scene.post(`/api/appointments/${id}/undo`, {});
      expect(await toLeave()).toMatchObject([[MARIA, expect.any(String), MONDAY_9]]);
    });

    test('if it then goes to a third one, the first hears of it once', async () => {
      await scene.textsLeave(id);
      await scene.owner.query('update public.leads set phone = null where id = $1', [otherId]);
      await change({ contact_id: otherId });
      const third = { name: 'Cy Poe', phone: '+14155550134', when: { at: new Date(at(700)) } };
      const { contactId: thirdId } = await scene.book(clinic, { ...third, insist: { outsideHours: true } });
      await change({ contact_id: thirdId });
      expect(await toLeave()).toEqual([
        [MARIA, 'cancelled', MONDAY_9],
        ['+14155550134', 'booked', MONDAY_9],
      ]);
    });
  });

  test('under a new number of the same patient says nothing to the old number', async () => {
    await scene.textsLeave(id);
    await scene.owner.query(`update public.leads set phone = '+14155550188' where id = $1`, [contactId]);
    await change({ scheduled_at: at(60) });
    const sent = (await scene.outbox(id)).filter(({ topic }) => topic.startsWith('message.'));
    expect(sent.map(({ payload }) => payload)).toMatchObject([{ change: 'booked' }, { to: '+14155550188' }]);
  });

  test('after a move is texted when the move is undone, whatever was noted in between', async () => {
    await scene.textsLeave(id);
    await change({ scheduled_at: at(60) });
    await scene.textsLeave(id);
    await change({ notes: 'Comes by bus' });
    expect((await scene.post(`/api/appointments/${id}/undo`, {})).body).toMatchObject({
      scheduled_at: MONDAY_9,
    });
    expect(await texts()).toEqual(['1', '2', '4']);
  });

  test.each([
    ['length', { duration_minutes: 45 }],
    ['provider', () => ({ provider_id: clinic.providerIds[1] })],
    ['service', { service_type: 'follow-up' }],
    ['notes', { notes: 'Brings a dog' }],
  ])(
    'with the same time and another %s sends no text; the text and the link there are stay good',
    async (_what, how) => {
      const link = await scene.linkOf(id);
      const answer = await change(typeof how === 'function' ? how() : how);
      expect(answer).toMatchObject({ status: 200, body: { version: 2 } });
      expect(await texts()).toEqual(['1']);
      const text = { appointmentId: id, version: 1, kind: 'confirmation' as const };
      expect(await textStillWanted(scene.context.database, clinic.scope.orgId, text, scene.clock.now())).toBe(
        true,
      );
      expect(await scene.linkOf(id)).toBe(link);
      expect((await scene.open(link)).title).toBe('Your appointment');
      expect((await scene.submit(link, { action: 'cancel' })).status).toBeLessThan(400);
      expect(await scene.row(id)).toMatchObject({ status: 'cancelled', version: 3, visible_version: 3 });
      const undone = await scene.submit(link, { action: 'undo' });
      expect(undone.status).toBeLessThan(400);
      expect(await scene.row(id)).toMatchObject({ status: 'confirmed', version: 4 });
    },
  );

  test('a change of details and time in one step sends one text', async () => {
    expect(await change({ scheduled_at: at(60), notes: 'Later', service_type: 'follow-up' })).toMatchObject({
      status: 200,
      body: {
        scheduled_at: at(60),
        notes: 'Later',
        service_type: 'follow-up',
        duration_minutes: 15,
        version: 2,
      },
    });
    expect(await texts()).toEqual(['1', '2']);
  });

  test('before its first text has left is texted once, as booked, for the time it has by then', async () => {
    await scene.owner.query(`update public.outbox set run_at = now() + interval '1 minute' where key = $1`, [
      `${id}:1`,
    ]);
    await change({ duration_minutes: 45 });
    await change({ scheduled_at: at(60) });
    const waiting = (await scene.outbox(id)).filter(({ topic }) => topic === 'message.confirmation');
    expect(waiting).toMatchObject([
      { key: `${id}:3`, payload: { change: 'booked', scheduled_at: expect.any(String) } },
    ]);
  });

  test('after it has begun keeps its time, whatever it turns out to be for', async () => {
    scene.clock.set(at(10));
    await scene.post(`/api/appointments/${id}/status`, { status: 'arrived' });
    expect(await change({ service_type: 'follow-up', notes: 'Only a check' })).toMatchObject({
      status: 200,
      body: { service_type: 'follow-up', duration_minutes: 30, status: 'arrived', notes: 'Only a check' },
    });
    expect(await change({ scheduled_at: at(60) })).toMatchObject({ body: { code: 'NOT_CHANGEABLE' } });
    await scene.post(`/api/appointments/${id}/status`, { status: 'completed' });
    expect(await change({ notes: 'Came back later' })).toMatchObject({ status: 200 });
    expect(await texts()).toEqual(['1']);
  });

  test('once it is over is corrected by staff, without a word about the past', async () => {
    scene.clock.set(at(3_000));
    expect(await change({ duration_minutes: 60 })).toMatchObject({
      status: 200,
      body: { duration_minutes: 60 },
    });
    expect(await change({ service_type: 'follow-up' })).toMatchObject({ status: 200 });
    expect(await texts()).toEqual(['1']);
  });

  test('that was canceled cannot be changed', async () => {
    await scene.post(`/api/appointments/${id}/cancel`, {});
    expect(await change({ notes: 'x' })).toMatchObject({ status: 409, body: { code: 'NOT_CHANGEABLE' } });
  });

  test('is not changed over what someone else did since', async () => {
    await change({ notes: 'Mine' });
    expect(await change({ notes: 'Theirs', version: 1 })).toMatchObject({
      body: { code: 'CHANGED_MEANWHILE' },
    });
  });
});
