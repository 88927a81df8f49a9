import type { Role } from '@voxanne/contract';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../platform/database.ts';

/** What a function about the people of a clinic answers. */
export type TeamAnswer<Fields = unknown> =
  | ({ success: true } & Fields)
  | { success: false; error: string; message: string };

export function listMembers(db: Db, orgId: string) {
  return db
    .selectFrom('profiles')
    .select(['user_id', 'email', 'role', 'created_at'])
    .where('org_id', '=', orgId)
    .orderBy('created_at')
    .orderBy('user_id')
    .execute();
}

const INVITATION = ['id', 'email', 'role', 'invited_by', 'created_at', 'expires_at'] as const;

export function listInvitations(db: Db, orgId: string) {
  return db
    .selectFrom('invitations')
    .select(INVITATION)
    .select(sql<boolean>`expires_at > clock_timestamp()`.as('is_open'))
    .where('org_id', '=', orgId)
    .where('accepted_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
}

export type InvitationRow = Awaited<ReturnType<typeof listInvitations>>[number];

export function findInvitationById(db: Db, orgId: string, id: string): Promise<InvitationRow> {
  return db
    .selectFrom('invitations')
    .select(INVITATION)
    .select(sql<boolean>`expires_at > clock_timestamp()`.as('is_open'))
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

/** Asks a function that answers with what it did, or with a refusal. */
export async function askTeam<Fields>(
  db: Db,
  call: RawBuilder<{ answer: TeamAnswer<Fields> }>,
): Promise<TeamAnswer<Fields>> {
  const { rows } = await call.execute(db);
  const [row] = rows;
  if (!row) throw new Error('A function about people or keys gave no answer.');
  return row.answer;
}

export const invite = (
  db: Db,
  orgId: string,
  invitation: { email: string; role: Role; tokenHash: Buffer; requestId: string },
): Promise<TeamAnswer<{ invitation_id: string }>> =>
  askTeam(
    db,
    sql`select app_private.invite(${orgId}, ${invitation.email}, ${invitation.role}, ${invitation.tokenHash},
      ${invitation.requestId}) as answer`,
  );

export const withdrawInvitation = (
  db: Db,
  orgId: string,
  id: string,
  requestId: string,
): Promise<TeamAnswer> =>
  askTeam(db, sql`select app_private.withdraw_invitation(${orgId}, ${id}, ${requestId}) as answer`);

export const changeMemberRole = (
  db: Db,
  orgId: string,
  userId: string,
  role: Role,
  requestId: string,
): Promise<TeamAnswer> =>
  askTeam(
    db,
    sql`select app_private.change_member_role(${orgId}, ${userId}, ${role}, ${requestId}) as answer`,
  );

export const setSecondFactorRule = (
  db: Db,
  orgId: string,
  required: boolean,
  requestId: string,
): Promise<TeamAnswer> =>
  askTeam(db, sql`select app_private.set_second_factor_rule(${orgId}, ${required}, ${requestId}) as answer`);

export const removeMember = (db: Db, orgId: string, userId: string, requestId: string): Promise<TeamAnswer> =>
  askTeam(db, sql`select app_private.remove_member(${orgId}, ${userId}, ${requestId}) as answer`);

export const leaveOrganization = (db: Db, orgId: string, requestId: string): Promise<TeamAnswer> =>
  askTeam(db, sql`select app_private.leave_organization(${orgId}, ${requestId}) as answer`);

export const handOverOwnership = (
  db: Db,
  orgId: string,
  userId: string,
  requestId: string,
): Promise<TeamAnswer> =>
  askTeam(db, sql`select app_private.hand_over_ownership(${orgId}, ${userId}, ${requestId}) as answer`);

export interface InvitationFound {
  organization_name: string;
  email: string;
  role: Role;
  expires_at: string;
}

/** @param email - Whom it must be for; null: anyone may look. */
export const lookUpInvitation = (
  tokenHash: Buffer,
  email: string | null,
): RawBuilder<{ answer: TeamAnswer<InvitationFound> }> => sql`
  select app_private.look_up_invitation(${tokenHash}, ${email}) as answer`;

export const acceptInvitation = (
  tokenHash: Buffer,
  userId: string,
  requestId: string,
): RawBuilder<{ answer: TeamAnswer<{ org_id: string; repeated: boolean }> }> => sql`
  select app_private.accept_invitation(${tokenHash}, ${userId}, ${requestId}) as answer`;
