import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

export interface KeyedRequest {
  orgId: string;
  /** Method and pattern: one key may be used once with each route. */
  route: string;
  key: string;
  hash: string;
}

export interface KeptAnswer {
  status: number;
  body: unknown;
}

export type Begun =
  | { state: 'new' | 'in_flight' | 'reused' }
  | { state: 'kept'; status: number; response: unknown };

/** Takes the key until the end of the transaction, or says what happened to the request that had it first. */
export async function beginOnce(db: Db, { orgId, route, key, hash }: KeyedRequest): Promise<Begun> {
  const { rows } = await sql<{ begun: Begun }>`
    select app_private.begin_once(${orgId}, ${route}, ${key}, ${hash}) as begun`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('begin_once gave no answer.');
  return row.begun;
}

export async function keepAnswer(db: Db, request: KeyedRequest, answer: KeptAnswer): Promise<void> {
  const { orgId, route, key, hash } = request;
  await sql`
    select app_private.keep_answer(${orgId}, ${route}, ${key}, ${hash}, ${answer.status},
      ${JSON.stringify(answer.body)}::jsonb)`.execute(db);
}
