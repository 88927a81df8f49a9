import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import type { Page } from '../platform/paging.ts';

export interface AdmissionLimits {
  perDay: number;
  perAddress: number;
  /** Nothing before the owner's email address is verified. */
  needsEmail: boolean;
}

/** Under a lock, in the order in which they asked; the same answer forever once it was yes. */
export async function admitClinic(db: Db, orgId: string, limits: AdmissionLimits): Promise<boolean> {
  const { rows } = await sql<{ admitted: boolean }>`
    select app_private.admit_clinic(${orgId}, ${limits.perDay}::integer, ${limits.perAddress}::integer,
      ${limits.needsEmail}) as admitted`.execute(db);
  return rows[0]?.admitted ?? false;
}

export async function admitClinicByOperator(db: Db, orgId: string, requestId: string): Promise<boolean> {
  const { rows } = await sql<{ admitted: boolean }>`
    select app_private.admit_clinic_by_operator(${orgId}, ${requestId}) as admitted`.execute(db);
  return rows[0]?.admitted ?? false;
}

export const ownerIsVerified = (orgId: string): RawBuilder<{ verified: boolean }> =>
  sql`select app_private.owner_is_verified(${orgId}) as verified`;

export interface OperatorClinicRow {
  id: string;
  at: string;
  name: string;
  email: string | null;
  members: number;
  created_at: Date;
  asked_at: Date | null;
  admitted_at: Date | null;
  admitted_by: string | null;
  email_verified: boolean;
  requests_per_hour: number | null;
}

/** Those that asked first, or were created first, come first. */
export async function operatorClinics(
  db: Db,
  { status }: { status: 'waiting' | 'all' },
  { after, limit }: Page,
): Promise<OperatorClinicRow[]> {
  const { rows } = await sql<OperatorClinicRow>`
    select * from app_private.operator_clinics(${status === 'waiting'}, ${after?.at ?? null}::timestamptz,
      ${after?.id ?? null}::uuid, ${limit}::integer)`.execute(db);
  return rows;
}

export const setRequestsPerHour = (
  orgId: string,
  limit: number | null,
  requestId: string,
): RawBuilder<{ found: boolean }> =>
  sql`select app_private.set_requests_per_hour(${orgId}, ${limit}::integer, ${requestId}) as found`;
