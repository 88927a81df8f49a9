import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sweepHolds } from '../booking/hold-slot.ts';
import { createWaitlistScene, type WaitlistScene } from '../waitlist/testing/waitlist.ts';

describe('an offer from the waitlist', () => {
  let scene: WaitlistScene;
  beforeAll(async () => {
    scene = await createWaitlistScene();
  });
  afterAll(() => scene.close());
  beforeEach(() => scene.begin());

  beforeEach(async () => {
    await scene.join(0);
    await scene.join(1);
    await scene.cancel();
    await scene.workAll();
  });

  test('shows what and until when, and reading it changes nothing', async () => {
    const link = await scene.linkOfOffer(0);
    const before = await scene.counts();
    for (let times = 0; times < 20; times += 1) await scene.open(link);
    const page = await scene.open(link);
    expect(page).toMatchObject({ status: 200, title: 'A time has opened up' });
    expect(page.text).toContain('Monday, November 23 at 9:00 AM');
    expect(page.text).toMatch(/holding it for you until <strong>\d+:\d\d [AP]M/);
    expect(await scene.counts()).toEqual(before);
  });

  test('one of ten who click at once books, and the text confirms it', async () => {
    const link = await scene.linkOfOffer(0);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => scene.submit(link, { action: 'accept' })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]));
    const offer = (await scene.offers())[0]!;
    const row = await scene.row(offer.hold_id);
    expect(row).toMatchObject({ status: 'confirmed', source: 'patient', contact_id: offer.contact_id });
    expect((await scene.open(link)).title).toBe('You’re booked');
    expect((await scene.outbox(offer.hold_id)).map(({ topic }) => topic)).toEqual(['message.confirmation']);
    const [entry] = await scene.entries();
    expect(entry).toMatchObject({ status: 'booked', appointment_id: offer.hold_id, offer: null });
    const { rows } = await scene.owner.query('select id from public.leads where org_id = $1', [
      scene.state.here.orgId,
    ]);
    expect(rows).toHaveLength(3);
    expect(await scene.steps()).toContain('waitlist.offer_accepted by patient');
    expect((await scene.audit(offer.hold_id)).at(-1)).toMatchObject({
      action: 'appointment.booked',
      actor_type: 'patient',
      actor_id: offer.contact_id,
    });
  });

  test('that is taken promises a text only to a patient who gets texts', async () => {
    const link = await scene.linkOfOffer(0);
    await scene.submit(link, { action: 'accept' });
    expect((await scene.open(link)).text).toContain("You'll get a text message to confirm it");
    await scene.owner.query(
      `select app_private.keep_word(phone, null, true, true, now(), false) from public.leads where id = $1`,
      [(await scene.offers())[0]?.contact_id],
    );
    const page = await scene.open(link);
    expect(page.title).toBe('You’re booked');
    expect(page.text).toContain('Monday, November 23 at 9:00 AM');
    expect(page.text).toContain("We can't text you a confirmation, so please write down the time.");
    expect(page.text).not.toContain("You'll get a text message to confirm it");
    await scene.owner.query(
      `select app_private.keep_word(phone, null, true, false, now() + interval '1 s', false) from public.leads where id = $1`,
      [(await scene.offers())[0]?.contact_id],
    );
  });

  test('is not for a patient who was booked elsewhere at that time since, and the page says so', async () => {
    const link = await scene.linkOfOffer(0);
    const { here } = scene.state;
    await scene.owner.query(`insert into providers (org_id, name) values ($1, 'Dr. Ben')`, [here.orgId]);
    await scene.book(here, { name: 'Waiting Ann', phone: '+14155550140', providerName: 'Dr. Ben' });
    const page = await scene.submit(link, { action: 'accept' });
    expect(page.status).toBe(409);
    expect(page.text).toContain('You already have another appointment at that time.');
    expect(await scene.row((await scene.offers())[0]?.hold_id)).toMatchObject({ status: 'held' });
  });

  test('that is declined goes to the next one, and never again to the same', async () => {
    const link = await scene.linkOfOffer(0);
    await scene.submit(link, { action: 'decline' });
    expect((await scene.open(link)).title).toBe('Thanks for letting us know');
    expect(await scene.states()).toEqual(['waiting', 'waiting']);
    await scene.workAll();
    expect(await scene.states()).toEqual(['waiting', 'offered']);
    await scene.submit(await scene.linkOfOffer(1), { action: 'decline' });
    await scene.workAll();
    expect(await scene.states()).toEqual(['waiting', 'waiting']);
    expect((await scene.offers()).map(({ status }) => status)).toEqual(['declined', 'declined']);
    await scene.submit(link, { action: 'accept' });
    expect((await scene.offers())[0]!.status).toBe('declined');
  });

  test('that no one answers runs out and goes to the next one', async () => {
    await scene.runOut();
    const link = await scene.linkOfOffer(0);
    expect(await scene.open(link)).toMatchObject({ status: 404, title: 'This offer has ended' });
    await scene.submit(link, { action: 'accept' });
    expect((await scene.offers())[0]!.status).toBe('open');
    expect(await sweepHolds(scene.context)).toBe(1);
    expect((await scene.offers())[0]!.status).toBe('expired');
    await scene.workAll();
    expect(await scene.states()).toEqual(['waiting', 'offered']);
    expect(await scene.texts()).toHaveLength(2);
    expect(await scene.steps()).toContain('waitlist.offer_expired by system');
  });

  test('ends when the clinic takes the patient off the list, and goes to the next one', async () => {
    const first = (await scene.entries())[0]!;
    for (let times = 0; times < 2; times += 1) {
      expect((await scene.api('DELETE', `/api/waitlist/${first.id}`)).status).toBe(204);
    }
    await scene.workAll();
    expect(await scene.states()).toEqual(['removed', 'offered']);
    expect((await scene.offers()).map(({ status }) => status)).toEqual(['withdrawn', 'open']);
    const link = await scene.linkOfOffer(0);
    expect((await scene.open(link)).title).toBe('You’re off the waitlist');
    await scene.submit(link, { action: 'accept' });
    expect((await scene.offers())[0]!.status).toBe('withdrawn');
  });

  test('lets the patient leave the list', async () => {
    await scene.submit(await scene.linkOfOffer(0), { action: 'leave' });
    await scene.workAll();
    expect(await scene.states()).toEqual(['removed', 'offered']);
    expect(await scene.steps()).toContain('waitlist.removed by patient');
  });

  test('an offer whose time staff gave to someone else is over, and the person can have another one', async () => {
    const offer = (await scene.offers())[0]!;
    await scene.book(scene.state.here, {
      name: 'Walk In',
      phone: '+14155550177',
      when: { holdId: offer.hold_id },
    });
    expect((await scene.offers())[0]!.status).toBe('withdrawn');
    await scene.submit(await scene.linkOfOffer(0), { action: 'accept' });
    expect(await scene.states()).toEqual(['waiting', 'waiting']);
  });
});
