import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RetryLater } from '../deliveries/index.ts';
import type { TestOrganization } from '../testing/index.ts';
import { deliverMessage } from './deliver-message.ts';
import { claimAttempt, keepMessage } from './messages.queries.ts';
import { queueText } from './queue-text.ts';
import { createScene, OURS, type Scene, work } from './testing.ts';

describe('a clinic with its own number', () => {
  let scene: Scene;
  let clinic: TestOrganization;
  let other: TestOrganization;
  let own: string;
  let lastNumber = 3_000;
  beforeAll(async () => {
    scene = await createScene();
  });
  beforeEach(async () => {
    clinic = await scene.createOrganization();
    other = await scene.createOrganization();
    own = aNumber('+1555778');
    await buy(own);
    await give(clinic, own);
  });
  afterEach(async () => {
    await scene.heal();
    await scene.owner.query(
      `update messages set status = 'failed' where status in ('queued', 'sending', 'unknown')`,
    );
  });
  afterAll(() => scene.close());

  const aNumber = (prefix: string) => {
    lastNumber += 1;
    return `${prefix}${lastNumber}`;
  };
  const buy = (number: string, owned = true) => scene.control('PUT', '/numbers', { number, owned });
  const give = (to: TestOrganization, number: string) =>
    scene.owner.query('select app_private.set_sender($1, $2, $3)', [to.orgId, number, [OURS]]);
  const takeBack = (number: string) => scene.owner.query('select app_private.remove_sender($1)', [number]);
  const newPatient = () => aNumber('+1555124');
  const aText = async (of: TestOrganization, to = newPatient(), body = 'See you') => {
    const text = { orgId: of.orgId, to, from: OURS, body, kind: 'direct', dedupeKey: randomUUID() };
    return (await scene.database.withService((db) => keepMessage(db, text))).row;
  };
  const deliver = (id: string, context = scene.messaging.context) => deliverMessage(context, id);
  const sender = async (id: string) => (await scene.message(id)).from_address;
  const cameFrom = async (to: string) => (await scene.received(to)).map(({ from }) => from);
  const health = (of: TestOrganization | null) => scene.build().twilioHealth(of?.orgId ?? null);

  test('texts from it, also what is queued by hand, and the others from the shared one', async () => {
    const texts = await Promise.all([aText(clinic), aText(other)]);
    for (const { id } of texts) expect(await deliver(id)).toMatchObject({ outcome: 'accepted' });
    expect(await Promise.all(texts.map(({ id }) => sender(id)))).toEqual([own, OURS]);
    expect(await Promise.all(texts.map(({ to_address: to }) => cameFrom(to)))).toEqual([[own], [OURS]]);

    const to = newPatient();
    await scene.knows(clinic, to);
    const byHand = await queueText(scene.messaging.context, clinic.scope, { country: 'US', to, body: 'Hi' });
    expect(byHand.from_address).toBe(own);
    await deliver(byHand.id);
    expect(await cameFrom(to)).toEqual([own]);
  });

  test('texts that wait leave from where it texts by then', async () => {
    const [first, second, third] = [await aText(clinic), await aText(clinic), await aText(other)];
    await takeBack(own);
    expect(await sender(first.id)).toBeNull();
    await deliver(first.id);
    expect(await cameFrom(first.to_address)).toEqual([OURS]);
    const next = aNumber('+1555779');
    await buy(next);
    await give(clinic, next);
    await give(other, own);
    expect(await Promise.all([sender(second.id), sender(third.id)])).toEqual([next, own]);
    await deliver(second.id);
    await deliver(third.id);
    expect([await cameFrom(second.to_address), await cameFrom(third.to_address)]).toEqual([[next], [own]]);
  });

  describe('whose number Twilio refuses', () => {
    const refused = async () => {
      await buy(own, false);
      const text = await aText(clinic);
      const delivery = await deliver(text.id);
      expect(delivery).toMatchObject({
        outcome: 'later',
        reason: expect.stringContaining("clinic's own number (21606)"),
      });
      return text;
    };

    test('hears of it, and no one else does', async () => {
      await refused();
      expect(await health(clinic)).toMatchObject({
        fault: { code: '21606', reason: expect.stringContaining('operator of this service') },
        ownNumber: own,
      });
      for (const of of [other, null])
        expect(await health(of)).toMatchObject({ fault: null, ownNumber: null });
    });

    test.each([21212, 21606, 21603])('with %i holds back its own texts alone', async (code) => {
      const { context } = scene.build();
      await scene.fault('status', { match: 'Messages', status: 400, code });
      for (let n = 0; n < 3; n += 1) await deliver((await aText(clinic)).id, context);
      await scene.heal();
      const waits = await aText(clinic);
      expect(await deliver(waits.id, context)).toMatchObject({ outcome: 'later', status: 'queued' });
      expect(await scene.created(waits.to_address)).toEqual([]);
      expect(await deliver((await aText(other)).id, context)).toMatchObject({ outcome: 'accepted' });
    });

    test('its waiting texts don’t count for the deployment', async () => {
      await refused();
      await scene.owner.query(
        `update messages set created_at = now() - interval '90 seconds' where org_id = $1`,
        [clinic.orgId],
      );
      expect(await health(clinic)).toMatchObject({ waiting: 1 });
      expect(await health(null)).toMatchObject({ waiting: 0 });
    });

    test('is well again at once with another number, or with the shared one', async () => {
      const text = await refused();
      await takeBack(own);
      for (const of of [clinic, other, null]) expect(await health(of)).toMatchObject({ fault: null });
      expect(await deliver(text.id)).toMatchObject({ outcome: 'accepted' });
    });
  });

  test('wrong credentials concern it like all others', async () => {
    const { context } = scene.build();
    await scene.fault('revoke');
    for (let n = 0; n < 3; n += 1) await deliver((await aText(clinic)).id, context);
    for (const of of [clinic, other, null])
      expect(await health(of)).toMatchObject({
        fault: { code: '20003', reason: expect.stringContaining('TWILIO_AUTH_TOKEN') },
      });
    await scene.heal();
    const waits = await aText(other);
    expect(await deliver(waits.id, context)).toMatchObject({ outcome: 'later' });
    expect(await scene.created(waits.to_address)).toEqual([]);
  });

  test('a shared sender that is refused is no matter of it', async () => {
    await scene.fault('status', { match: 'Messages', status: 400, code: 21606 });
    await deliver((await aText(other)).id);
    await scene.heal();
    for (const of of [other, null]) expect(await health(of)).toMatchObject({ fault: { code: '21606' } });
    expect(await health(clinic)).toMatchObject({ fault: null });
  });

  test('after a lost answer another clinic’s same words to the same person are not taken for its text', async () => {
    const to = newPatient();
    const theirs = await aText(other, to, 'Your visit is tomorrow');
    await scene.fault('drop_after_commit', { match: 'POST /twilio', times: 1 });
    expect(await deliver(theirs.id)).toMatchObject({ outcome: 'later', status: 'unknown' });
    // Its process died before the request left.
    const ours = await aText(clinic, to, 'Your visit is tomorrow');
    await scene.database.withService((db) => claimAttempt(db, ours, OURS));
    const run = (id: string) =>
      work(async () => {
        const delivery = await deliver(id);
        if (delivery.outcome === 'later')
          throw new RetryLater(delivery.reason, { delayMs: delivery.delayMs });
      });
    await run(ours.id);
    await run(theirs.id);
    const phone = await scene.received(to, 2);
    const sidOf = async (id: string) => (await scene.message(id)).provider_id;
    expect(Object.fromEntries(phone.map(({ from, sid }) => [from, sid]))).toEqual({
      [own]: await sidOf(ours.id),
      [OURS]: await sidOf(theirs.id),
    });
  });
});
