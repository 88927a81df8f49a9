import { z } from 'zod';
import { sha256 } from './crypto.ts';
import { AppError } from './errors.ts';

/** Where a row stands in the order of its list. */
export interface Position {
  /** What the list is sorted by, exact: a Date has no microseconds. */
  at: string;
  /** Tells rows apart that have the same. */
  id: string;
}

/** What a list is sorted by. The name of a list is part of its cursors. */
export interface PagedList {
  name: string;
  sortedBy: 'moment' | 'text';
}

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
  { name, sortedBy }: PagedList,
  { cursor, limit, ...filter }: Query,
  read: (filter: Omit<Query, 'cursor' | 'limit'>, page: Page) => Promise<(Row & { at: string })[]>,
  present: (row: Row) => Shown,
): Promise<{ data: Shown[]; next_cursor: string | null }> {
  const list = `${name}:${fingerprint(filter)}`;
  const after = cursor === undefined ? undefined : readCursor(cursor, list, sortedBy);
  const rows = await read(filter, { after, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    data: page.map(present),
    next_cursor: last ? toCursor(list, last) : null,
  };
}

/** The same filters in another order are the same filters. */
const fingerprint = (filter: object): string =>
  sha256(JSON.stringify(Object.entries(filter).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .toString('base64url')
    .slice(0, 8);

const toCursor = (list: string, { at, id }: Position): string =>
  Buffer.from(JSON.stringify([list, at, id])).toString('base64url');

/** As PostgreSQL writes a timestamp: "2026-11-23 14:00:00.123456+00". It knows no year 0. */
const Moment = z
  .string()
  .regex(/^(?!0000)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/)
  .refine((text) => !Number.isNaN(Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))));
/** PostgreSQL keeps no NUL. */
const Text = z.string().regex(/^[^\0]*$/);
const KEYS = { moment: Moment, text: Text };

function readCursor(cursor: string, list: string, sortedBy: PagedList['sortedBy']): Position {
  const read = z.tuple([z.string(), z.string(), z.guid()]).safeParse(parsed(cursor));
  if (!read.success) throw invalidCursor('This cursor was not given out here.');
  const [of, at, id] = read.data;
  if (of !== list) {
    throw invalidCursor('This cursor belongs to another list, or to this one with other filters.');
  }
  if (!KEYS[sortedBy].safeParse(at).success) throw invalidCursor('This cursor was not given out here.');
  return { at, id };
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

const invalidCursor = (what: string) =>
  new AppError({
    code: 'INVALID_CURSOR',
    status: 400,
    detail: `${what} Send next_cursor back as it was, with the same filters, or leave it out to begin with the first page.`,
  });
