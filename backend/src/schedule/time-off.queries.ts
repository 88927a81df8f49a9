import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { LocalSpan } from './local-span.ts';

// As text both ways: the driver would read and write a time without a zone by the clock of the machine.
const local = (column: string): RawBuilder<string> =>
  sql`to_char(${sql.ref(column)}, 'YYYY-MM-DD"T"HH24:MI:SS')`;
const timestamp = (text: string): RawBuilder<Date> => sql`${text}::timestamp`;

const COLUMNS = [
  'id',
  'provider_id',
  'title',
  local('starts_local').as('starts_local'),
  local('ends_local').as('ends_local'),
] as const;

export interface TimeOffColumns extends LocalSpan {
  provider_id: string | null;
  title: string;
}
export interface TimeOffRow extends TimeOffColumns {
  id: string;
}

export interface TimeOffFilter {
  /** YYYY-MM-DD, both included. */
  from?: string | undefined;
  to?: string | undefined;
  providerId?: string | undefined;
}

/** What touches those days, soonest first; nothing of a provider who was deleted. */
export function listTimeOff(db: Db, orgId: string, filter: TimeOffFilter): Promise<TimeOffRow[]> {
  const { from, to, providerId } = filter;
  let query = db
    .selectFrom('time_off')
    .select(COLUMNS)
    .where('org_id', '=', orgId)
    .where(
      sql<boolean>`not exists (select 1 from providers p where p.org_id = time_off.org_id
        and p.id = time_off.provider_id and p.deleted_at is not null)`,
    );
  if (from) query = query.where(sql<boolean>`ends_local > ${from}::date`);
  if (to) query = query.where(sql<boolean>`starts_local < ${to}::date + 1`);
  if (providerId) {
    query = query.where((eb) => eb.or([eb('provider_id', 'is', null), eb('provider_id', '=', providerId)]));
  }
  return query.orderBy(sql.ref('time_off.starts_local')).orderBy('id').execute();
}

/** Kept from other changes until the end of the transaction. */
export function lockTimeOff(db: Db, orgId: string, id: string): Promise<TimeOffRow | undefined> {
  return db
    .selectFrom('time_off')
    .select(COLUMNS)
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
}

const asColumns = ({ starts_local, ends_local, ...rest }: Partial<TimeOffColumns>) => ({
  ...rest,
  ...(starts_local !== undefined && { starts_local: timestamp(starts_local) }),
  ...(ends_local !== undefined && { ends_local: timestamp(ends_local) }),
});

export async function insertTimeOff(db: Db, orgId: string, columns: TimeOffColumns): Promise<string> {
  const { provider_id, title, starts_local, ends_local } = columns;
  const row = await db
    .insertInto('time_off')
    .values({
      org_id: orgId,
      provider_id,
      title,
      starts_local: timestamp(starts_local),
      ends_local: timestamp(ends_local),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

export async function updateTimeOff(
  db: Db,
  orgId: string,
  id: string,
  columns: Partial<TimeOffColumns>,
): Promise<void> {
  await db
    .updateTable('time_off')
    .set(asColumns(columns))
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .execute();
}

export async function deleteTimeOffRow(db: Db, orgId: string, id: string): Promise<void> {
  await db.deleteFrom('time_off').where('org_id', '=', orgId).where('id', '=', id).execute();
}
