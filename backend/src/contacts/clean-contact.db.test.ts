import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPhone } from '../platform/phone.ts';
import { createTestDatabase, type TestDatabase, type TestOrganization } from '../testing/index.ts';
import { readName } from './person-name.ts';
import { golden } from './testdata/golden.ts';

describe('a contact that plain SQL books', () => {
  let db: TestDatabase;
  let clinic: TestOrganization;
  let hour = 0;
  beforeAll(async () => {
    db = await createTestDatabase();
    clinic = await db.createOrganization();
  });
  afterAll(() => db.close());

  const book = async (name: string, email: string | null, phone: string) => {
    hour += 1;
    const { rows } = await db.owner.query(
      `select public.book_appointment_atomic($1, $2, $3, $4, 'consultation',
         '2030-01-07T00:00:00Z'::timestamptz + make_interval(hours => $5), 30) as answer`,
      [clinic.orgId, name, email, phone, hour],
    );
    const lead = await db.owner.query('select * from public.leads where id = $1', [
      rows[0].answer.contact_id,
    ]);
    return lead.rows[0];
  };
  const namesInSql = async (names: string[]): Promise<(string | null)[]> => {
    const { rows } = await db.owner.query(
      'select app_private.normalize_name(name) as name from unnest($1::text[]) with ordinality as given (name, n) order by n',
      [names],
    );
    return rows.map((row) => row.name);
  };

  test('is cased, lower-cased and called, and a number that no one has is kept and flagged', async () => {
    expect(await book('test USER', 'Test@EX.com', '(555) 444-3333')).toMatchObject({
      name: 'Test User',
      email: 'test@ex.com',
      phone: '+15554443333',
      phone_flag: 'unassigned',
      status: 'pending',
    });
    expect(await book('maria DE LA cruz', null, '(415) 555-0132')).toMatchObject({
      name: 'Maria de la Cruz',
      phone_flag: null,
    });
  });

  test('keeps the email address on file, and proposes another one to the staff', async () => {
    const first = await book('Ana Silva', null, '+14155550140');
    expect(await book('Ana Silva', 'ana@example.com', '+14155550140')).toMatchObject({
      id: first.id,
      email: 'ana@example.com',
      proposed_email: null,
    });
    expect(await book('ana silva', 'other@example.com', '+14155550140')).toMatchObject({
      id: first.id,
      email: 'ana@example.com',
      proposed_email: 'other@example.com',
    });
    expect(await book('Ana Silva', null, '+14155550140')).toMatchObject({
      proposed_email: 'other@example.com',
    });
  });

  test('is one person under a phone that a family shares, in every script', async () => {
    const family = ['Li Ming', '李明', '李娜', 'محمد علي', 'Ana Li', 'José Li', 'Петр Ли'];
    const ids = new Set<string>();
    for (const name of [...family, ...family]) ids.add((await book(name, null, '+14155550141')).id);
    expect(ids.size).toBe(family.length);
  });

  test('has the name that the golden set wants', async () => {
    const cases = golden.names.filter(([, , , , only]) => only !== 'ts');
    expect(cases.length).toBeGreaterThan(80);
    const told = (name: (index: number) => string | null | undefined) =>
      cases.map(([text], index) => `${JSON.stringify(text)} -> ${name(index)}`);
    const inSql = await namesInSql(cases.map(([text]) => text));
    expect(told((index) => inSql[index])).toEqual(told((index) => cases[index]?.[2]));
  });

  test('keeps each name that TypeScript decided upon', async () => {
    const decided = golden.names.map(([, , name]) => name);
    expect(await namesInSql(decided)).toEqual(decided);
    const word = fc.constantFrom(
      ...'van de la der al-rashid O’NEIL mcdonald J. TJ II y Lopez MARIA anh nguyen do ’t sa’id jr. ø Éric'.split(
        ' ',
      ),
    );
    const names = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '));
    const read = fc
      .sample(names, { numRuns: 500, seed: 7 })
      .map((name) => readName(name, 'US')?.name)
      .filter((name) => name !== undefined);
    expect(await namesInSql(read)).toEqual(read);
  });

  test('is flagged by the area codes that libphonenumber knows', async () => {
    const phones = Array.from({ length: 800 }, (_, index) => `+1${index + 200}5550132`);
    const { rows } = await db.owner.query(
      'select phone from unnest($1::text[]) as phone where app_private.phone_flag(phone) is not null',
      [phones],
    );
    const flagged = rows.map((row) => row.phone);
    expect(flagged.length).toBeGreaterThan(300);
    // Islands use few exchanges of their area code; only TypeScript knows which.
    const islands = phones.filter((phone) => !flagged.includes(phone) && !readPhone(phone, 'US')?.assigned);
    expect(islands.length).toBeLessThan(25);
    expect(flagged.filter((phone) => readPhone(phone, 'US')?.assigned)).toEqual([]);
  });
});
