import { z } from 'zod';
import { singleLine } from './text.ts';

/** RFC 3339 with an offset or Z. */
export const Timestamp = z.iso.datetime({ offset: true });

/** Any UUID that PostgreSQL accepts; `z.uuid()` is stricter than the column type. */
export const Id = z.guid();

export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** Holds what the list is sorted by, such as a name. */
  cursor: singleLine(1_000).optional(),
});

export const page = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item), next_cursor: z.string().nullable() });
