import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NOW } from '../booking/testing.ts';
import { createPatientScene, type PatientScene, PUBLIC_URL } from './testing/patients.ts';

const BY_STAFF = { source: 'dashboard' as const, requestId: 'staff' };

describe('calendar files', () => {
  let scene: PatientScene;
  let clinic: Awaited<ReturnType<PatientScene['clinicWithPhone']>>;
  let id: string;
  beforeAll(async () => {
    scene = await createPatientScene();
  });
  afterAll(() => scene.close());
  beforeEach(async () => {
    scene.clock.set(NOW);
    clinic = await scene.clinicWithPhone(['Dr. Ada', 'Dr. Ben']);
    scene.signInAs(clinic);
    id = (await scene.book(clinic, { providerId: clinic.providerIds[0]!, notes: 'allergic' })).appointmentId;
  });

  /** Unfolded lines of one event. */
  const eventOf = (text: string) => {
    const lines = text.replaceAll('\r\n ', '').split('\r\n');
    return Object.fromEntries(
      lines
        .slice(lines.indexOf('BEGIN:VEVENT') + 1, lines.indexOf('END:VEVENT'))
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    );
  };
  const file = (appointmentId = id) => scene.open(`/api/appointments/${appointmentId}/calendar.ics`);
  const makeFeed = async (provider = clinic.providerIds[0]) =>
    (await scene.api('POST', `/api/providers/${provider}/feed`)).body.url as string;

  test('one appointment is an event in UTC, and says of the patient no more than name and service', async () => {
    const answer = await file();
    expect(answer.headers).toMatchObject({
      'content-type': 'text/calendar; charset=utf-8',
      'content-disposition': 'attachment; filename="appointment.ics"',
    });
    expect(eventOf(answer.text)).toMatchObject({
      UID: `${id}@voxanne`,
      SEQUENCE: '1',
      DTSTART: '20261123T140000Z',
      DTEND: '20261123T143000Z',
      SUMMARY: 'Consultation: Maria Lopez',
      STATUS: 'CONFIRMED',
      TRANSP: 'OPAQUE',
    });
    expect(answer.text).toContain('METHOD:PUBLISH\r\n');
    expect(answer.text).not.toMatch(/4155550132|allergic|maria@/);
  });

  test('is what RFC 5545 asks for: CRLF alone, lines of 75 octets, one END at the end', async () => {
    await scene.owner.query(`update public.providers set name = $2 where org_id = $1`, [
      clinic.orgId,
      `Dr. Übermäßig ${'光'.repeat(30)}; Ada, "MD" \\ Co`,
    ]);
    const { text } = await file();
    expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(text.replaceAll('\r\n ', '')).toContain('\\; Ada\\, "MD" \\\\ Co');
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(1);
  });

  test('keeps its UID over a move and a cancellation, and counts on', async () => {
    await scene.move(clinic, { appointmentId: id, when: { at: new Date('2026-11-24T15:00:00Z') } }, BY_STAFF);
    expect(eventOf((await file()).text)).toMatchObject({
      UID: `${id}@voxanne`,
      SEQUENCE: '2',
      DTSTART: '20261124T150000Z',
    });
    await scene.cancel(clinic, { appointmentId: id }, BY_STAFF);
    expect(eventOf((await file()).text)).toMatchObject({
      UID: `${id}@voxanne`,
      SEQUENCE: '3',
      STATUS: 'CANCELLED',
      TRANSP: 'TRANSPARENT',
    });
  });

  test('the patient’s own has the clinic in it, and no one’s name', async () => {
    const { text, status, headers } = await scene.open(`${await scene.linkOf(id)}/calendar.ics`);
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(eventOf(text)).toMatchObject({ SUMMARY: 'Consultation at Bright Smiles', UID: `${id}@voxanne` });
    expect(text).not.toContain('Maria');
  });

  test('another clinic’s calendar file doesn’t exist', async () => {
    scene.signInAs(await scene.clinicWithPhone());
    expect((await file()).status).toBe(404);
    expect((await scene.api('POST', `/api/providers/${clinic.providerIds[0]}/feed`)).status).toBe(404);
    expect((await scene.api('DELETE', `/api/providers/${clinic.providerIds[0]}/feed`)).status).toBe(404);
  });

  describe('a provider’s feed', () => {
    test('shows that provider’s appointments, 30 days back and as far ahead as the clinic books', async () => {
      const book = (name: string, at: string, provider: number) =>
        scene.book(clinic, { name, when: { at: new Date(at) }, providerId: clinic.providerIds[provider]! });
      await book('Far Away', '2027-11-16T15:00:00Z', 0);
      await book('Somebody Else', '2026-11-23T14:00:00Z', 1);
      const feed = await scene.open(await makeFeed());
      expect(feed.status).toBe(200);
      expect(feed.text.match(/BEGIN:VEVENT/g)).toHaveLength(2);
      expect(feed.text).toContain('SUMMARY:Consultation: Maria Lopez');
      expect(feed.text).toContain('SUMMARY:Consultation: Far Away');
      expect(feed.text).toContain('REFRESH-INTERVAL;VALUE=DURATION:PT15M');
      expect(feed.text).toContain('X-WR-CALNAME:Dr. Ada');
      scene.clock.set('2026-12-24T15:00:00Z');
      const later = await scene.open(await makeFeed());
      expect(later.text).toContain('SUMMARY:Consultation: Far Away');
      expect(later.text).not.toContain('Maria');
    });

    test('is asked again for nothing while nothing changed', async () => {
      const url = await makeFeed();
      const first = await scene.open(url);
      const etag = String(first.headers.etag);
      scene.clock.advance(60_000);
      expect(await scene.open(url, { 'if-none-match': etag })).toMatchObject({ status: 304, text: '' });
      expect(await scene.open(url, { 'if-none-match': `"x", W/${etag}` })).toMatchObject({ status: 304 });
      await scene.cancel(clinic, { appointmentId: id }, BY_STAFF);
      const changed = await scene.open(url, { 'if-none-match': etag });
      expect(changed.status).toBe(200);
      expect(eventOf(changed.text).STATUS).toBe('CANCELLED');
    });

    test('is shown once, kept as a hash, and ends when it is revoked or replaced', async () => {
      const url = await makeFeed();
      expect(url).toMatch(new RegExp(`^${PUBLIC_URL}/api/feeds/[\\w-]{43}\\.ics$`));
      const token = url.slice(url.lastIndexOf('/') + 1, -4);
      const { rows } = await scene.owner.query(
        `select to_jsonb(f)::text as row from public.provider_feeds f where org_id = $1`,
        [clinic.orgId],
      );
      expect(rows[0].row).not.toContain(token);

      const second = await makeFeed();
      expect((await scene.open(url)).status).toBe(404);
      expect((await scene.open(second)).status).toBe(200);
      for (let times = 0; times < 2; times += 1) {
        expect((await scene.api('DELETE', `/api/providers/${clinic.providerIds[0]}/feed`)).status).toBe(204);
      }
      expect((await scene.open(second)).status).toBe(404);
      const audit = await scene.audit(clinic.providerIds[0]);
      expect(audit.map(({ action }) => action)).toEqual(['feed.made', 'feed.made', 'feed.revoked']);
      expect(JSON.stringify(audit)).not.toContain(token);
    });

    test('is the owners’ and administrators’ to make', async () => {
      scene.signInAs(clinic, 'staff');
      const answer = await scene.api('POST', `/api/providers/${clinic.providerIds[0]}/feed`);
      expect(answer).toMatchObject({ status: 403, body: { code: 'OWNER_REQUIRED' } });
      scene.signInAs(clinic, 'admin');
      expect((await scene.api('POST', `/api/providers/${clinic.providerIds[0]}/feed`)).status).toBe(201);
    });

    test.each(['x.ics', `${'A'.repeat(43)}.ics`, `${'A'.repeat(43)}`, '.ics', '%00.ics'])(
      'there is none at %s',
      async (name) => {
        expect((await scene.open(`/api/feeds/${name}`)).status).toBe(404);
      },
    );
  });
});
