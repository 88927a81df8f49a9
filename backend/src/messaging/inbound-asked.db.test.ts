import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cleanUp } from '../deliveries/index.ts';
import { silentLogger } from '../platform/logger.ts';
import type { TestOrganization } from '../testing/index.ts';
import { createInboundScene, type InboundScene } from './testing/inbound.ts';

describe('a patient of several clinics texts the shared number', () => {
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

  describe('several relations', () => {
    beforeEach(async () => {
      await scene.books(elm, scene.patient());
      await scene.books(oak, scene.patient());
    });
    const inboxes = async () => [await scene.inbox(elm), await scene.inbox(oak)];
    const listOf = async () => {
      const [question] = await scene.questions();
      const line = (name: string) => new RegExp(`^(\\d) ${name}$`, 'm').exec(question?.body ?? '')?.[1] ?? '';
      return { elm: line('Elm Dental'), oak: line('Oak Clinic') };
    };

    test('the words are in no one’s inbox, and the patient is asked once, in a text that names the clinics', async () => {
      await scene.says('I have a rash');
      await scene.says('Are you there?');
      expect(await inboxes()).toEqual([[], []]);
      const asked = await scene.questions();
      expect(asked).toHaveLength(1);
      expect(asked[0]?.body).toMatch(/Elm Dental/);
      expect(asked[0]?.body).toMatch(/Oak Clinic/);
      // Nor anywhere else that a clinic reads.
      for (const clinic of [elm, oak]) {
        const seen = await scene.database.withTenant(clinic.scope, async (db) => [
          await db.selectFrom('messages').selectAll().execute(),
          await db.selectFrom('webhook_delivery_log').selectAll().execute(),
          await db.selectFrom('events').selectAll().execute(),
        ]);
        expect(JSON.stringify(seen)).not.toMatch(/rash|are you there/i);
        expect(JSON.stringify(seen)).not.toContain(clinic === elm ? 'Oak Clinic' : 'Elm Dental');
      }
    });

    test('the number of the list hands everything over to that clinic alone, in order, and what follows too', async () => {
      await scene.says('I have a rash');
      await scene.says('It itches');
      await scene.says((await listOf()).oak);
      expect(await inboxes()).toEqual([[], ['I have a rash', 'It itches']]);
      await scene.says('Thanks');
      expect(await inboxes()).toEqual([[], ['I have a rash', 'It itches', 'Thanks']]);
      expect(await scene.questions()).toHaveLength(1);
    });

    test('so does the name', async () => {
      await scene.says('I have a rash');
      await scene.says('Elm dental, please');
      expect(await inboxes()).toEqual([['I have a rash'], []]);
    });

    test('an answer that is not understood is held like the rest, and not asked about again', async () => {
      await scene.says('I have a rash');
      for (const text of ['3', 'the one on Main Street', 'not Elm']) await scene.says(text);
      expect(await scene.questions()).toHaveLength(1);
      expect(await inboxes()).toEqual([[], []]);
      await scene.says((await listOf()).elm);
      expect(await scene.inbox(elm)).toEqual(['I have a rash', '3', 'the one on Main Street', 'not Elm']);
    });

    test('after 24 hours it is asked again, and the next answer is free', async () => {
      await scene.says('I have a rash');
      await scene.says((await listOf()).elm);
      await scene.pass(25);
      await scene.says('A bill came');
      expect(await scene.questions()).toHaveLength(2);
      await scene.says('Oak');
      expect(await inboxes()).toEqual([['I have a rash'], ['A bill came']]);
    });

    test('another clinic of theirs writes: what they say then may be the answer to that, so they are asked', async () => {
      await scene.says('I have a rash');
      await scene.says((await listOf()).elm);
      await scene.writes(oak, 'Your glasses are ready');
      await scene.says('Great!');
      expect(await inboxes()).toEqual([['I have a rash'], []]);
      expect(await scene.questions()).toHaveLength(2);
    });

    test('a relation that was made up later costs a question, and shows nothing', async () => {
      const stranger = await scene.createOrganization({ name: 'Listening Ltd' });
      await scene.books(stranger, scene.patient());
      await scene.writes(stranger, 'Hi');
      await scene.says('I have a rash');
      expect(await scene.inbox(stranger)).toEqual([]);
      await scene.says('Elm Dental');
      expect([...(await inboxes()), await scene.inbox(stranger)]).toEqual([['I have a rash'], [], []]);
    });

    test('two texts at once, in three processes: asked once', async () => {
      await Promise.all(Array.from({ length: 6 }, (_, n) => scene.send(`Line ${n}`)));
      await scene.work(3);
      expect(await scene.questions()).toHaveLength(1);
      expect(await inboxes()).toEqual([[], []]);
      await scene.says((await listOf()).oak);
      expect((await scene.inbox(oak)).sort()).toEqual(Array.from({ length: 6 }, (_, n) => `Line ${n}`));
    });

    test('repeats change nothing: of the text, of the answer, the next day, and all of it again', async () => {
      const nextDay = () => scene.owner.query('delete from processed_webhook_events');
      const text = await scene.says('I have a rash');
      await scene.says('I have a rash', { MessageSid: text });
      await nextDay();
      await scene.says('I have a rash', { MessageSid: text });
      const answer = await scene.says('Elm');
      for (const _ of [1, 2]) {
        await scene.says('Elm', { MessageSid: answer });
        await scene.says('I have a rash', { MessageSid: text });
        await nextDay();
      }
      await scene.pass(25);
      await scene.says('Elm', { MessageSid: answer });
      await scene.says('I have a rash', { MessageSid: text });
      await scene.owner.query(
        `update webhook_delivery_log set status = 'pending' where payload ->> 'from' = $1`,
        [scene.patient()],
      );
      await scene.work();
      expect(await inboxes()).toEqual([['I have a rash'], []]);
      expect(await scene.questions()).toHaveLength(1);
    });

    test('an answer of Twilio that got lost on the way is not asked twice', async () => {
      await scene.fault('drop_after_commit', { match: 'POST /twilio', times: 1 });
      await scene.says('I have a rash');
      expect(await scene.questions()).toHaveLength(1);
      await scene.says((await listOf()).elm);
      expect(await scene.inbox(elm)).toEqual(['I have a rash']);
    });

    test('Twilio was away: asked when it is back, once', async () => {
      await scene.fault('status', { match: 'POST /twilio', status: 503, times: 2 });
      await scene.says('I have a rash');
      expect(await scene.questions()).toHaveLength(1);
    });

    test('STOP after a choice is for the sender, too: not only the clinic that was chosen hears it', async () => {
      await scene.says('I have a rash');
      await scene.says((await listOf()).elm);
      await scene.says('STOP');
      expect(await inboxes()).toEqual([['I have a rash', 'STOP'], ['STOP']]);
      await scene.says('start');
      expect(await inboxes()).toEqual([
        ['I have a rash', 'STOP', 'start'],
        ['STOP', 'start'],
      ]);
    });

    test('STOP is for the sender: each of their clinics hears it, no one is asked', async () => {
      await scene.says('STOP');
      expect(await inboxes()).toEqual([['STOP'], ['STOP']]);
      expect(await scene.questions()).toEqual([]);
      await scene.says('start');
      expect(await inboxes()).toEqual([
        ['STOP', 'start'],
        ['STOP', 'start'],
      ]);
    });

    test('HELP was answered by Twilio: no one is asked, and it is held up by no question', async () => {
      await scene.says('HELP');
      await scene.says('Hjelp', { OptOutType: 'HELP' });
      expect(await inboxes()).toEqual([[], []]);
      expect(await scene.questions()).toEqual([]);
      await scene.says('I have a rash');
      await scene.says('help');
      await scene.says('STOP');
      expect(await inboxes()).toEqual([['STOP'], ['STOP']]);
      await scene.says((await listOf()).oak);
      expect(await scene.inbox(oak)).toContain('I have a rash');
    });

    test('someone else on another number is asked by themselves', async () => {
      await scene.says('I have a rash');
      await scene.says('Me too', { From: '+15551299999' });
      expect(await scene.phone('+15551299999')).toEqual([]);
      expect(await inboxes()).toEqual([[], []]);
    });

    test('only one relation is left: what comes now is for that clinic, what was held waits for its answer', async () => {
      await scene.says('I have a rash');
      await scene.owner.query('update leads set phone = null where org_id = $1', [elm.orgId]);
      await scene.says('Thanks');
      expect(await inboxes()).toEqual([[], ['Thanks']]);
      await scene.says('Oak');
      expect(await inboxes()).toEqual([[], ['I have a rash', 'Thanks']]);
      expect(await scene.questions()).toHaveLength(1);
    });

    test('words that no one asked for are gone after seven days, and so is the question', async () => {
      await scene.says('I have a rash');
      const later = new Date(Date.now() + 8 * 86_400_000);
      await cleanUp(
        { database: scene.database, log: silentLogger, clock: { now: () => later } },
        { evenIfDone: true },
      );
      const { rows } = await scene.owner.query(
        `select (select count(*) from app_private.held_texts where patient = $1)::int as texts,
           (select count(*) from app_private.clinic_questions where patient = $1)::int as questions`,
        [scene.patient()],
      );
      expect(rows).toEqual([{ texts: 0, questions: 0 }]);
      await scene.says('Oak');
      expect(await inboxes()).toEqual([[], []]);
      expect(await scene.questions()).toHaveLength(2);
    });
  });
});
