import { type RawBuilder, sql } from 'kysely';

/** How often a key was used in its present window, this time included, and how long that window still lasts. */
export interface Count {
  used: number;
  resetMs: number;
}

export const countUse = (key: Buffer, uses: number, windowMs: number): RawBuilder<Count> => sql`
  select used, reset_ms as "resetMs" from app_private.count_use(${key}, ${uses}::integer, ${windowMs}::integer)`;
