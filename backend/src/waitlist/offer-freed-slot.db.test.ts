import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sweepHolds } from '../booking/hold-slot.ts';
import { MONDAY_9 } from '../booking/testing.ts';
import { BY_STAFF, createWaitlistScene, type WaitlistScene } from './testing/waitlist.ts';

describe('a freed time', () => {
  let scene: WaitlistScene;
  beforeAll(async () => {
    scene = await createWaitlistScene();
  });
  afterAll(() => scene.close());
  beforeEach(() => scene.begin());

  test.each([
    ['a cancellation', () => scene.cancel()],
    [
      'a move away',
      () =>
        scene.move(
          scene.state.here,
          { appointmentId: scene.state.id, when: { at: new Date('2026-11-24T15:00:00Z') } },
          BY_STAFF,
        ),
    ],
  ])('by %s is offered to the first who waits, once, with one text', async (_, free) => {
    await scene.join(0);
    await scene.join(1);
    await free();
    await scene.workAll();
    expect(await scene.states()).toEqual(['offered', 'waiting']);
    const offer = (await scene.offers())[0]!;
    expect(offer).toMatchObject({ status: 'open', scheduled_at: new Date(MONDAY_9) });
    expect(await scene.row(offer.hold_id)).toMatchObject({ status: 'held' });
    const orders = await scene.texts();
    expect(orders).toHaveLength(1);
    expect(orders[0]).toMatchObject({
      key: offer.id,
      payload: { offer_id: offer.id, to: '+14155550140', organization_name: 'Bright Smiles' },
    });
    expect(JSON.stringify(orders)).not.toContain('/a/');
    expect(await scene.steps()).toEqual([
      'waitlist.added by user',
      'waitlist.added by user',
      'waitlist.offered by system',
    ]);
  });

  test('a freed time that no one waits for leaves nothing to do', async () => {
    await scene.cancel();
    expect(await scene.freed()).toEqual([]);
  });

  test('goes to the first whom it suits', async () => {
    await scene.join(0, { windows: [['13:00', '17:00']] });
    await scene.join(1, { earliest_date: '2026-11-24' });
    await scene.join(2, { latest_date: '2026-11-22' });
    await scene.join(3, { windows: [['08:00', '09:30']] });
    await scene.cancel();
    await scene.workAll();
    expect(await scene.states()).toEqual(['waiting', 'waiting', 'waiting', 'offered']);
  });

  test('is not held for a patient who sent STOP and would not hear of it', async () => {
    const word = `select app_private.keep_word('+14155550140', null, true, $1, clock_timestamp(), false)`;
    await scene.owner.query(word, [true]);
    await scene.join(0);
    await scene.join(1);
    await scene.cancel();
    await scene.workAll();
    expect(await scene.states()).toEqual(['waiting', 'offered']);
    await scene.owner.query(word, [false]);
  });

  test('is not offered to the patient who gave it up', async () => {
    const { contact_id } = await scene.row(scene.state.id);
    await scene.api('POST', '/api/waitlist', { contact_id, service_type: 'consultation' });
    await scene.join(1);
    await scene.cancel();
    await scene.workAll();
    expect(await scene.states()).toEqual(['waiting', 'offered']);
  });

  test('goes only to who waits for that provider, or for any', async () => {
    const two = await scene.clinicWithPhone(['Dr. Ada', 'Dr. Ben']);
    scene.state.here = two;
    scene.signInAs(two);
    const booked = await scene.book(two, { providerId: two.providerIds[0]! });
    await scene.join(0, { provider_id: two.providerIds[1] });
    await scene.join(1, { provider_id: two.providerIds[0] });
    await scene.cancel(booked.appointmentId);
    await scene.workAll();
    expect(await scene.states()).toEqual(['waiting', 'offered']);
  });

  test('is not offered at night, and at eight in the morning if it is free still', async () => {
    await scene.join(0);
    await scene.cancel();
    scene.clock.set('2026-11-20T03:00:00Z');
    const [order] = await scene.freed();
    expect(await scene.work(order)).toBe('later');
    expect(await scene.states()).toEqual(['waiting']);
    scene.clock.set('2026-11-20T13:00:00Z');
    await scene.work(order);
    expect(await scene.states()).toEqual(['offered']);
  });

  test('that begins before anyone could say yes is not offered', async () => {
    await scene.join(0);
    await scene.cancel();
    scene.clock.set('2026-11-23T13:50:00Z');
    await scene.workAll();
    expect(await scene.states()).toEqual(['waiting']);
  });

  test('that someone booked in the meantime, or that was taken back, is not offered', async () => {
    await scene.join(0);
    await scene.cancel();
    await scene.undo(scene.state.here, { appointmentId: scene.state.id }, BY_STAFF);
    await scene.workAll();
    expect(await scene.states()).toEqual(['waiting']);
    expect(await scene.offers()).toEqual([]);
  });

  test('the time of a released or expired hold is offered, too', async () => {
    const hold = (hour: number) =>
      scene.hold(
        scene.state.here,
        { serviceType: 'consultation', when: { at: new Date(`2026-11-24T${hour}:00:00Z`) }, seconds: 600 },
        BY_STAFF,
      );
    const released = await hold(15);
    await hold(16);
    await scene.join(0);
    await scene.join(1);
    await scene.release(scene.state.here, released.holdId, BY_STAFF);
    await scene.workAll();
    await scene.owner.query(
      `update public.appointments set hold_expires_at = now() - interval '1 second'
       where org_id = $1 and status = 'held' and scheduled_at = '2026-11-24T16:00:00Z'`,
      [scene.state.here.orgId],
    );
    await sweepHolds(scene.context);
    await scene.workAll();
    expect(await scene.states()).toEqual(['offered', 'offered']);
  });

  test('waits for whom it suits while they have another offer open', async () => {
    await scene.join(0);
    const second = await scene.book(scene.state.here, {
      name: 'Ann Other',
      phone: '+14155550133',
      when: { at: new Date('2026-11-23T15:00:00Z') },
    });
    await scene.cancel();
    await scene.cancel(second.appointmentId);
    const orders = await scene.freed();
    expect(await scene.work(orders[0])).toBe('done');
    expect(await scene.work(orders[1])).toBe('later');
    expect(await scene.offers()).toHaveLength(1);
    await scene.submit(await scene.linkOfOffer(0), { action: 'decline' });
    expect(await scene.work(orders[1])).toBe('done');
    expect((await scene.offers()).map(({ status }) => status)).toEqual(['declined', 'open']);
  });

  describe('workers', () => {
    test('that are killed right after the offer make no second one, and no second text', async () => {
      await scene.join(0);
      await scene.join(1);
      await scene.cancel();
      const [order] = await scene.freed();
      for (let times = 0; times < 3; times += 1) await scene.work(order, { complete: false });
      expect(await scene.offers()).toHaveLength(1);
      expect(await scene.texts()).toHaveLength(1);
    });

    test('that are killed between the hold and the text leave nothing, and the next one does it all', async () => {
      await scene.join(0);
      await scene.cancel();
      const [order] = await scene.freed();
      const before = await scene.counts();
      const { database } = scene.patients;
      let transactions = 0;
      const killed = {
        ...scene.patients,
        database: {
          ...database,
          withTenant: ((scope, work) =>
            database.withTenant(scope, async (db, final) => {
              const result = await work(db, final);
              transactions += 1;
              // The third is the one with hold, offer and text; its commit never comes.
              if (transactions === 3) throw new Error('killed');
              return result;
            })) as typeof database.withTenant,
        },
      };
      await expect(scene.work(order, { as: killed })).rejects.toThrow('killed');
      expect(await scene.counts()).toEqual(before);
      await scene.work(order);
      expect(await scene.states()).toEqual(['offered']);
      expect(await scene.texts()).toHaveLength(1);
    });

    test('two at once, with two orders for one time, make one offer', async () => {
      await scene.join(0);
      await scene.join(1);
      await scene.join(2);
      await scene.cancel();
      await scene.owner.query(
        `insert into public.outbox (org_id, topic, key, payload)
         select org_id, topic, key || ':again', payload from public.outbox where org_id = $1 and topic = 'waitlist.slot_freed'`,
        [scene.state.here.orgId],
      );
      const orders = await scene.freed();
      expect(orders).toHaveLength(2);
      await Promise.all(Array.from({ length: 6 }, (_, n) => scene.work(orders[n % 2], { complete: false })));
      const made = await scene.offers();
      expect(made.filter(({ status }) => status === 'open')).toHaveLength(1);
      expect(await scene.texts()).toHaveLength(1);
    });
  });
});
