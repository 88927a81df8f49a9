import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createWaitlistScene, type WaitlistScene } from './testing/waitlist.ts';

describe('the waitlist', () => {
  let scene: WaitlistScene;
  beforeAll(async () => {
    scene = await createWaitlistScene();
  });
  afterAll(() => scene.close());
  beforeEach(() => scene.begin());

  test('keeps the order of arrival, and shows each entry’s status', async () => {
    const first = await scene.join(0, { latest_date: '2026-12-18', windows: [['09:00', '12:00']] });
    await scene.join(1, { provider_id: scene.state.here.providerIds[0] });
    const { body } = await scene.api('GET', '/api/waitlist?limit=1');
    expect(body.data[0]).toMatchObject({
      id: first,
      status: 'waiting',
      contact: { name: 'Waiting Ann', phone: '+14155550140' },
      service_type: 'consultation',
      provider_id: null,
      latest_date: '2026-12-18',
      windows: [['09:00', '12:00']],
      offers: 0,
      offer: null,
      appointment_id: null,
    });
    const next = await scene.api('GET', `/api/waitlist?limit=1&cursor=${body.next_cursor}`);
    expect(next.body).toMatchObject({ data: [{ contact: { name: 'Waiting Ben' } }], next_cursor: null });
    scene.clock.set('2026-12-20T15:00:00Z');
    expect(await scene.states()).toEqual(['expired', 'waiting']);
    expect((await scene.api('GET', '/api/waitlist?status=expired')).body.data).toHaveLength(1);
  });

  test('takes a patient whom the clinic knows', async () => {
    const { contact_id } = await scene.row(scene.state.id);
    const answer = await scene.api('POST', '/api/waitlist', { contact_id, service_type: 'Follow up' });
    expect(answer).toMatchObject({
      status: 201,
      body: { service_type: 'follow-up', contact: { name: 'Maria Lopez' } },
    });
  });

  test('refuses what makes no sense, and keeps nothing of it', async () => {
    await scene.join(0);
    const before = await scene.counts();
    const someone = { name: 'Waiting Ann', phone: '+14155550140', service_type: 'consultation' };
    const other = await scene.clinicWithPhone();
    const cases: [object, number, string][] = [
      [someone, 409, 'ALREADY_WAITING'],
      [{ ...someone, phone: 'unknown' }, 400, 'INVALID_PHONE'],
      [{ ...someone, service_type: 'surgery' }, 422, 'UNKNOWN_SERVICE'],
      [{ ...someone, phone: '+14155550149', provider_id: other.providerIds[0] }, 422, 'PROVIDER_NOT_FOUND'],
      [{ service_type: 'consultation' }, 400, 'VALIDATION_FAILED'],
      [{ ...someone, windows: [['12:00', '09:00']] }, 400, 'VALIDATION_FAILED'],
      [{ ...someone, earliest_date: '2026-12-02', latest_date: '2026-12-01' }, 400, 'VALIDATION_FAILED'],
      [
        { contact_id: (await scene.row(scene.state.id)).id, service_type: 'consultation' },
        422,
        'CONTACT_NOT_FOUND',
      ],
    ];
    for (const [body, status, code] of cases) {
      expect(await scene.api('POST', '/api/waitlist', body)).toMatchObject({ status, body: { code } });
    }
    const { organizations: _, ...after } = await scene.counts();
    const { organizations: __, ...was } = before;
    expect(after.waitlist).toBe(was.waitlist);
    expect(after.leads).toBe(was.leads);
  });

  test('is the clinic’s own', async () => {
    const entry = await scene.join(0);
    const other = await scene.clinicWithPhone();
    scene.signInAs(other);
    expect((await scene.api('GET', '/api/waitlist')).body.data).toEqual([]);
    expect(await scene.api('DELETE', `/api/waitlist/${entry}`)).toMatchObject({ status: 404 });
    const { contact_id } = await scene.row(scene.state.id);
    expect(
      await scene.api('POST', '/api/waitlist', { contact_id, service_type: 'consultation' }),
    ).toMatchObject({
      status: 422,
      body: { code: 'CONTACT_NOT_FOUND' },
    });
    scene.signInAs(scene.state.here);
    expect(await scene.states()).toEqual(['waiting']);
  });
});
