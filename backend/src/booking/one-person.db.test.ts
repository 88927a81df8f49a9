import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readName } from '../contacts/person-name.ts';
import { isSameName } from '../contacts/same-name.ts';
import { DIFFERENT, LEFT_OUT, SAME } from '../contacts/testdata/name-pairs.ts';
import { namePairs } from '../contacts/testing/names.ts';
import { findCallersAppointments } from './find-callers-appointments.ts';
import { type BookingScene, createBookingScene, openCallers } from './testing.ts';

const PHONE = '+14155550132';

describe('a person under a phone', () => {
  let scene: BookingScene;
  let clinic: Awaited<ReturnType<BookingScene['clinic']>>;
  let hour = 0;
  beforeAll(async () => {
    scene = await createBookingScene();
  });
  beforeEach(async () => {
    clinic = await scene.clinic();
    hour = 0;
  });
  afterAll(() => scene.close());

  const book = (name: string) => {
    hour += 1;
    const at = new Date(Date.UTC(2026, 10, 23, 14, 0) + hour * 1_800_000);
    return scene.book(clinic, { name, when: { at } });
  };
  const contacts = async () =>
    (
      await scene.owner.query('select id, name from leads where org_id = $1 order by created_at', [
        clinic.orgId,
      ])
    ).rows;
  const found = (name: string) =>
    findCallersAppointments(
      scene.context,
      { orgId: clinic.orgId, userId: null },
      {
        number: PHONE,
        name,
        callId: 'c-1',
        requestId: 'r-1',
      },
    );

  test.each([
    [
      'María López',
      'Maria Lopez',
      'LOPEZ, MARIA',
      'Mrs. Maria Lopez',
      'My name is Maria Lopez',
      'lopez maria',
    ],
    ['Łukasz Żółty', 'Lukasz Zolty', 'Zolty Lukasz'],
    ['Mary-Ann O’Neil', 'Maryann Oneil', 'Mary Ann O Neil', 'O’Neil, Mary Ann'],
    ['Jürgen Weiß', 'Juergen Weiss', 'Jurgen Weiss, MD'],
    ['Jan van der Berg', 'Jan Vanderberg', 'Dr. Jan Van Der Berg'],
    ['Robert Jones Jr.', 'Robert Jones, Jr', 'Jones, Robert Jr.', 'Robert Jones Junior'],
  ])('is one contact, however the name is written: %s', async (...names) => {
    const booked = [];
    for (const name of names) booked.push(await book(name));
    expect(new Set(booked.map(({ contactId }) => contactId)).size).toBe(1);
    expect(await contacts()).toMatchObject([{ name: readName(names[0] ?? '', 'US')?.name }]);
    for (const name of names) expect(await found(name)).toHaveLength(names.length);
  });

  test('is not the other one of a family', async () => {
    const family = [
      'Robert Jones',
      'Robert Jones Jr.',
      'Roberta Jones',
      'Bob Jones',
      'Jones Lee',
      'Robert Lee',
    ];
    for (const name of family) await book(name);
    expect((await contacts()).map(({ name }) => name)).toEqual(family);
    expect(await found('Robert Jones')).toHaveLength(1);
    expect(await found('Robert Jones Jr')).toHaveLength(1);
    for (const name of ['Jones', 'Robert', 'Robert Robert', 'Mr. Jones', 'R. Jones'])
      expect(await found(name), name).toEqual([]);
  });

  test('is found by fewer names, and it is asked whose appointment it is when they fit several', async () => {
    await book('Maria Elena Lopez');
    await book('Maria de Lopez');
    await expect(found('Dr. Maria Lopez')).rejects.toMatchObject({ code: 'WHICH_PATIENT' });
    expect(await found('Maria Elena')).toHaveLength(1);
  });

  test('is one contact when two calls bring a name in two spellings at once', async () => {
    const callers = openCallers(scene.runtimeUrl, 8);
    const names = ['María López', 'Maria Lopez', 'Lopez Maria', 'MARIA LOPEZ'];
    const answers = await callers.race(
      [...names, ...names].map((name, index) => [
        clinic.orgId,
        name,
        PHONE,
        new Date(Date.UTC(2030, 0, 7, 8 + index)),
      ]),
      `select public.book_appointment_atomic($1, $2, null, $3, 'consultation', $4, 30) as answer`,
    );
    await callers.close();
    expect(answers.map(({ success }) => success)).toEqual(Array(8).fill(true));
    expect(new Set(answers.map(({ contact_id }) => contact_id)).size).toBe(1);
  });

  test('is not made twice by giving another contact the name', async () => {
    const { contactId } = await book('María López');
    const other = await book('Maria Ruiz');
    scene.signIn(clinic);
    for (const name of ['Maria Lopez', 'LOPEZ, MARIA', 'Dr. María López'])
      await expect(
        scene.owner.query('update leads set name = $2 where id = $1', [
          other.contactId,
          readName(name, 'US')?.name,
        ]),
      ).rejects.toMatchObject({ code: '23505' });
    await scene.owner.query('update leads set name = $2 where id = $1', [contactId, 'MARÍA López']);
  });

  test('is judged by SQL as by TypeScript', async () => {
    const table = namePairs.map(({ a, b }) => [a, b]);
    const pairs = [...SAME, ...LEFT_OUT, ...DIFFERENT, ...table].map((pair) =>
      pair.map((name) => readName(name, 'US')?.name ?? ''),
    );
    const { rows } = await scene.owner.query(
      `select app_private.is_same_name(one, other) as same
       from unnest($1::text[], $2::text[]) with ordinality as p (one, other, n) order by n`,
      [pairs.map(([one]) => one), pairs.map(([, other]) => other)],
    );
    const told = (same: (index: number) => boolean) =>
      pairs.map(([one, other], index) => `${one} / ${other}: ${same(index)}`);
    expect(told((index) => rows[index].same)).toEqual(
      told((index) => isSameName(pairs[index]?.[0] ?? '', pairs[index]?.[1] ?? '')),
    );
  });
});
