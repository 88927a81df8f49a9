import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BookingScene, createBookingScene, MONDAY_9, NOW, refusalOf } from './testing.ts';

type Clinic = Awaited<ReturnType<BookingScene['clinic']>>;

const byVoice = { source: 'voice', requestId: 'test' } as const;

describe('a time that is offered with any free provider', () => {
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
  });
  afterAll(() => scene.close());

  const offers = async (query: object = { anyProvider: true }) =>
    (await scene.freeTimes(clinic, { from: '2026-11-23', to: '2026-11-23', ...query })).slots;
  const nine = async (query?: object) => {
    const slot = (await offers(query)).find(({ start }) => start === MONDAY_9);
    return slot?.slot_id ?? '';
  };
  const book = (slotId: string, name: string, more: object = {}) =>
    scene.book(clinic, { when: { slotId }, name, ...more }, byVoice);
  const providers = async () => (await scene.appointments(clinic)).map((row) => row.provider_id).toSorted();
  const both = () => [ada, ben].toSorted();

  test('is one offer a start, and two callers who were given it both get it; a third hears of others', async () => {
    const starts = (await offers()).map(({ start }) => start);
    expect(new Set(starts).size).toBe(starts.length);
    const slotId = await nine();
    await Promise.all([book(slotId, 'Ana Ruiz'), book(slotId, 'Ben Ruiz')]);
    expect(await providers()).toEqual(both());
    const refusal = await refusalOf(book(slotId, 'Cy Ruiz'));
    expect(refusal).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    const next = refusal.extra.alternatives?.[0]?.slot_id ?? '';
    await Promise.all([book(next, 'Cy Ruiz'), book(next, 'Di Ruiz')]);
    expect(await scene.appointments(clinic)).toHaveLength(4);
  });

  test('takes one who offers the service and is there then, and keeps to a name that is said besides', async () => {
    const slotId = await nine();
    await book(slotId, 'Ana Ruiz', { providerName: 'Ben' });
    expect(await providers()).toEqual([ben]);
    expect(await refusalOf(book(slotId, 'Cy Ruiz', { providerName: 'Ben' }))).toMatchObject({
      code: 'SLOT_UNAVAILABLE',
    });
    await scene.owner.query(
      `insert into time_off (org_id, provider_id, title, starts_local, ends_local) values ($1, $2, 'Off', '2026-11-23', '2026-11-24')`,
      [clinic.orgId, ada],
    );
    expect(await refusalOf(book(slotId, 'Cy Ruiz'))).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
  });

  test('is held once for each who is free', async () => {
    const request = { serviceType: 'consultation', when: { slotId: await nine() }, seconds: 60 };
    const hold = () => scene.hold(clinic, request, byVoice);
    const held = await Promise.all([hold(), hold()]);
    expect(held.map(({ providerId }) => providerId).toSorted()).toEqual(both());
    expect(await refusalOf(hold())).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
  });

  test('moves an appointment with its provider where that one is free, and with another one where not', async () => {
    const tenOf = async (name: string, providerId: string) =>
      (await scene.book(clinic, { name, providerId, when: { at: new Date('2026-11-23T15:00:00Z') } }))
        .appointmentId;
    const [one, two] = [await tenOf('Ana Ruiz', ben), await tenOf('Ben Ruiz', ada)];
    const slotId = await nine();
    const move = (appointmentId: string) => scene.move(clinic, { appointmentId, when: { slotId } }, byVoice);
    expect((await move(one)).appointment).toMatchObject({ provider_id: ben });
    expect((await move(two)).appointment).toMatchObject({ provider_id: ada });
    const third = await tenOf('Cy Ruiz', ada);
    await scene.owner.query(`update appointments set status = 'cancelled' where id = $1`, [one]);
    expect((await move(third)).appointment).toMatchObject({ provider_id: ben });
  });

  test('is an offer of one provider where one was asked for, and over the API', async () => {
    const slotId = await nine({ anyProvider: true, providerId: ada });
    await book(slotId, 'Ana Ruiz');
    expect(await refusalOf(book(slotId, 'Cy Ruiz'))).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    const url = '/api/availability?service_type=consultation&from=2026-11-23&to=2026-11-23';
    const bens = (await scene.get(url)).body.slots.find(
      ({ start, provider_id }: { start: string; provider_id: string }) =>
        start === MONDAY_9 && provider_id === ben,
    );
    await book(bens.slot_id, 'Di Ruiz', { providerName: 'Ada' });
    expect(await providers()).toEqual(both());
  });
});
