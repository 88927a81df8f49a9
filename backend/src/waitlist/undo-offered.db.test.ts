import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { refusalOf } from '../booking/testing.ts';
import { BY_STAFF, createWaitlistScene, type WaitlistScene } from './testing/waitlist.ts';

describe('a cancellation that is undone after its time was offered to the waitlist', () => {
  let scene: WaitlistScene;
  beforeAll(async () => {
    scene = await createWaitlistScene();
  });
  afterAll(() => scene.close());
  beforeEach(async () => {
    await scene.begin();
    await scene.join(0);
    await scene.cancel();
    await scene.workAll();
  });

  const undo = () => scene.undo(scene.state.here, { appointmentId: scene.state.id }, BY_STAFF);

  test('is refused with until when it is kept for them, and without their name', async () => {
    await scene.owner.query(
      `update waitlist_offers set expires_at = '2126-11-18T15:42:00Z' where org_id = $1`,
      [scene.state.here.orgId],
    );
    const before = await scene.counts();
    const refusal = await refusalOf(undo());
    expect(refusal).toMatchObject({ code: 'SLOT_UNAVAILABLE' });
    expect(refusal.message).toMatch(
      /^That time is on hold for a patient on the waitlist until 10:42 AM\. Wait to see if they take it, or choose another time\. The closest openings are /,
    );
    expect(refusal.message).not.toContain('Waiting');
    expect(await scene.counts()).toEqual(before);
  });

  test('is put back when the offer ran out', async () => {
    await scene.runOut();
    expect((await undo()).appointment).toMatchObject({ status: 'confirmed' });
  });

  test('is refused as taken when someone else has it', async () => {
    await scene.runOut();
    await scene.book(scene.state.here, { name: 'Ana Ruiz', phone: '+14155550177' });
    expect((await refusalOf(undo())).message).toMatch(/^That time is already taken\./);
  });
});
