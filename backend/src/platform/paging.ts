import { z } from 'zod';
import { type Keyring, sha256 } from './crypto.ts';
import { AppError } from './errors.ts';

/** A row's place in its list. */
export interface Position {
  /** What the list is sorted by, exact: a Date has no microseconds. */
  at: string;
  /** Tells rows apart that have the same. */
  id: string;
}

/** What a list is sorted by. The name of a list is part of its cursors. */
export type PagedList = { name: string } & (
  | { sortedBy: 'moment' }
  // Addresses lie in logs and histories, and the text is the name of a patient.
  | { sortedBy: 'text'; keyring: Keyring }
);

interface PageQuery {
  cursor?: string | undefined;
  limit: number;
}

/** From where on, and how many rows. */
export interface Page {
  after?: Position | undefined;
  limit: number;
}

/**
 * One page of a list that is asked for with one row more than it shows. Its cursor says where the page ended, so that
 * the next one goes on there, whatever became of the last row; and of which list and filters, so that it goes on nowhere else.
 * @param query as the request has it: all that is neither `cursor` nor `limit` is a filter.
 * @throws {AppError} INVALID_CURSOR.
 */
export async function readPage<Query extends PageQuery, Row extends { id: string }, Shown>(
  list: PagedList,
  { cursor, limit, ...filter }: Query,
  read: (filter: Omit<Query, 'cursor' | 'limit'>, page: Page) => Promise<(Row & { at: string })[]>,
  present: (row: Row) => Shown,
): Promise<{ data: Shown[]; next_cursor: string | null }> {
  const of = `${list.name}:${fingerprint(filter)}`;
  const after = cursor === undefined ? undefined : readCursor(cursor, list, of);
  const rows = await read(filter, { after, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    data: page.map(present),
    next_cursor: last ? toCursor(list, of, last) : null,
  };
}

/** The same filters in another order are the same filters. */
const fingerprint = (filter: object): string =>
  sha256(JSON.stringify(Object.entries(filter).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .toString('base64url')
    .slice(0, 8);

const toCursor = (list: PagedList, of: string, { at, id }: Position): string =>
  list.sortedBy === 'moment'
    ? encoded([of, at, id])
    : `${encoded([of])}.${list.keyring.seal(JSON.stringify([at, id]), of)}`;

const encoded = (parts: string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

/** As PostgreSQL writes a timestamp: "2026-11-23 14:00:00.123456+00". It knows no year 0. */
const Moment = z
  .string()
  .regex(/^(?!0000)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/)
  .refine((text) => !Number.isNaN(Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))));
/** PostgreSQL keeps no NUL. */
const Text = z.string().regex(/^[^\0]*$/);
const KEYS = { moment: Moment, text: Text };

function readCursor(cursor: string, list: PagedList, expected: string): Position {
  const [open = '', ...sealed] = cursor.split('.');
  const read = z.tuple([z.string()], z.unknown()).safeParse(parsed(() => decoded(open)));
  if (!read.success) throw invalidCursor(NOT_OURS);
  const [of, ...position] = read.data;
  if (of !== expected) {
    throw invalidCursor('That cursor belongs to another list, or to this list with other filters.');
  }
  const { success, data } = z
    .tuple([KEYS[list.sortedBy], z.guid()])
    .safeParse(list.sortedBy === 'moment' ? position : parsed(() => list.keyring.open(sealed.join('.'), of)));
  if (!success) throw invalidCursor(NOT_OURS);
  const [at, id] = data;
  return { at, id };
}

const decoded = (text: string): string => Buffer.from(text, 'base64url').toString('utf8');

function parsed(read: () => string): unknown {
  try {
    return JSON.parse(read());
  } catch {
    return undefined;
  }
}

const NOT_OURS = 'That cursor isn’t one of ours.';

const invalidCursor = (what: string) =>
  new AppError({
    code: 'INVALID_CURSOR',
    status: 400,
    detail: `${what} Send next_cursor back unchanged, with the same filters, or leave it out to start with the first page.`,
  });
