import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestOrganization } from '../testing/index.ts';
import { aSid, createInboundScene, type InboundScene } from './testing/inbound.ts';
import { OURS } from './testing.ts';

describe('whose a text on a clinic’s own number is', () => {
  let scene: InboundScene;
  let elm: TestOrganization;
  let oak: TestOrganization;
  let own: string;
  let numbers = 0;
  beforeAll(async () => {
    scene = await createInboundScene();
  });
  beforeEach(async () => {
    elm = await scene.createOrganization({ name: 'Elm Dental' });
    oak = await scene.createOrganization({ name: 'Oak Clinic' });
    await scene.newPatient();
    own = await newNumber(elm);
  });
  afterAll(() => scene.close());

  const give = async (to: TestOrganization, number: string) => {
    await scene.control('PUT', '/numbers', { number });
    await scene.owner.query('select app_private.set_sender($1, $2, $3)', [to.orgId, number, [OURS]]);
  };
  const newNumber = async (of: TestOrganization) => {
    numbers += 1;
    const number = `+1555777${1_000 + numbers}`;
    await give(of, number);
    return number;
  };
  const takeBack = (number: string) => scene.owner.query('select app_private.remove_sender($1)', [number]);
  const inboxes = async () => [await scene.inbox(elm), await scene.inbox(oak)];
  const bothBook = async () => [
    await scene.books(elm, scene.patient()),
    await scene.books(oak, scene.patient()),
  ];
  const asked = async () => (await scene.questions()).length;

  test('is that clinic’s without a question, whatever else the person has to do with', async () => {
    await bothBook();
    await scene.calls(oak);
    await scene.writes(oak);
    await scene.says('I am late', { To: own });
    expect(await inboxes()).toEqual([['I am late'], []]);
    expect(await asked()).toBe(0);
  });

  test('the shared number is for the clinics that text from it', async () => {
    await bothBook();
    await scene.calls(elm);
    await scene.says('I am late');
    expect(await inboxes()).toEqual([[], ['I am late']]);
    expect(await asked()).toBe(0);
  });

  test('a person of clinics with numbers of their own is still heard on the shared number', async () => {
    await scene.books(elm, scene.patient());
    await scene.says('I am late');
    expect(await inboxes()).toEqual([['I am late'], []]);
    await newNumber(oak);
    await scene.books(oak, scene.patient());
    await scene.says('And you?');
    expect(await inboxes()).toEqual([['I am late'], []]);
    expect(await asked()).toBe(1);
  });

  test.each([
    ['nobody', async () => undefined],
    ['another clinic', () => scene.books(oak, scene.patient())],
    [
      'a clinic that has them as a contact and wrote',
      async () => [await scene.makesContact(elm), await scene.writes(elm)],
    ],
  ])(
    'opens no thread with a stranger: somebody who has to do with %s is heard by no clinic',
    async (_, relate) => {
      await relate();
      const sid = await scene.says('A canary', { To: own });
      expect(await inboxes()).toEqual([[], []]);
      expect(await asked()).toBe(0);
      const { rows } = await scene.owner.query(
        'select org_id, payload::text from webhook_delivery_log where event_id = $1',
        [sid],
      );
      expect(rows).toEqual([{ org_id: null, payload: expect.not.stringMatching(/canary|555129/) }]);
    },
  );

  test.each(['STOP', 'start', 'HELP'])('%s concerns that clinic alone', async (word) => {
    await bothBook();
    await scene.says(word, { To: own });
    expect(await inboxes()).toEqual([[word], []]);
  });

  test('STOP on the shared number does not concern a clinic that texts from its own', async () => {
    const ash = await scene.createOrganization({ name: 'Ash' });
    await bothBook();
    await scene.books(ash, scene.patient());
    await scene.says('STOP');
    expect([await scene.inbox(elm), await scene.inbox(oak), await scene.inbox(ash)]).toEqual([
      [],
      ['STOP'],
      ['STOP'],
    ]);
  });

  test('STOP on the own number stops that clinic’s texts and no other’s', async () => {
    await bothBook();
    await scene.patientTexts({ from: scene.patient(), to: own, body: 'STOP' });
    await scene.work();
    expect(await scene.writes(elm)).toMatchObject({
      success: false,
      error: expect.stringContaining('sent STOP'),
    });
    expect(await scene.writes(oak)).toMatchObject({ success: true });
  });

  test('works the same on WhatsApp', async () => {
    await bothBook();
    await scene.says('Hello', { From: `whatsapp:${scene.patient()}`, To: `whatsapp:${own}` });
    expect(await inboxes()).toEqual([['Hello'], []]);
  });

  test('a clinic that texted from the shared number before may still be meant on it', async () => {
    await takeBack(own);
    await scene.books(elm, scene.patient());
    await scene.writes(elm);
    await give(elm, own);
    await scene.books(oak, scene.patient());
    await scene.says('Which of you?');
    expect(await inboxes()).toEqual([[], []]);
    expect(await asked()).toBe(1);
    await scene.says('1');
    expect((await inboxes()).flat()).toEqual(['Which of you?']);
  });

  describe('a number that changed hands', () => {
    test('is asked about where the person had texts of another clinic from it', async () => {
      await bothBook();
      await scene.writes(elm);
      await takeBack(own);
      await give(oak, own);
      await scene.says('Yes please', { To: own });
      expect(await inboxes()).toEqual([[], []]);
      expect(await asked()).toBe(1);
    });

    test('is the new clinic’s for everyone else', async () => {
      await bothBook();
      await takeBack(own);
      await give(oak, own);
      await scene.says('Yes please', { To: own });
      expect(await inboxes()).toEqual([[], ['Yes please']]);
    });

    test('what was chosen on it before does not count for a clinic that cannot be meant anymore', async () => {
      await takeBack(own);
      await bothBook();
      await scene.says('Hello', { To: own });
      await scene.says('Oak', { To: own });
      expect(await inboxes()).toEqual([[], ['Hello']]);
      await give(elm, own);
      await scene.says('Again', { To: own });
      expect(await inboxes()).toEqual([['Again'], ['Hello']]);
    });

    test('that is given away between arrival and work leaves no text with two', async () => {
      await bothBook();
      const sid = await scene.send('On my way', { To: own });
      await takeBack(own);
      await give(oak, own);
      await scene.send('On my way', { To: own, MessageSid: sid });
      await scene.work(2);
      expect(await inboxes()).toEqual([['On my way'], []]);
    });
  });

  test('the number of the deployment belongs to no one clinic, whatever the table says', async () => {
    await takeBack(own);
    await scene.owner.query('insert into senders (org_id, address) values ($1, $2)', [elm.orgId, OURS]);
    await bothBook();
    await scene.says('Hello');
    expect(await scene.inbox(elm)).toEqual([]);
    await takeBack(OURS);
  });

  test('the same text twice and at once is one', async () => {
    await bothBook();
    const MessageSid = aSid();
    await Promise.all(Array.from({ length: 4 }, () => scene.send('Twice?', { To: own, MessageSid })));
    await scene.work(3);
    expect(await inboxes()).toEqual([['Twice?'], []]);
  });
});
