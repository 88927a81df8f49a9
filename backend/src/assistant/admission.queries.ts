import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

export interface AdmissionLimits {
  perDay: number;
  perAddress: number;
}

/** Under a lock, in the order in which they asked; the same answer forever once it was yes. */
export async function admitClinic(db: Db, orgId: string, limits: AdmissionLimits): Promise<boolean> {
  const { rows } = await sql<{ admitted: boolean }>`
    select app_private.admit_clinic(${orgId}, ${limits.perDay}::integer, ${limits.perAddress}::integer) as admitted`.execute(
    db,
  );
  return rows[0]?.admitted ?? false;
}

export async function admitClinicNow(db: Db, orgId: string): Promise<boolean> {
  const { rows } = await sql<{ admitted: boolean }>`
    select app_private.admit_clinic_now(${orgId}) as admitted`.execute(db);
  return rows[0]?.admitted ?? false;
}

export interface WaitingClinicRow {
  org_id: string;
  name: string;
  email: string | null;
  asked_at: Date;
}

/** Those that asked first come first; at most 200. */
export async function waitingClinics(db: Db): Promise<WaitingClinicRow[]> {
  const { rows } = await sql<WaitingClinicRow>`select * from app_private.waiting_clinics()`.execute(db);
  return rows;
}
