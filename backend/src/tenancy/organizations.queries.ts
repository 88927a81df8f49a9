import type { Db } from '../platform/database.ts';

const COLUMNS = [
  'id',
  'name',
  'phone',
  'public_phone',
  'time_zone',
  'country',
  'booking_horizon_days',
  'calendar_policy',
  'message_retention_days',
  'created_at',
] as const;

export interface OrganizationChanges {
  name?: string;
  phone?: string | null;
  public_phone?: string | null;
  time_zone?: string;
  country?: string;
  calendar_policy?: string;
  booking_horizon_days?: number;
  message_retention_days?: number | null;
}

export function findOrganization(db: Db, orgId: string) {
  return db.selectFrom('organizations').select(COLUMNS).where('id', '=', orgId).executeTakeFirstOrThrow();
}

export type OrganizationRow = Awaited<ReturnType<typeof findOrganization>>;

export function updateOrganization(
  db: Db,
  orgId: string,
  changes: OrganizationChanges,
): Promise<OrganizationRow> {
  return db
    .updateTable('organizations')
    .set(changes)
    .where('id', '=', orgId)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
}
