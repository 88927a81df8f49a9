import { sql } from 'kysely';
import type { Db } from '../platform/database.ts';

/** The text a callback is about: by its SID, else by the id in the address we gave Twilio. */
export async function findForCallback(
  db: Db,
  callback: { sid: string; messageId: string | null },
): Promise<{ id: string; org_id: string; provider_id: string | null } | undefined> {
  const { rows } = await sql<{ id: string; org_id: string; provider_id: string | null }>`
    select id, org_id, provider_id from messages
    where provider_id = ${callback.sid} or id = ${callback.messageId}::uuid
    order by (provider_id = ${callback.sid}) desc nulls last
    limit 1`.execute(db);
  return rows[0];
}

/** One number serves many clinics: a patient who writes means the clinic that wrote last. */
export async function findCorrespondent(
  db: Db,
  { patient, ours }: { patient: string; ours: string },
): Promise<string | undefined> {
  const { rows } = await sql<{ org_id: string }>`
    select org_id from messages
    where to_address = ${patient} and kind <> 'inbound' and coalesce(from_address, ${ours}) = ${ours}
      and status <> 'queued'
    order by created_at desc
    limit 1`.execute(db);
  return rows[0]?.org_id;
}

export interface InboundMessage {
  orgId: string;
  sid: string;
  from: string;
  to: string;
  channel: 'sms' | 'whatsapp';
  body: string;
}

/** Does nothing for a repeat: its SID is there. */
export async function insertInbound(db: Db, message: InboundMessage): Promise<void> {
  await sql`
    insert into messages (org_id, to_address, from_address, channel, status, body, kind, dedupe_key, provider_id)
    values (${message.orgId}, ${message.to}, ${message.from}, ${message.channel}, 'received', ${message.body},
      'inbound', ${message.sid}, ${message.sid})
    on conflict do nothing`.execute(db);
}
