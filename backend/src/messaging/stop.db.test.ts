import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestOrganization } from '../testing/index.ts';
import { createInboundScene, type InboundScene } from './testing/inbound.ts';

const OWN = '+15005550017';

describe('STOP and START', () => {
  let scene: InboundScene;
  let elm: TestOrganization;
  let oak: TestOrganization;
  beforeAll(async () => {
    scene = await createInboundScene();
    elm = await scene.createOrganization({ name: 'Elm Dental' });
    oak = await scene.createOrganization({ name: 'Oak Dental' });
  });
  beforeEach(() => scene.newPatient());
  afterAll(() => scene.close());

  const whyNoText = async (clinic: TestOrganization): Promise<string | null> => {
    const { rows } = await scene.owner.query('select app_private.why_no_text($1, $2) as why', [
      clinic.orgId,
      scene.patient(),
    ]);
    return rows[0].why;
  };
  const text = (clinic: TestOrganization, body = 'Hello') => {
    scene.signIn(clinic);
    return scene.server.inject({
      method: 'POST',
      url: '/api/sms',
      payload: { to: scene.patient(), body },
    });
  };

  test.each([
    'STOP',
    'stop',
    ' Stop. ',
    '"STOP"',
    'STOPALL',
    'Stop all',
    'UNSUBSCRIBE',
    'Cancel',
    'END',
    'quit',
    'REVOKE',
    'OptOut',
    'opt-out',
    'Please stop',
    'Stop texting me',
    'Please, stop texting me!',
    'stop sending me messages',
    'Can you please stop sending these texts to my phone? Thanks',
    'Don’t text me anymore',
    'do not text this number again',
    'No more texts please',
    'I don’t want any more messages',
    'Unsubscribe me from this list',
    'Take me off your list',
    'remove my number',
    'I want to opt out',
    'cancel all texts',
  ])('%j ends the texts', async (word) => {
    await scene.books(elm, scene.patient());
    await scene.says(word);
    expect(await whyNoText(elm)).toBe('STOPPED');
  });

  test.each([
    'Please stop by at noon',
    'Stopped by today',
    'Cancel my appointment',
    'Please cancel',
    'Stop the bleeding how?',
    'Don’t text me, call me',
    'My pain won’t stop',
    'Take me on Friday',
    'Remove my appointment',
    'Please stop texting my husband, text me',
    'Please don’t stop texting me',
    'The end',
    'yes',
    'No',
    'START',
  ])('%j does not', async (words) => {
    await scene.books(elm, scene.patient());
    await scene.says(words);
    expect(await whyNoText(elm)).toBeNull();
  });

  test.each(['START', 'unstop', 'Yes', 'YES!'])('%j after it lets texts through again', async (word) => {
    await scene.books(elm, scene.patient());
    await scene.says('STOP');
    await scene.says(word);
    expect(await whyNoText(elm)).toBeNull();
  });

  test('what Twilio makes of a text counts, whatever its language', async () => {
    await scene.books(elm, scene.patient());
    await scene.says('Arrêt', { OptOutType: 'STOP' });
    expect(await whyNoText(elm)).toBe('STOPPED');
  });

  test('on the number that clinics share it holds for all of them, those that the patient comes to later included', async () => {
    await scene.books(elm, scene.patient());
    await scene.says('STOP');
    await scene.books(oak, scene.patient());
    expect(await whyNoText(oak)).toBe('STOPPED');
  });

  test('someone whom no clinic deals with yet can say it too', async () => {
    await scene.says('STOP');
    await scene.books(elm, scene.patient());
    expect(await whyNoText(elm)).toBe('STOPPED');
  });

  test('on a clinic’s own number it holds for that number alone', async () => {
    const own = await scene.createOrganization({ name: 'Own Number' });
    await scene.owner.query('select app_private.set_sender($1, $2, $3)', [own.orgId, OWN, []]);
    await scene.books(elm, scene.patient());
    await scene.books(own, scene.patient());
    await scene.says('STOP', { To: OWN });
    expect([await whyNoText(own), await whyNoText(elm)]).toEqual(['STOPPED', null]);
  });

  test('an old STOP that is handled again after START changes nothing', async () => {
    await scene.books(elm, scene.patient());
    const sid = await scene.says('STOP');
    await scene.says('START');
    await scene.owner.query(
      `update webhook_delivery_log set status = 'pending', run_at = now() where event_id = $1`,
      [sid],
    );
    await scene.work();
    expect(await whyNoText(elm)).toBeNull();
  });

  test('a text by hand is refused at once, in words', async () => {
    await scene.books(elm, scene.patient());
    await scene.says('STOP');
    const refused = await text(elm);
    expect([refused.statusCode, refused.json().code]).toEqual([422, 'STOPPED']);
    expect(refused.json().detail).toBe(
      'The patient sent STOP, so we can’t text them. They can text START to get texts again. Nothing was sent. Please call the patient.',
    );
  });

  test('a text that waited when STOP came is not sent, and says why', async () => {
    await scene.books(elm, scene.patient());
    await scene.says('STOP');
    const before = (await scene.created(scene.patient())).length;
    const sent = await scene.messaging.sendSmsWithGuard(elm.orgId, scene.patient(), 'See you soon');
    expect(sent).toMatchObject({ success: false, error: expect.stringContaining('sent STOP') });
    expect(await scene.message(sent.messageId ?? '')).toMatchObject({
      status: 'failed',
      error_code: 'STOPPED',
    });
    expect(await scene.created(scene.patient())).toHaveLength(before);
  });

  test('the carrier’s word counts where ours was never said', async () => {
    await scene.knows(elm, '+15005550004');
    await scene.messaging.sendSmsWithGuard(elm.orgId, '+15005550004', 'Hello');
    const { rows } = await scene.owner.query(`select app_private.why_no_text($1, '+15005550004') as why`, [
      elm.orgId,
    ]);
    expect(rows).toEqual([{ why: 'STOPPED' }]);
  });

  test('a landline is known after its first text; another clinic learns nothing of it', async () => {
    const ask = async (clinic: TestOrganization) =>
      (await scene.owner.query(`select app_private.why_no_text($1, '+15005550009') as why`, [clinic.orgId]))
        .rows[0];
    await scene.messaging.sendSmsWithGuard(elm.orgId, '+15005550009', 'Hello');
    expect([await ask(elm), await ask(oak)]).toEqual([{ why: 'CANNOT_RECEIVE' }, { why: null }]);
  });
});
