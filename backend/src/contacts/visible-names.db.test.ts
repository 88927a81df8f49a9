import { randomUUID } from 'node:crypto';
import { misleadsInTexts, visibleLine } from '@voxanne/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

const BROKEN = 'Elm\r\nBEGIN:VEVENT\u0085\u2028X\u202e \u200b\u001b';
const KEPT = 'Elm BEGIN:VEVENT X';

describe('a name in the database', () => {
  let db: TestDatabase;
  let orgId: string;
  beforeAll(async () => {
    db = await createTestDatabase();
    ({ orgId } = await db.createOrganization());
  });
  afterAll(() => db.close());

  test('is kept by the same rule as in the API', async () => {
    const unit = fc.oneof(
      fc.constantFrom(
        ...'\t\n\r\u0001\u001b\u007f\u0085\u009f\u00a0\u00ad\u200b\u200e\u202e\u2028\u2029\u2066\ufeff\ue000\u2800\u3164\u115f\u1160\uffa0\u034f\u17b4\u17b5 ',
      ),
      fc.constantFrom(...'aé光Ж-\u0301\u0300\u0489\u20dd\ufe0f'),
    );
    const texts = fc.sample(fc.string({ unit, maxLength: 12 }), { numRuns: 2_000, seed: 7 });
    const { rows } = await db.owner.query<{ kept: string }>(
      'select app_private.visible_line(t) as kept from unnest($1::text[]) with ordinality as u(t, n) order by n',
      [texts],
    );
    expect(rows.map(({ kept }) => kept)).toEqual(texts.map(visibleLine));
  });

  test.each([
    [
      'organizations',
      'name',
      `update public.organizations set name = $2 where id = $1 returning name as kept`,
    ],
    [
      'providers',
      'name',
      `insert into public.providers (org_id, name) values ($1, $2) returning name as kept`,
    ],
    [
      'services',
      'name',
      `update public.services set name = $2 where org_id = $1 and slug = 'consultation' returning name as kept`,
    ],
    ['leads', 'name', `insert into public.leads (org_id, name) values ($1, $2) returning name as kept`],
    [
      'leads',
      'title',
      `insert into public.leads (org_id, name, title) values ($1, 'Ann', $2) returning title as kept`,
    ],
    [
      'time_off',
      'title',
      `insert into public.time_off (org_id, title, starts_local, ends_local)
       values ($1, $2, '2099-01-01', '2099-01-02') returning title as kept`,
    ],
  ])('of %s, %s, is one visible line by whichever way it is written', async (_table, _column, statement) => {
    expect((await db.owner.query(statement, [orgId, BROKEN])).rows).toEqual([{ kept: KEPT }]);
    // Nothing visible isn't a name.
    for (const nothing of ['\u200b', '\u2800', '\u3164', '\u0300'.repeat(80)]) {
      await expect(db.owner.query(statement, [orgId, nothing])).rejects.toMatchObject({ code: '23514' });
    }
  });

  test.each([
    [BROKEN, KEPT],
    ['\u200b\u202e', 'New clinic'],
    ['\u2800\u3164', 'New clinic'],
    ['\u0300'.repeat(80), 'New clinic'],
    ['Elm https://evil.example', 'New clinic'],
    ['1 Beta', 'New clinic'],
    ['STOP', 'New clinic'],
    ['4 Paws', '4 Paws'],
  ])('comes from the metadata of a sign-up (%j) as a visible line', async (typed, kept) => {
    const { rows } = await db.owner.query(
      'insert into auth.users (email, raw_user_meta_data) values ($1, $2) returning org_id',
      [`${randomUUID()}@example.com`, JSON.stringify({ organization_name: typed })],
    );
    const clinic = await db.owner.query('select name from public.organizations where id = $1', [
      rows[0].org_id,
    ]);
    expect(clinic.rows).toEqual([{ name: kept }]);
  });

  test('a clinic’s name is refused in SQL by the same rule as in the API, and an older one is left alone', async () => {
    const names = [
      ...[
        'http://a.example',
        'Elm www.a.example',
        'bit.ly/x',
        'a.com:80/x',
        '１ Beta',
        '1',
        '1.',
        '2) B',
        '(1) B',
        '3: B',
      ],
      ...[
        '1 - B',
        'Stop',
        '*HELP*',
        'yes!',
        'no',
        '24 Hour Dental',
        '1st Care Clinic',
        '4 Paws',
        '4-Paws',
        'Dr. No',
      ],
      ...[
        'Dr.No Dental',
        'Stop Smoking Clinic',
        '360 Health',
        'Smith/Jones',
        'Smile.com Dental',
        '光歯科',
        'Wwww.x',
      ],
    ];
    const taken: string[] = [];
    for (const name of names) {
      await db.owner
        .query('update public.organizations set name = $2 where id = $1', [orgId, name])
        .then(() => taken.push(name))
        .catch((error: { code: string }) => expect(error.code).toBe('23514'));
    }
    expect(taken).toEqual(names.filter((name) => !misleadsInTexts(name)));
    await db.owner.query('alter table public.organizations disable trigger organizations_clean_name');
    await db.owner.query(`update public.organizations set name = '1 Old' where id = $1`, [orgId]);
    await db.owner.query('alter table public.organizations enable trigger organizations_clean_name');
    const kept = await db.owner.query(
      `update public.organizations set name = '1 Old', phone = null where id = $1 returning name`,
      [orgId],
    );
    expect(kept.rows).toEqual([{ name: '1 Old' }]);
  });

  test('the name of a patient booked in plain SQL is one visible line', async () => {
    const { rows } = await db.owner.query(
      `select public.book_appointment_atomic($1, $2, null, '+14155550111', 'consultation', '2099-03-02T14:00:00Z', 30) as booked`,
      [orgId, 'Maria\u0085\u202eLopez\u001b'],
    );
    expect(rows[0].booked).toMatchObject({ success: true });
    const contact = await db.owner.query('select name from public.leads where id = $1', [
      rows[0].booked.contact_id,
    ]);
    expect(contact.rows).toEqual([{ name: 'Maria Lopez' }]);
  });
});
