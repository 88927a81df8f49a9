import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestOrganization } from '../testing/index.ts';
import { aSid, createInboundScene, INBOUND, type InboundScene } from './testing/inbound.ts';
import { OURS } from './testing.ts';

describe('whose a text on the shared number is', () => {
  let scene: InboundScene;
  let elm: TestOrganization;
  let oak: TestOrganization;
  beforeAll(async () => {
    scene = await createInboundScene();
  });
  beforeEach(async () => {
    elm = await scene.createOrganization({ name: 'Elm Dental' });
    oak = await scene.createOrganization({ name: 'Oak Clinic' });
    await scene.newPatient();
  });
  afterAll(() => scene.close());

  const inboxes = async () => [await scene.inbox(elm), await scene.inbox(oak)];

  describe('one relation', () => {
    test.each<[string, (of: TestOrganization) => Promise<unknown>]>([
      ['a booking', (of) => scene.books(of, scene.patient())],
      ['a call', (of) => scene.calls(of)],
      [
        'an earlier text of theirs',
        (of) =>
          scene.owner.query(
            `insert into messages (org_id, to_address, from_address, status, body, kind, dedupe_key)
             values ($1, $2, $3, 'received', 'Earlier', 'inbound', 'earlier')`,
            [of.orgId, OURS, scene.patient()],
          ),
      ],
      [
        'a place on the waitlist',
        async (of) => {
          await scene.makesContact(of);
          await scene.owner.query(
            `insert into waitlist (org_id, contact_id, service_type)
             select org_id, id, 'consultation' from leads where org_id = $1 and phone = $2`,
            [of.orgId, scene.patient()],
          );
        },
      ],
    ])('%s decides, not who wrote last', async (_what, relate) => {
      await relate(elm);
      await scene.makesContact(oak);
      await scene.writes(oak);
      await scene.says('I have a rash');
      expect(await scene.inbox(oak)).toEqual([]);
      expect(await scene.inbox(elm)).toContain('I have a rash');
      expect(await scene.questions()).toEqual([]);
    });

    test.each<[string, (of: TestOrganization) => Promise<unknown>]>([
      ['a text of the clinic', (of) => scene.writes(of)],
      ['many texts of the clinic', async (of) => [await scene.writes(of, 'a'), await scene.writes(of, 'b')]],
      ['a contact', (of) => scene.makesContact(of)],
      ['a contact and a text', async (of) => [await scene.makesContact(of), await scene.writes(of)]],
      [
        'the number as the phone of its owner',
        (of) =>
          scene.owner.query('update organizations set phone = $2 where id = $1', [of.orgId, scene.patient()]),
      ],
      [
        'a held time',
        async (of) => {
          await scene.books(of, scene.patient());
          await scene.owner.query(`update appointments set status = 'held' where org_id = $1`, [of.orgId]);
        },
      ],
      [
        'a call of someone else',
        (of) =>
          scene.owner.query(
            `insert into calls (org_id, vapi_call_id, from_number, to_number) values ($1, 'c', '+15550000000', $2)`,
            [of.orgId, scene.patient()],
          ),
      ],
    ])('%s doesn’t count: the words are stored nowhere', async (_what, make) => {
      await make(oak);
      const sid = await scene.says('Does Dr. Beta have time? canary');
      expect(await inboxes()).toEqual([[], []]);
      expect(await scene.questions()).toEqual([]);
      const { rows } = await scene.owner.query(
        `select d.org_id, d.payload::text from webhook_delivery_log d where event_id = $1`,
        [sid],
      );
      expect(rows).toEqual([{ org_id: null, payload: expect.not.stringMatching(/canary|555129/) }]);
      expect(JSON.stringify(scene.lines)).not.toContain(scene.patient());
    });

    test('a text never opens a thread: a clinic that may listen to a stranger hears nothing, also later', async () => {
      await scene.writes(oak);
      await scene.says('Who is this?');
      await scene.books(oak, scene.patient());
      expect(await scene.inbox(oak)).toEqual([]);
      await scene.says('Thanks for the booking');
      expect(await scene.inbox(oak)).toEqual(['Thanks for the booking']);
    });
  });

  describe('a picture', () => {
    beforeEach(() => scene.books(elm, scene.patient()));

    test.each([
      [
        '',
        '1',
        '[The patient sent a picture or file. Voxanne doesn’t keep attachments; please ask for it another way.]',
      ],
      [
        'My card',
        '2',
        'My card\n[The patient sent 2 pictures or files. Voxanne doesn’t keep attachments; please ask for them another way.]',
      ],
      ['Just words', '0', 'Just words'],
      ['Just words', 'many', 'Just words'],
    ])('%j with %s of them says so', async (body, media, text) => {
      await scene.says(body, { NumMedia: media });
      expect(await scene.inbox(elm)).toEqual([text]);
    });
  });

  test('what is signed for another account is refused, and leaves no row', async () => {
    await scene.books(elm, scene.patient());
    const params = {
      MessageSid: aSid(),
      AccountSid: `AC${'b'.repeat(32)}`,
      From: scene.patient(),
      To: OURS,
      Body: 'Hi',
    };
    for (const path of [INBOUND, '/api/webhooks/twilio/status']) {
      const form = { ...params, MessageStatus: 'sent' };
      const answer = await scene.post(path, form);
      expect(answer).toMatchObject({ statusCode: 401 });
      expect(answer.json().code).toBe('INVALID_SIGNATURE');
    }
    expect(await scene.inbox(elm)).toEqual([]);
  });
});
