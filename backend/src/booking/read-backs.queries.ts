import { type SqlBool, sql } from 'kysely';
import type { Db } from '../platform/database.ts';

/** A change that was, or is to be, read to the caller. */
export type ReadBackChange = {
  appointmentId: string;
  /** When the appointment is: moved in between, it is no longer what the caller heard. */
  standsAt: Date;
} & ({ verb: 'cancel' } | { verb: 'move'; at: Date; providerName: string | undefined });

/** By what a second step is known to follow its first: the call, or the token that the first one answered. */
export interface Following {
  callId: string;
  tokenHash: Buffer | null;
  arrivedAt: Date;
}

export async function insertReadBack(
  db: Db,
  orgId: string,
  change: ReadBackChange,
  { callId, tokenHash }: { callId: string; tokenHash: Buffer },
): Promise<void> {
  await db
    .insertInto('read_backs')
    .values({
      org_id: orgId,
      appointment_id: change.appointmentId,
      appointment_at: change.standsAt,
      verb: change.verb,
      call_id: callId,
      token_hash: tokenHash,
      ...(change.verb === 'move' && { scheduled_at: change.at, provider_name: change.providerName ?? null }),
    })
    .execute();
}

// As long as a call can last, and a little: who confirms tomorrow is asked again.
const GOOD_FOR = sql`interval '1 hour'`;

const follows = ({ callId, tokenHash }: Following) =>
  sql<SqlBool>`(r.call_id = ${callId} or r.token_hash = ${tokenHash}) and r.created_at > now() - ${GOOD_FOR}`;

/**
 * A token proves that its question was asked; a wrong one proves nothing. Without a token the question has to be of
 * the same call and older than the request: of two requests at once neither answers the other.
 */
const answers = ({ callId, tokenHash, arrivedAt }: Following) =>
  tokenHash
    ? sql<SqlBool>`r.token_hash = ${tokenHash}`
    : sql<SqlBool>`r.call_id = ${callId} and r.created_at < ${arrivedAt}::timestamptz`;

const matches = (orgId: string, change: ReadBackChange, following: Following) => {
  const { at, providerName } = change.verb === 'move' ? change : { at: null, providerName: undefined };
  return sql<SqlBool>`r.org_id = ${orgId} and r.appointment_id = ${change.appointmentId} and r.verb = ${change.verb}
    and r.scheduled_at is not distinct from ${at}::timestamptz
    and r.provider_name is not distinct from ${providerName ?? null}::text and ${follows(following)}`;
};

/**
 * Uses the read-back of a change up, and with it all others of that appointment. In the transaction of the change.
 * @returns false when there is none, or another step used it first.
 */
export async function useReadBack(
  db: Db,
  orgId: string,
  change: ReadBackChange,
  following: Following,
): Promise<boolean> {
  const { rows } = await sql`
    update read_backs u set used_at = clock_timestamp()
    where u.org_id = ${orgId} and u.appointment_id = ${change.appointmentId} and u.used_at is null
      and exists (select from read_backs r where ${matches(orgId, change, following)} and r.used_at is null
        and r.appointment_at = ${change.standsAt}::timestamptz and ${answers(following)})
    returning u.id`.execute(db);
  return rows.length > 0;
}

/** Whether that change was made already in this call, or with this token: then it is a repeat. */
export async function wasUsed(
  db: Db,
  orgId: string,
  change: ReadBackChange,
  following: Following,
): Promise<boolean> {
  const { rows } = await sql`
    select from read_backs r where ${matches(orgId, change, following)} and r.used_at is not null limit 1`.execute(
    db,
  );
  return rows.length > 0;
}

/** The newest read-back of a move, for a second step that does not say again where to. */
export async function latestMove(
  db: Db,
  orgId: string,
  appointmentId: string,
  following: Following,
): Promise<{ scheduled_at: Date; provider_name: string | null } | undefined> {
  const { rows } = await sql<{ scheduled_at: Date; provider_name: string | null }>`
    select r.scheduled_at, r.provider_name from read_backs r
    where r.org_id = ${orgId} and r.appointment_id = ${appointmentId} and r.verb = 'move' and ${follows(following)}
    order by r.token_hash = ${following.tokenHash} desc nulls last, r.created_at desc limit 1`.execute(db);
  return rows[0];
}
