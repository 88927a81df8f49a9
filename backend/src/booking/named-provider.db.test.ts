import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BookingScene, createBookingScene, MONDAY_9, refusalOf } from './testing.ts';

const byVoice = { source: 'voice', requestId: 'test' } as const;

describe('a booking with the provider whom a caller names', () => {
  let scene: BookingScene;
  let clinic: Awaited<ReturnType<BookingScene['clinic']>>;
  let last = 0;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  beforeEach(async () => {
    clinic = await scene.clinic({ providers: ['Dr. Ann Lee', 'Dr. Joanne Leeds', 'Dr. Kim Lee-Park'] });
  });
  afterAll(() => scene.close());

  const book = (providerName: string) => {
    last += 1;
    return scene.book(clinic, { name: `Ana Ruiz ${last}`, providerName }, byVoice);
  };
  const refused = async (providerName: string) => {
    const refusal = await refusalOf(book(providerName));
    expect(await scene.appointments(clinic)).toEqual([]);
    return refusal;
  };

  test.each(['Dr. Ann Lee', 'Doctor Ann Lee', 'Lee, Ann', 'ann', 'Dr Ann Lee, MD', 'with Ann, please'])(
    '%s is with Dr. Ann Lee, and the answer says so',
    async (said) => {
      expect((await book(said)).confirmation).toContain('9:00 AM with Dr. Ann Lee.');
    },
  );

  test('a last name that two have is asked about, and one that only resembles a name is too', async () => {
    expect(await refused('Dr. Lee')).toMatchObject({
      code: 'WHICH_PROVIDER',
      message: 'They could mean Dr. Ann Lee or Dr. Kim Lee-Park. Ask which one.',
      extra: { providers: ['Dr. Ann Lee', 'Dr. Kim Lee-Park'] },
    });
    expect(await refused('Anne Leeds')).toMatchObject({
      code: 'WHICH_PROVIDER',
      message: 'No provider has quite that name. Ask if they mean Dr. Joanne Leeds.',
    });
    expect(await refused('Dr. Who')).toMatchObject({
      code: 'PROVIDER_NOT_FOUND',
      message:
        'We don’t have that provider at this clinic. Appointments are with Dr. Ann Lee, Dr. Joanne Leeds or Dr. Kim Lee-Park. Ask who they mean.',
    });
  });

  test('one letter isn’t a name', async () => {
    expect(await refused('a')).toMatchObject({ code: 'PROVIDER_NOT_FOUND' });
  });

  test.each(['any', 'no preference', 'first available', 'whoever is free', 'dr', '.'])(
    '%s is with one who is free',
    async (said) => {
      const booked = await Promise.all([book(said), book(said), book(said)]);
      const named = booked.map(({ confirmation }) => / with (Dr\. [\w -]+)\./.exec(confirmation)?.[1]);
      expect(named.toSorted()).toEqual(['Dr. Ann Lee', 'Dr. Joanne Leeds', 'Dr. Kim Lee-Park']);
      expect(await refusalOf(book(said))).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    },
  );

  test('one who left is not another one of the same last name', async () => {
    await scene.owner.query(
      `update providers set active = false where org_id = $1 and name = 'Dr. Ann Lee'`,
      [clinic.orgId],
    );
    expect(await refused('Ann Lee')).toMatchObject({
      code: 'PROVIDER_NOT_FOUND',
      message: expect.stringContaining('Dr. Ann Lee no longer takes appointments'),
    });
  });

  test('an appointment moves with its provider when no one in particular is named, and says with whom', async () => {
    const { appointmentId } = await book('Ann');
    const move = (providerName: string, time: string) =>
      scene.move(clinic, { appointmentId, when: { at: new Date(time) }, providerName }, byVoice);
    expect((await move('any', '2026-11-23T15:00:00Z')).confirmation).toContain('with Dr. Ann Lee.');
    expect((await move('Leeds', MONDAY_9)).confirmation).toContain('with Dr. Joanne Leeds.');
  });
});
