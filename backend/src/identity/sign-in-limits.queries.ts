import { type RawBuilder, sql } from 'kysely';

/** Keyed hashes. A sign-up is limited by its address alone. */
export interface LimitKeys {
  pair: Buffer | null;
  account: Buffer | null;
  address: Buffer;
}

export const beginSignIn = (now: Date, keys: LimitKeys): RawBuilder<{ wait: number }> => sql`
  select app_private.begin_sign_in(${now}, ${keys.pair}::bytea, ${keys.account}::bytea, ${keys.address}::bytea) as wait`;

export const endSignIn = (now: Date, keys: LimitKeys, succeeded: boolean): RawBuilder<unknown> => sql`
  select app_private.end_sign_in(${now}, ${keys.pair}::bytea, ${keys.account}::bytea, ${keys.address}::bytea, ${succeeded})`;
