import type pg from 'pg';

/**
 * Whether a session is there and has not ended, is of that user, and the key that signed its token is still one of
 * ours. A user who was deleted has no session.
 */
export async function sessionStands(
  pool: pg.Pool,
  session: { id: string; userId: string; keyId: string | null },
): Promise<boolean> {
  const { rowCount } = await pool.query({
    text: `select 1 from auth.ba_sessions s
      where s.id = $1 and s."userId" = $2 and s."expiresAt" > now()
        and ($3::uuid is null or exists (select 1 from auth.ba_jwks k where k.id = $3))`,
    values: [session.id, session.userId, session.keyId],
  });
  return rowCount === 1;
}

export async function signingKeyExists(pool: pg.Pool, id: string): Promise<boolean> {
  const { rowCount } = await pool.query({
    text: 'select 1 from auth.ba_jwks where id = $1',
    values: [id],
  });
  return rowCount === 1;
}
