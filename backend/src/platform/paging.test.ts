import { describe, expect, test } from 'vitest';
import { createKeyring } from './crypto.ts';
import { type Page, type PagedList, readPage } from './paging.ts';

const keyring = createKeyring([{ id: 'a', key: Buffer.alloc(32, 7) }]);
const TEXTS: PagedList = { name: 'texts', sortedBy: 'moment' };
const id = (n: number) => `00000000-0000-0000-0000-00000000000${n}`;
const ROWS = [1, 2, 3].map((n) => ({ id: id(n), at: `2026-11-2${n} 14:00:00.123456+00`, word: `row ${n}` }));

/** A list that was changed by others in the meantime: only what comes after the position counts. */
const read =
  (rows = ROWS) =>
  async (_filter: object, { after, limit }: Page) =>
    rows.filter(({ at }) => after === undefined || at > after.at).slice(0, limit);

interface Query {
  cursor?: string | undefined;
  limit: number;
  to?: string;
  status?: string;
}
const ask = (query: Partial<Query>, list: PagedList = TEXTS, rows = ROWS) =>
  readPage<Query, (typeof ROWS)[number], string>(
    list,
    { limit: 2, ...query },
    read(rows),
    ({ word }) => word,
  );
const refusal = (query: Partial<Query>, list: PagedList = TEXTS) =>
  ask(query, list).then(
    () => undefined,
    (error) => ({ code: error.code, status: error.status, detail: error.message as string }),
  );
const { next_cursor: given } = await ask({});
const [list] = JSON.parse(Buffer.from(given ?? '', 'base64url').toString());
const cursorOf = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

describe('a page of a list', () => {
  test('says where the next one begins, and the last one says nothing', async () => {
    const first = await ask({});
    expect(first.data).toEqual(['row 1', 'row 2']);
    expect(await ask({ cursor: first.next_cursor ?? '' })).toEqual({ data: ['row 3'], next_cursor: null });
  });

  test('goes on behind a row that is gone', async () => {
    const { next_cursor: cursor } = await ask({});
    const left = ROWS.filter((row) => row.id !== id(2));
    expect((await ask({ cursor: cursor ?? '' }, TEXTS, left)).data).toEqual(['row 3']);
  });

  test('may be of another length, and the filters in another order', async () => {
    const { next_cursor: cursor } = await ask({ to: '+1', status: 'sent' });
    expect((await ask({ status: 'sent', limit: 1, cursor: cursor ?? '', to: '+1' })).data).toEqual(['row 3']);
  });

  test.each<[string, Partial<Query>, { name?: string }]>([
    ['another list', {}, { name: 'calls' }],
    ['another filter', { to: '+2' }, {}],
    ['a filter more', { to: '+1', status: 'sent' }, {}],
    ['no filter', { to: undefined as never }, {}],
  ])('is refused in words for the cursor of %s', async (_which, other, list) => {
    const { next_cursor } = await ask({ to: '+1' });
    const query: Partial<Query> = { to: '+1', ...other, cursor: next_cursor ?? '' };
    expect(await refusal(query, { ...TEXTS, ...list })).toEqual({
      code: 'INVALID_CURSOR',
      status: 400,
      detail: expect.stringMatching(/another list, or to this list with other filters.*leave it out/),
    });
  });

  test.each([
    'nonsense',
    '%00',
    cursorOf(),
    cursorOf(list, '2026-11-22 14:00:00+00'),
    cursorOf(list, '2026-11-22 14:00:00+00', 'no-id'),
    cursorOf(list, '0000-01-01 00:00:00+00', id(1)),
    cursorOf(list, '2026-13-45 00:00:00+00', id(1)),
    cursorOf(list, "'; drop table leads", id(1)),
    cursorOf(list, 7, id(1)),
    cursorOf(list, '2026-11-22 14:00:00+00', id(1), 'more'),
    Buffer.from('{"list":"texts"}').toString('base64url'),
  ])('is refused in words for a cursor that no one gave out (%s)', async (cursor) => {
    expect(await refusal({ cursor })).toEqual({
      code: 'INVALID_CURSOR',
      status: 400,
      detail: expect.stringMatching(/isn’t one of ours.*leave it out/),
    });
  });

  test('a cursor of names keeps every letter of the last one, shows none of them, and takes no NUL', async () => {
    const names: PagedList = { name: 'contacts', sortedBy: 'text', keyring };
    const rows = ['Anaïs "X" O’Neil', 'Zoë'].map((at, n) => ({ id: id(n), at, word: at }));
    const { next_cursor } = await ask({ limit: 1 }, names, rows);
    const cursor = next_cursor ?? '';
    expect((await ask({ limit: 1, cursor }, names, rows)).data).toEqual(['Zoë']);
    const [open = '', ...sealed] = cursor.split('.');
    for (const part of [open, ...sealed])
      expect(Buffer.from(part, 'base64url').toString()).not.toMatch(/Ana/);
    const [of] = JSON.parse(Buffer.from(open, 'base64url').toString());
    const strangers = [
      cursorOf(of, 'Anaïs', id(1)),
      open,
      `${open}.${sealed.join('.').slice(0, -2)}AA`,
      `${open}.${keyring.seal(JSON.stringify(['Anaïs', id(1)]), 'another list')}`,
      `${open}.${keyring.seal(JSON.stringify(['a\0b', id(1)]), of)}`,
      `${open}.${keyring.seal('no list', of)}`,
    ];
    for (const stranger of strangers) {
      expect(await refusal({ limit: 1, cursor: stranger }, names), stranger).toMatchObject({
        code: 'INVALID_CURSOR',
        detail: expect.stringContaining('isn’t one of ours'),
      });
    }
  });
});
