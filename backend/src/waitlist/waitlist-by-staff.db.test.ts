import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createWaitlistScene, type WaitlistScene } from './testing/waitlist.ts';

describe('an offer that staff answer', () => {
  let scene: WaitlistScene;
  let first: string;
  let second: string;
  beforeAll(async () => {
    scene = await createWaitlistScene();
  });
  afterAll(() => scene.close());
  beforeEach(async () => {
    await scene.begin();
    first = await scene.join(1);
    second = await scene.join(2);
    await scene.cancel();
    await scene.workAll();
  });
  const accept = (id: string) => scene.api('POST', `/api/waitlist/${id}/offer/accept`);
  const withdraw = (id: string) => scene.api('POST', `/api/waitlist/${id}/offer/withdraw`);

  test('with yes, books the time for the patient, who gets the usual text; a second click changes nothing', async () => {
    const [entry] = await scene.entries();
    expect(entry).toMatchObject({ status: 'offered', service_name: 'Consultation' });
    const answer = await accept(first);
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'booked', offer: null, appointment_id: entry?.offer?.hold_id },
    });
    expect(await scene.row(answer.body.appointment_id)).toMatchObject({
      status: 'confirmed',
      contact_id: entry?.contact.id,
    });
    expect((await scene.outbox(answer.body.appointment_id)).map(({ topic }) => topic)).toContain(
      'message.confirmation',
    );
    expect((await accept(first)).body).toEqual(answer.body);
    expect(await scene.steps()).toContain('waitlist.offer_accepted by user');
    expect((await scene.open(await scene.linkOfOffer(0))).status).toBe(200);
  });

  test('an offer that staff withdraw goes to the next person, and the first keeps waiting', async () => {
    expect(await withdraw(first)).toMatchObject({ status: 200, body: { status: 'waiting', offer: null } });
    expect((await scene.offers()).map(({ status }) => status)).toEqual(['withdrawn']);
    await scene.workAll();
    expect(await scene.states()).toEqual(['waiting', 'offered']);
    expect((await scene.open(await scene.linkOfOffer(0))).text).not.toContain('name="action" value="accept"');
    expect(await accept(second)).toMatchObject({ status: 200, body: { status: 'booked' } });
  });

  test('too late, is refused and nothing is booked', async () => {
    await scene.runOut();
    expect(await accept(first)).toMatchObject({ status: 409, body: { code: 'OFFER_ENDED' } });
    expect(await accept(second)).toMatchObject({ status: 409, body: { code: 'OFFER_ENDED' } });
    expect(await withdraw(second)).toMatchObject({ status: 409, body: { code: 'OFFER_ENDED' } });
    expect(await accept(randomUUID())).toMatchObject({
      status: 404,
      body: { code: 'WAITLIST_ENTRY_NOT_FOUND' },
    });
  });

  test('at the moment in which the patient answers, is one booking', async () => {
    const link = await scene.linkOfOffer(0);
    const [staff] = await Promise.all([accept(first), scene.submit(link, { action: 'accept' })]);
    expect([200, 409]).toContain(staff.status);
    const taken = (await scene.appointments(scene.state.here)).filter(({ status }) => status === 'confirmed');
    expect(taken).toHaveLength(1);
    expect((await scene.offers())[0]?.status).toBe('accepted');
  });

  test('is another clinic’s to answer by no one', async () => {
    scene.signInAs(await scene.clinicWithPhone());
    expect((await accept(first)).status).toBe(404);
    expect((await withdraw(first)).status).toBe(404);
  });
});
