import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { slotSigner } from '../availability/slot-id.ts';
import { MONDAY_9, NOW } from '../booking/testing.ts';
import { createPatientLinks } from './patient-links.ts';
import {
  CLINIC_PHONE,
  createPatientScene,
  OWNER_PHONE,
  type PatientScene,
  PUBLIC_URL,
} from './testing/patients.ts';

const BY_STAFF = { source: 'dashboard', requestId: 'staff' } as const;

describe('a patient’s own page', () => {
  let scene: PatientScene;
  let clinic: Awaited<ReturnType<PatientScene['clinicWithPhone']>>;
  let id: string;
  let link: string;
  beforeAll(async () => {
    scene = await createPatientScene();
  });
  afterAll(() => scene.close());
  beforeEach(async () => {
    scene.clock.set(NOW);
    clinic = await scene.clinicWithPhone();
    id = (await scene.book(clinic)).appointmentId;
    link = await scene.linkOf(id);
  });

  const slotsOf = (page: string) =>
    [...page.matchAll(/name="slot" value="([^"]+)"/g)].map(([, slot]) => slot!);
  const move = async (url: string, day = '2026-11-24') => {
    const times = await scene.open(`${url}?step=move&day=${day}`);
    return scene.submit(url, { action: 'move', slot: slotsOf(times.text)[0]! });
  };
  const staffMoves = (at: string) =>
    scene.move(clinic, { appointmentId: id, when: { at: new Date(at) } }, BY_STAFF);

  test('shows the clinic’s public number, else the receptionist’s, and never the owner’s', async () => {
    const numbers = async () => (await scene.open(link)).text.match(/tel:\+1\d{10}/g) ?? [];
    expect(new Set(await numbers())).toEqual(new Set([`tel:${CLINIC_PHONE}`]));
    await scene.owner.query('update public.organizations set public_phone = null where id = $1', [
      clinic.orgId,
    ]);
    expect(await numbers()).toEqual([]);
    expect((await scene.open(link)).text).not.toContain(OWNER_PHONE.slice(-4));
    await scene.owner.query(
      `insert into public.connections (org_id, provider, status, sealed, details)
       values ($1, 'vapi', 'connected', 'x', '{"phone_number":"+12125550155"}')`,
      [clinic.orgId],
    );
    expect(new Set(await numbers())).toEqual(new Set(['tel:+12125550155']));
  });

  test('shows clinic, service, provider and the time on the clinic’s wall', async () => {
    const page = await scene.open(link);
    expect(page.status).toBe(200);
    expect(page.title).toBe('Your appointment');
    for (const word of [
      'Bright Smiles',
      'Consultation with Dr. Ada',
      'Monday, November 23 at 9:00 AM',
      'Eastern Standard Time',
      CLINIC_PHONE,
    ]) {
      expect(page.text).toContain(word);
    }
    expect(page.text).not.toContain('Maria');
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
    });
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(page.text).not.toMatch(/<script|style="|onclick/);
  });

  test('changes nothing by being read, however often and by whatever previews it', async () => {
    const before = { counts: await scene.counts(), row: await scene.row(id) };
    for (const rest of ['', '?step=move', '?step=move&day=2026-11-24', '?step=cancel', '/calendar.ics']) {
      for (let times = 0; times < 4; times += 1) {
        expect((await scene.open(`${link}${rest}`)).status).toBe(200);
      }
    }
    expect({ counts: await scene.counts(), row: await scene.row(id) }).toEqual(before);
  });

  test('cancels, says so, and takes it back; the link is used up then', async () => {
    expect((await scene.open(`${link}?step=cancel`)).title).toBe('Cancel this appointment?');
    const done = await scene.submit(link, { action: 'cancel' });
    expect(done).toMatchObject({ status: 303, headers: { location: link.replace(PUBLIC_URL, '') } });
    const page = await scene.open(link);
    expect(page).toMatchObject({ status: 200, title: 'Your appointment is canceled' });
    expect(page.text).toContain('Undo: keep the appointment');
    expect(await scene.row(id)).toMatchObject({ status: 'cancelled', version: 2 });

    await scene.submit(link, { action: 'undo' });
    expect((await scene.open(link)).title).toBe('Your appointment is back on');
    const row = await scene.row(id);
    expect(row).toMatchObject({ status: 'confirmed', version: 3 });

    for (const action of ['cancel', 'undo', 'move']) await scene.submit(link, { action });
    expect((await scene.row(id)).version).toBe(3);
    expect(await scene.open(await scene.linkOf(id))).toMatchObject({
      status: 200,
      title: 'Your appointment',
    });
    const [, ...audit] = await scene.audit(id);
    expect(audit.map(({ action, actor_type, actor_id }) => [action, actor_type, actor_id])).toEqual([
      ['appointment.cancelled', 'patient', row.contact_id],
      ['appointment.undone', 'patient', row.contact_id],
    ]);
  });

  test('moves to a time that the clinic has free; the text about it has a new link', async () => {
    const days = await scene.open(`${link}?step=move`);
    expect(days.title).toBe('Choose a day');
    expect(days.text).toContain('Tue, November 24');
    expect(days.text).not.toContain('Sat, November 21');
    const times = await scene.open(`${link}?step=move&day=2026-11-24`);
    expect(times).toMatchObject({ status: 200, title: 'Free times on Tuesday, November 24' });
    expect(times.text).toMatch(/Morning.*9:00 AM.*Afternoon.*12:00 PM/s);

    expect((await move(link)).status).toBe(303);
    const row = await scene.row(id);
    expect(row).toMatchObject({ status: 'confirmed', version: 2, id });
    expect(row.scheduled_at.toISOString()).toBe('2026-11-24T14:00:00.000Z');
    const page = await scene.open(link);
    expect(page.title).toBe('Your appointment was moved');
    expect(page.text).toContain('Tuesday, November 24 at 9:00 AM');
    const orders = await scene.outbox(id);
    expect(orders.at(-1)).toMatchObject({
      topic: 'message.confirmation',
      payload: { version: 2, change: 'moved' },
    });

    await move(link, '2026-11-25');
    expect((await scene.row(id)).version).toBe(2);
    await scene.submit(link, { action: 'undo' });
    expect((await scene.row(id)).scheduled_at.toISOString()).toBe(MONDAY_9);
    expect(await scene.open(links(2))).toMatchObject({ status: 404, title: 'This link was already used' });
  });
  const links = (version: number) => scene.links.toAppointment(id, version);

  test('a time that someone took in the meantime is refused with others, and the link stays good', async () => {
    const [slot] = slotsOf((await scene.open(`${link}?step=move&day=2026-11-24`)).text);
    await scene.book(clinic, {
      name: 'Ann Other',
      phone: '+14155550133',
      when: { at: new Date('2026-11-24T14:00:00Z') },
    });
    const refused = await scene.submit(link, { action: 'move', slot: slot! });
    expect(refused).toMatchObject({ status: 409, title: 'That time is gone' });
    const [other] = slotsOf(refused.text);
    expect((await scene.row(id)).version).toBe(1);
    expect((await scene.submit(link, { action: 'move', slot: other! })).status).toBe(303);
    expect((await scene.row(id)).version).toBe(2);
  });

  test('a list that lay open for too long is shown again', async () => {
    const [slot] = slotsOf((await scene.open(`${link}?step=move&day=2026-11-24`)).text);
    scene.clock.advance(16 * 60_000);
    const answer = await scene.submit(link, { action: 'move', slot: slot! });
    expect(answer.text).toContain('That list was out of date');
    expect((await scene.row(id)).version).toBe(1);
  });

  test('ten clicks at once are one change, whatever they ask for', async () => {
    const times = slotsOf((await scene.open(`${link}?step=move&day=2026-11-24`)).text);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        scene.submit(link, index % 2 === 0 ? { action: 'cancel' } : { action: 'move', slot: times[index]! }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]));
    expect((await scene.row(id)).version).toBe(2);
    const { rows } = await scene.owner.query(
      'select action from public.appointment_links where appointment_id = $1',
      [id],
    );
    expect(rows).toHaveLength(1);
    expect((await scene.audit(id)).length).toBe(2);
  });

  test('after staff moved it the old link says which one works, and does nothing', async () => {
    await staffMoves('2026-11-25T15:00:00Z');
    const before = await scene.counts();
    const page = await scene.open(link);
    expect(page).toMatchObject({ status: 404, title: 'This link was already used' });
    expect(page.text).toContain('the newest text message');
    expect(page.text).toContain(CLINIC_PHONE);
    for (const action of ['cancel', 'undo']) await scene.submit(link, { action });
    expect(await scene.counts()).toEqual(before);
    expect((await scene.open(links(2))).status).toBe(200);
  });

  test('after it was canceled every older link says so, with the number to call, and does nothing', async () => {
    await staffMoves('2026-11-25T15:00:00Z');
    await scene.cancel(clinic, { appointmentId: id }, BY_STAFF);
    const before = await scene.counts();
    for (const older of [link, links(2)]) {
      const page = await scene.open(older);
      expect(page).toMatchObject({ status: 404, title: 'This appointment was canceled' });
      expect(page.text).toContain(CLINIC_PHONE);
      expect(page.text).not.toContain('newest text');
      for (const action of ['cancel', 'undo']) await scene.submit(older, { action });
    }
    expect(await scene.counts()).toEqual(before);
  });

  test('a patient who gets no texts is promised none', async () => {
    await scene.owner.query(
      `select app_private.keep_word(l.phone, null, true, true, now(), false)
       from public.appointments a join public.leads l on l.id = a.contact_id where a.id = $1`,
      [id],
    );
    await move(link);
    const page = await scene.open(link);
    expect(page.title).toBe('Your appointment was moved');
    expect(page.text).toMatch(/we can(’|'|&#39;)t text you a new one/);
    expect(page.text).not.toContain('texted you a new link');
    await scene.owner.query('truncate app_private.stopped_numbers');
  });

  test('what staff did after the patient is not the patient’s to undo', async () => {
    await move(link);
    await staffMoves('2026-11-25T15:00:00Z');
    await scene.submit(link, { action: 'undo' });
    expect((await scene.row(id)).version).toBe(3);
  });

  test('ends when the appointment has begun', async () => {
    scene.clock.set(MONDAY_9);
    const before = await scene.counts();
    expect(await scene.open(link)).toMatchObject({ status: 404, title: 'This link was already used' });
    await scene.submit(link, { action: 'cancel' });
    expect((await scene.open(`${link}/calendar.ics`)).status).toBe(404);
    expect(await scene.counts()).toEqual(before);
  });

  test('says the same of everything that was never a link', async () => {
    const foreign = createPatientLinks({ key: Buffer.alloc(32, 1), publicUrl: PUBLIC_URL });
    const urls = [
      `${PUBLIC_URL}/a/x`,
      `${PUBLIC_URL}/a/${'A'.repeat(40)}a`,
      foreign.toAppointment(id, 1),
      foreign.toOffer(randomUUID()),
      scene.links.toAppointment(randomUUID(), 1),
      scene.links.toOffer(randomUUID()),
      `${link.slice(0, -2)}${link.at(-2) === 'A' ? 'B' : 'A'}a`,
    ];
    const pages = await Promise.all(urls.map((url) => scene.open(url)));
    const posts = await Promise.all(urls.map((url) => scene.submit(url, { action: 'cancel' })));
    const files = await Promise.all(urls.map((url) => scene.open(`${url}/calendar.ics`)));
    const all = [...pages, ...posts, ...files];
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([404]));
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    expect(all[0]!.text).not.toContain('Bright Smiles');
    expect((await scene.row(id)).version).toBe(1);
  });

  test('a time of another clinic is no time of this one', async () => {
    const other = await scene.clinicWithPhone();
    const { slots } = await scene.freeTimes(other);
    const answer = await scene.submit(link, { action: 'move', slot: slots[0]!.slot_id });
    expect(answer.text).toContain('That list was out of date');
    expect((await scene.row(id)).version).toBe(1);
  });

  test('ids of another clinic in the form or the query change nothing of theirs', async () => {
    const other = await scene.clinicWithPhone();
    const theirs = (await scene.book(other)).appointmentId;
    const before = await scene.row(theirs);
    const ids = { id: theirs, appointment_id: theirs, org_id: other.orgId, org: other.orgId };
    const query = new URLSearchParams({ ...ids, action: 'cancel' });
    await scene.open(`${link}?${query}`);
    await scene.submit(`${link}?${query}`, { action: 'cancel', ...ids });
    expect(await scene.row(theirs)).toEqual(before);
    expect((await scene.row(id)).org_id).toBe(clinic.orgId);
  });

  test('the time that it has already leaves the link as it is', async () => {
    const sign = slotSigner(
      scene.context.slotKey,
      { orgId: clinic.orgId, service: 'consultation' },
      scene.clock.now(),
    );
    const slot = sign(clinic.providerIds[0]!, Date.parse(MONDAY_9));
    const answer = await scene.submit(link, { action: 'move', slot });
    expect(answer.status).toBe(409);
    expect(answer.text).toContain('That’s the time you already have');
    expect((await scene.open(link)).title).toBe('Your appointment');
  });

  test('names are text, whatever someone typed into them', async () => {
    await scene.owner.query(
      `update public.providers set name = '<img src=x onerror=alert(1)>&"' where org_id = $1`,
      [clinic.orgId],
    );
    const page = await scene.open(link);
    expect(page.text).toContain('&lt;img src=x onerror=alert(1)&gt;&amp;&quot;');
    expect(page.text).not.toContain('<img');
  });

  test('a question or a form that makes no sense shows the page', async () => {
    for (const rest of ['?step=nonsense', '?step=move&day=2026-13-45', '?step=move&from=x', '?day=%00']) {
      expect((await scene.open(`${link}${rest}`)).status).toBe(200);
    }
    for (const fields of [{}, { action: 'delete' }, { action: 'move' }, { action: 'move', slot: 'x.y' }]) {
      await scene.submit(link, fields as Record<string, string>);
    }
    expect((await scene.row(id)).version).toBe(1);
  });

  test('without a number of the clinic it still says whom to call', async () => {
    const quiet = await scene.clinic({ providers: ['Dr. Ben'] });
    const other = (await scene.book(quiet)).appointmentId;
    expect((await scene.open(await scene.linkOf(other))).text).toContain('Please call Bright Smiles.');
  });

  test('nothing of it is logged: no token, no name, no number', () => {
    const logged = JSON.stringify(scene.lines);
    expect(logged).not.toContain('/a/');
    expect(logged).not.toMatch(/Maria|4155550132/);
  });
});
