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

export const toCursor = ({ at, id }: Position): string => Buffer.from(`${at}|${id}`).toString('base64url');

const Cursor = z.tuple([z.string().regex(/^\d{4}-[\d :.+-]+$/), Id]);

/** @throws {AppError} INVALID_CURSOR. */
export function readCursor(cursor: string): Position {
  const parsed = Cursor.safeParse(Buffer.from(cursor, 'base64url').toString('utf8').split('|'));
  if (
    !parsed.success ||
    Number.isNaN(Date.parse(parsed.data[0].replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')))
  )
    throw invalidCursor();
  return { at: parsed.data[0], id: parsed.data[1] };
}
