import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from './testing/app.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

const FAMILY = '+14155550101';
const STONE = '+14155550102';
const STRANGER = '+14155550109';

describe('the texts of a clinic', () => {
  let db: TestDatabase;
  let app: TestApp;
  let ann: Awaited<ReturnType<TestApp['signUp']>>;
  beforeAll(async () => {
    db = await createTestDatabase();
    app = await createTestApp(db);
    ann = await app.signUp();
    for (const [name, phone] of [
      ['José Hicks', FAMILY],
      ['Ann Hicks', FAMILY],
      ['Ben Stone', STONE],
    ])
      await db.owner.query('insert into leads (org_id, name, phone) values ($1, $2, $3)', [
        ann.orgId,
        name,
        phone,
      ]);
    for (const phone of [FAMILY, STONE, STRANGER])
      await db.owner.query(
        `insert into messages (org_id, to_address, from_address, status, body, kind, dedupe_key)
         values ($1, '+15005550006', $2, 'received', 'Can I come at 4?', 'inbound', $3)`,
        [ann.orgId, phone, randomUUID()],
      );
    await db.owner.query(
      `insert into messages (org_id, to_address, status, body, kind, dedupe_key)
       select $1, $2, 'delivered', 'Hello', 'direct', gen_random_uuid() from generate_series(1, 120)`,
      [ann.orgId, STONE],
    );
  });
  afterAll(async () => {
    await app.close();
    await db.close();
  });

  const get = async (query: string) =>
    (await app.app.inject({ url: `/api/messages?${query}`, headers: ann.bearer })).json();
  interface Listed {
    id: string;
    patient: { phone: string };
  }

  test.each([
    ['hicks jose', 1, FAMILY],
    ['Hicks', 1, FAMILY],
    ['Stone', 121, STONE],
    ['(415) 555-0101', 1, FAMILY],
    ['0109', 1, STRANGER],
  ])('are found by %j, wherever they are in the list', async (search, total, phone) => {
    const found = await get(`search=${encodeURIComponent(search)}`);
    expect(found.total).toBe(total);
    expect(new Set(found.data.map(({ patient }: Listed) => patient.phone))).toEqual(new Set([phone]));
  });

  test('are none for a name that no patient has', async () => {
    expect(await get('search=Nobody')).toEqual({ data: [], next_cursor: null, total: 0 });
  });

  test('are headed by those who use the phone', async () => {
    const { data } = await get(`search=hicks`);
    expect(data).toMatchObject([
      {
        kind: 'inbound',
        reason: null,
        patient: { phone: FAMILY, contacts: [{ name: 'Ann Hicks' }, { name: 'José Hicks' }] },
      },
    ]);
  });

  test('are counted and can be read beyond the hundredth', async () => {
    const seen = new Set<string>();
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { data: Listed[]; next_cursor: string | null; total: number } = await get(
        `limit=50${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(page.total).toBe(123);
      for (const { id } of page.data) seen.add(id);
      cursor = page.next_cursor;
    }
    expect(seen.size).toBe(123);
  });
});
