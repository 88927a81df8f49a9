import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';
import { consentWord } from './consent.ts';

export interface Said {
  patient: string;
  /** The number of ours that they wrote to. */
  receiver: string;
  body: string;
  optOutType?: string | undefined;
  at: Date;
}

/** Keeps STOP or START for the sender that was written to; any other text changes nothing. */
export async function keepConsent(db: Db, said: Said, sharedNumbers: readonly string[]): Promise<void> {
  const word = consentWord(said.body, said.optOutType);
  if (word === undefined) return;
  await sql`
    select app_private.keep_word(${said.patient}, ${said.receiver}, ${sharedNumbers.includes(said.receiver)}::boolean,
      ${word === 'stop'}::boolean, ${said.at}::timestamptz, ${word === 'yes'}::boolean)`.execute(db);
}

/** The carrier refuses a text because the recipient opted out before we listened, or elsewhere. */
export async function recordCarrierOptOut(
  db: Db,
  messageId: string,
  sharedNumbers: readonly string[],
): Promise<void> {
  await sql`
    select app_private.keep_word(to_address, from_address, from_address = any(${sharedNumbers}::text[]), true,
      coalesce(attempted_at, now()), false)
    from messages where id = ${messageId}`.execute(db);
}
