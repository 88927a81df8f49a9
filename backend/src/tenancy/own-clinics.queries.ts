import { type RawBuilder, sql } from 'kysely';
import type { TeamAnswer } from './team.queries.ts';

export interface OwnClinicRow {
  id: string;
  name: string;
  time_zone: string;
  role: string;
}

/** Oldest membership first, as in `membershipsOf`. */
export const clinicsOf = (userId: string): RawBuilder<OwnClinicRow> => sql`
  select o.id, o.name, o.time_zone, p.role
  from profiles p join organizations o on o.id = p.org_id
  where p.user_id = ${userId} order by p.created_at, p.org_id`;

export interface ClinicFacts {
  organization_name: string;
  phone: string | undefined;
  public_phone: string | undefined;
  time_zone: string | undefined;
  country: string;
}

export const createClinic = (
  userId: string,
  facts: ClinicFacts,
  tokenHash: Buffer | null,
  requestId: string,
): RawBuilder<{ answer: TeamAnswer<{ org_id: string }> }> => sql`
  select app_private.create_clinic(${userId}, ${JSON.stringify(facts)}::jsonb, ${tokenHash}, ${requestId}) as answer`;

export const activateClinic = (
  userId: string,
  orgId: string,
): RawBuilder<{ answer: TeamAnswer<{ org_id: string }> }> => sql`
  select app_private.activate_clinic(${userId}, ${orgId}) as answer`;
