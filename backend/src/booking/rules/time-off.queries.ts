import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../platform/database.ts';

// As text: the driver would read a time without a zone by the clock of the machine.
const local = (column: string): RawBuilder<string> =>
  sql`to_char(${sql.ref(column)}, 'YYYY-MM-DD"T"HH24:MI:SS')`;

const timeOff = (db: Db, orgId: string) =>
  db
    .selectFrom('time_off')
    .select([
      'id',
      'provider_id',
      'title',
      local('starts_local').as('starts_local'),
      local('ends_local').as('ends_local'),
    ])
    .where('org_id', '=', orgId);

export type TimeOffRow = Awaited<ReturnType<ReturnType<typeof timeOff>['execute']>>[number];

export interface TimeOffFilter {
  /** YYYY-MM-DD, both included. */
  from?: string | undefined;
  to?: string | undefined;
  providerId?: string | undefined;
}

/** What touches those days, soonest first. */
export function listTimeOff(db: Db, orgId: string, filter: TimeOffFilter): Promise<TimeOffRow[]> {
  const { from, to, providerId } = filter;
  let query = timeOff(db, orgId);
  if (from) query = query.where(sql<boolean>`ends_local > ${from}::date`);
  if (to) query = query.where(sql<boolean>`starts_local < ${to}::date + 1`);
  if (providerId) {
    query = query.where((eb) => eb.or([eb('provider_id', 'is', null), eb('provider_id', '=', providerId)]));
  }
  return query.orderBy('starts_local').orderBy('id').execute();
}
