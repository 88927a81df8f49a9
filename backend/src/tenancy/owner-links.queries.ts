import { type RawBuilder, sql } from 'kysely';
import type { TeamAnswer } from './team.queries.ts';

export interface OwnerLinkFound {
  /** Null: for the person who has the link. */
  email: string | null;
  expires_at: string;
}

/** @param email - Whom it must be for; null: anyone may look. */
export const lookUpOwnerLink = (
  tokenHash: Buffer,
  email: string | null,
): RawBuilder<{ answer: TeamAnswer<OwnerLinkFound> }> => sql`
  select app_private.look_up_owner_link(${tokenHash}, ${email}) as answer`;

export const makeOwnerLink = (tokenHash: Buffer, email: string | null): RawBuilder<{ expires_at: Date }> =>
  sql`select app_private.make_owner_link(${tokenHash}, ${email}, 'operator') as expires_at`;

export const makeFirstOwnerLink = (
  tokenHash: Buffer,
): RawBuilder<{ outcome: 'MADE' | 'JUST_MADE' | 'HAS_OWNER' }> =>
  sql`select app_private.make_first_owner_link(${tokenHash}) as outcome`;

export const setSignUpMode = (mode: string): RawBuilder<object> =>
  sql`select app_private.set_sign_up_mode(${mode})`;
