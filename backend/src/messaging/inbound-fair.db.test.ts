import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TestOrganization } from '../testing/index.ts';
import { createInboundScene, type InboundScene } from './testing/inbound.ts';
import { OURS } from './testing.ts';

describe('a clinic that wants another one’s texts', () => {
  let scene: InboundScene;
  let real: TestOrganization;
  let fake: TestOrganization;
  beforeAll(async () => {
    scene = await createInboundScene();
  });
  beforeEach(async () => {
    real = await scene.createOrganization({ name: 'Elm Dental' });
    fake = await scene.createOrganization({ name: 'Listening Ltd' });
    await scene.newPatient();
  });
  afterAll(() => scene.close());

  const lines = async () =>
    [...((await scene.questions()).at(-1)?.body ?? '').matchAll(/^\d (.*)$/gm)].map(([, line]) => line);
  const named = (of: TestOrganization, name: string) =>
    scene.owner.query('update organizations set name = $2 where id = $1', [of.orgId, name]);
  const receptionist = (of: TestOrganization, phone: string) =>
    scene.owner.query(
      `insert into connections (org_id, provider, status, details)
       values ($1, 'vapi', 'connected', jsonb_build_object('phone_number', $2::text))`,
      [of.orgId, phone],
    );
  const certainty = async () => {
    const { rows } = await scene.owner.query(
      'select org_id, certainty from app_private.clinics_of_patient($1)',
      [scene.patient()],
    );
    return new Map(rows.map((row) => [row.org_id, row.certainty]));
  };
  /** A text about a booking, as it was sent, and what was done with the link in it. */
  const usesLink = async (of: TestOrganization, sentTo = scene.patient()) => {
    await scene.books(of, scene.patient());
    const { rows } = await scene.owner.query(
      `select a.id, a.version from appointments a join leads l on l.id = a.contact_id
       where a.org_id = $1 and l.phone = $2`,
      [of.orgId, scene.patient()],
    );
    const [{ id, version }] = rows;
    await scene.owner.query(
      `insert into messages (org_id, to_address, status, body, kind, dedupe_key, appointment_id, provider_id)
       values ($1, $2, 'sent', 'Booked', 'confirmation', $3, $4, $3)`,
      [of.orgId, sentTo, `${id}:${version}`, id],
    );
    await scene.owner.query(
      `insert into appointment_links (org_id, appointment_id, version, made_version, action)
       values ($1, $2, $3::int, $3::int + 1, 'moved')`,
      [of.orgId, id, version],
    );
  };

  test.each<[string, () => Promise<unknown>]>([
    ['calls', async () => [await scene.calls(fake), await scene.calls(fake)]],
    ['a booking', () => scene.books(fake, scene.patient())],
    [
      'a text that was given to it without an answer',
      () =>
        scene.owner.query(
          `insert into messages (org_id, to_address, from_address, status, body, kind, dedupe_key)
           values ($1, $2, $3, 'received', 'Hi', 'inbound', 'earlier')`,
          [fake.orgId, OURS, scene.patient()],
        ),
    ],
    ['a link that was sent to a phone of its own', () => usesLink(fake, '+15550001111')],
  ])('cannot put itself before an answer or a used link by %s', async (_what, makeUp) => {
    await usesLink(real);
    await makeUp();
    expect(await certainty()).toEqual(
      new Map([
        [real.orgId, 1],
        [fake.orgId, 0],
      ]),
    );
    await scene.says('I have a rash');
    expect(await lines()).toEqual(['Elm Dental', 'Listening Ltd']);
    await scene.says('Elm Dental');
    expect((await certainty()).get(real.orgId)).toBe(2);
  });

  test('is in an order it can’t choose, and in the same one every time', async () => {
    const clinics = [real, fake];
    for (const name of ['Ash', 'Birch', 'Cedar', 'Daisy']) {
      const clinic = await scene.createOrganization({ name });
      clinics.push(clinic);
    }
    const orders = new Set<string>();
    for (let patient = 0; patient < 3; patient += 1) {
      await scene.newPatient();
      for (const clinic of clinics) await scene.books(clinic, scene.patient());
      await scene.says('I have a rash');
      const first = await lines();
      expect(first).toHaveLength(6);
      orders.add(first.join());
      for (let n = 0; n < 3; n += 1) await scene.calls(fake);
      await scene.books(fake, scene.patient());
      await scene.pass(8 * 24);
      await scene.says('I have a rash');
      expect(await scene.questions()).toHaveLength(2);
      expect(await lines()).toEqual(first);
    }
    expect(orders.size).toBeGreaterThan(1);
  });

  test('under the same name is told apart by the phone that patients call, and gets nothing by the name', async () => {
    await named(fake, 'Elm-Dental');
    await receptionist(real, '+15551230001');
    await receptionist(fake, '+15551230002');
    for (const clinic of [real, fake]) await scene.calls(clinic);
    await scene.says('I have a rash');
    const list = await lines();
    expect([...list].sort()).toEqual(['Elm Dental (phone +15551230001)', 'Elm-Dental (phone +15551230002)']);
    await scene.says('Elm Dental');
    expect([await scene.inbox(real), await scene.inbox(fake)]).toEqual([[], []]);
    expect(await scene.questions()).toHaveLength(1);
    await scene.says(`${list.indexOf('Elm Dental (phone +15551230001)') + 1}`);
    expect([await scene.inbox(real), await scene.inbox(fake)]).toEqual([['I have a rash', 'Elm Dental'], []]);
  });

  test('under the same name and without phones: no one is asked to guess, the words stay held until they can be', async () => {
    await named(fake, 'ELM DENTAL');
    for (const clinic of [real, fake]) await scene.calls(clinic);
    await scene.says('I have a rash');
    await scene.says('1');
    await scene.says('Elm Dental');
    expect(await scene.questions()).toEqual([]);
    expect([await scene.inbox(real), await scene.inbox(fake)]).toEqual([[], []]);
    const told = scene.lines.filter(({ msg }) => String(msg).includes('cannot be asked which clinic'));
    expect(told.length).toBeGreaterThan(0);
    for (const secret of [scene.patient(), real.orgId, fake.orgId, 'Elm Dental', 'rash'])
      expect(JSON.stringify(told)).not.toContain(secret);
    await receptionist(real, '+15551230001');
    await scene.says('Hello?');
    expect(await scene.questions()).toHaveLength(1);
  });

  test('that is renamed after the question, or makes a relation up then, is not what the patient read', async () => {
    for (const clinic of [real, fake]) await scene.calls(clinic);
    await scene.says('I have a rash');
    await named(fake, 'Elm');
    const late = await scene.createOrganization({ name: 'Dental' });
    await scene.calls(late);
    await scene.says('Elm');
    expect(await scene.inbox(real)).toEqual(['I have a rash']);
    expect([await scene.inbox(fake), await scene.inbox(late)]).toEqual([[], []]);
  });
});
