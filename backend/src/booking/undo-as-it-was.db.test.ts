import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BookingScene, createBookingScene, MONDAY_9, NOW } from './testing.ts';

type Clinic = Awaited<ReturnType<BookingScene['clinic']>>;

const MONDAY_11 = '2026-11-23T16:00:00.000Z';

describe('what is undone is as it was', () => {
  let scene: BookingScene;
  let clinic: Clinic;
  let id: string;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  beforeEach(async () => {
    scene.clock.set(NOW);
    clinic = await scene.clinic({ providers: ['Dr. Ben'] });
    scene.signIn(clinic);
    const [providerId] = clinic.providerIds;
    ({ appointmentId: id } = await scene.book(clinic, { when: { at: new Date(MONDAY_9) }, providerId }));
  });
  afterAll(() => scene.close());

  const undo = () => scene.post(`/api/appointments/${id}/undo`, {});
  const texts = async () =>
    (
      await scene.owner.query<{ key: string }>(
        `select key from public.outbox where org_id = $1 and topic like 'message.%' order by seq`,
        [clinic.orgId],
      )
    ).rows.map(({ key }) => Number(key.split(':')[1]));

  test.each([
    ['a cancellation', () => scene.post(`/api/appointments/${id}/cancel`, { notify: false })],
    ['a move', () => scene.patch(`/api/appointments/${id}`, { scheduled_at: MONDAY_11, notify: false })],
  ])('%s that no one heard of is undone silently, any other one sends a text', async (name, inSilence) => {
    expect((await inSilence()).status).toBe(200);
    expect((await undo()).body).toMatchObject({ status: 'confirmed', scheduled_at: MONDAY_9, version: 3 });
    expect(await texts()).toEqual([1]);
    const aloud =
      name === 'a move'
        ? await scene.patch(`/api/appointments/${id}`, { scheduled_at: MONDAY_11 })
        : await scene.post(`/api/appointments/${id}/cancel`, {});
    expect(aloud.status).toBe(200);
    await scene.textsLeave(id);
    expect((await undo()).status).toBe(200);
    expect(await texts()).toEqual([1, 4, 5]);
  });

  test('beneath an appointment that an owner had put over it', async () => {
    const over = await scene.post('/api/appointments', {
      name: 'Ana Ruiz',
      phone: '+14155550177',
      service_type: 'consultation',
      scheduled_at: MONDAY_9,
      provider_id: clinic.providerIds[0],
      overbook: true,
      reason: 'Twins',
    });
    expect(over.status).toBe(201);
    await scene.patch(`/api/appointments/${id}`, { scheduled_at: MONDAY_11 });
    expect((await undo()).body).toMatchObject({ scheduled_at: MONDAY_9 });
    await scene.post(`/api/appointments/${id}/cancel`, {});
    expect((await undo()).body).toMatchObject({ scheduled_at: MONDAY_9, status: 'confirmed' });
  });

  test('an undo fails if another appointment took the free time afterwards', async () => {
    await scene.post(`/api/appointments/${id}/cancel`, {});
    const [providerId] = clinic.providerIds;
    await scene.book(clinic, { name: 'Ana Ruiz', when: { at: new Date(MONDAY_9) }, providerId });
    const over = await scene.post('/api/appointments', {
      name: 'Eva Ruiz',
      phone: '+14155550178',
      service_type: 'consultation',
      scheduled_at: MONDAY_9,
      provider_id: providerId,
      overbook: true,
      reason: 'Twins',
    });
    expect(over.status).toBe(201);
    expect((await undo()).body).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
  });

  test('an undo fails if the provider has left since', async () => {
    await scene.post(`/api/appointments/${id}/cancel`, {});
    await scene.owner.query('update public.providers set active = false, deleted_at = now() where id = $1', [
      clinic.providerIds[0],
    ]);
    const before = await scene.row(id);
    expect((await undo()).body).toMatchObject({
      status: 422,
      code: 'PROVIDER_NOT_FOUND',
      detail: expect.stringContaining('Book it with another provider'),
    });
    expect(await scene.row(id)).toEqual(before);
  });
});
