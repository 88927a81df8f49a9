import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { toE164 } from './phone.ts';

const CASES: [text: string, country: string][] = [
  ['(415) 555-0100', 'US'],
  ['415 555 0100', 'CA'],
  ['1-415-555-0100', 'US'],
  ['+1 555 123 4567', 'US'],
  ['555 123 4567', 'US'],
  ['+14155550100', 'DE'],
  ['415-555-0100 ext. 12', 'US'],
  ['415-555-0100 x12', 'US'],
  ['415-555-0100 #12', 'US'],
  ['011 49 30 901820', 'US'],
  ['123', 'US'],
  ['911', 'US'],
  ['', 'US'],
  ['call me', 'US'],
  ['055 123 4567', 'US'],
  ['155 123 4567', 'US'],
  ['+1 055 123 4567', 'US'],
  ['415 555 010', 'US'],
  ['415 555 01000', 'US'],
  ['12345678901234567890', 'US'],
  ['030 901820', 'DE'],
  ['+49 30 901820', 'US'],
  ['+49 (0)30 901820', 'US'],
  ['+49 (0) 30 901820', 'DE'],
  ['0049 30 901820', 'DE'],
  ['0151 23456789', 'DE'],
  ['06 698 12345', 'IT'],
  ['347 123 4567', 'IT'],
  ['020 7946 0958', 'GB'],
  ['+44 (0)20 7946 0958', 'GB'],
  ['07911 123456', 'GB'],
  ['01 42 68 53 00', 'FR'],
  ['+33 1 42 68 53 00', 'FR'],
  ['0033 1 42 68 53 00', 'FR'],
  ['+52 1 55 1234 5678', 'US'],
  ['+52 55 1234 5678', 'MX'],
  ['+5215512345678', 'MX'],
  ['+39 (0)6 698 12345', 'US'],
  ['0049 (0)30 901820', 'DE'],
  ['(0)30 901820', 'DE'],
  ['55 1234 5678', 'MX'],
  ['044 668 18 00', 'CH'],
  ['01 5127711', 'AT'],
  ['010 123 4567', 'NL'],
  ['912 345 678', 'ES'],
  ['22 123 45 67', 'PL'],
  ['02 9374 4000', 'AU'],
  ['04 123 4567', 'NZ'],
  ['03-1234-5678', 'JP'],
  ['98765 43210', 'IN'],
  ['098765 43210', 'IN'],
  ['050 123 4567', 'AE'],
  ['011 123 4567', 'ZA'],
  ['01 234 5678', 'IE'],
  ['900 555 0123', 'US'],
  ['+1 900 555 0123', 'DE'],
  ['+882 13 123456', 'US'],
  ['+883 12 345678', 'US'],
  ['+881 6 12345678', 'US'],
  ['+870 773 123456', 'US'],
  ['+979 1 2345678', 'US'],
  ['+800 1234 5678', 'US'],
  ['+372 8112345', 'US'],
  ['070 1234 5678', 'GB'],
  ['+880 1712 345678', 'US'],
  ['+886 912 345 678', 'US'],
];

describe('a phone number means the same in TypeScript and in SQL', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.close());

  test('for more than fifty spellings from twenty countries', async () => {
    const { rows } = await db.owner.query<{ text: string; country: string; phone: string | null }>(
      `select text, country, app_private.normalize_phone(text, country) as phone
       from unnest($1::text[], $2::text[]) as cases (text, country)`,
      [CASES.map(([text]) => text), CASES.map(([, country]) => country)],
    );
    const told = (phone: (text: string, country: string, index: number) => string | null | undefined) =>
      CASES.map(([text, country], index) => `${country} ${text} -> ${phone(text, country, index)}`);
    expect(rows.length).toBeGreaterThanOrEqual(40);
    expect(told((_text, _country, index) => rows[index]?.phone)).toEqual(told(toE164));
  });

  test('both let what is normalised be stored', async () => {
    const { orgId } = await db.createOrganization();
    for (const [text, country] of CASES) {
      const phone = toE164(text, country);
      if (phone === null) continue;
      await db.owner.query('update public.organizations set phone = $2 where id = $1', [orgId, phone]);
    }
  });
});
