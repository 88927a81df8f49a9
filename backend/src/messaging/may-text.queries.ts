import { type RawBuilder, sql } from 'kysely';

export const mayText = (orgId: string): RawBuilder<{ may: boolean }> =>
  sql`select app_private.may_text(${orgId}) as may`;
