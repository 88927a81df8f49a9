import { DeliveryAttempt, Id } from '@voxanne/contract';
import { z } from 'zod';
import { tenantOf } from '../tenancy/index.ts';
import { invalidCursor, ownerRequired } from './deliveries.errors.ts';
import type { Position } from './deliveries.queries.ts';

/** @throws {AppError} OWNER_REQUIRED. */
export function ownerOf(request: Parameters<typeof tenantOf>[0]) {
  const tenant = tenantOf(request);
  if (tenant.role !== 'owner') throw ownerRequired();
  return tenant;
}

/** What a worker wrote; a row that somebody mended by hand may hold anything. */
const Span = DeliveryAttempt.extend({
  attempt: z.int().catch(0),
  worker: z.string().catch('unknown'),
  // PostgreSQL writes +00:00, JavaScript Z.
  started_at: DeliveryAttempt.shape.started_at.catch(null),
  ms: z.number().catch(0),
  outcome: z.string().catch('unknown'),
  error: z.string().nullish().catch(null),
}).transform(({ error, ...span }) => ({ ...span, error: error ?? null }));

export const readSpans = (spans: unknown): DeliveryAttempt[] => z.array(Span).catch([]).parse(spans);

const toCursor = ({ at, id }: Position): string => Buffer.from(`${at}|${id}`).toString('base64url');

const Cursor = z.tuple([z.string().regex(/^\d{4}-[\d :.+-]+$/), Id]);

/**
 * One page of a list that is asked for with one row more than it shows.
 * @throws {AppError} INVALID_CURSOR.
 */
export async function readPage<Row extends Position, Shown>(
  { cursor, limit }: { cursor?: string | undefined; limit: number },
  read: (page: { after: Position | undefined; limit: number }) => Promise<Row[]>,
  present: (row: Row) => Shown,
): Promise<{ data: Shown[]; next_cursor: string | null }> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const rows = await read({ after, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { data: page.map(present), next_cursor: last ? toCursor(last) : null };
}

function readCursor(cursor: string): Position {
  const parsed = Cursor.safeParse(Buffer.from(cursor, 'base64url').toString('utf8').split('|'));
  if (
    !parsed.success ||
    Number.isNaN(Date.parse(parsed.data[0].replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')))
  )
    throw invalidCursor();
  return { at: parsed.data[0], id: parsed.data[1] };
}
