import type { Arrival, InboxEvent } from '../deliveries/index.ts';
import { sha256 } from '../platform/crypto.ts';
import type { OrgId } from '../platform/tenant.ts';
import type { Message } from './envelope.ts';

/** A request of Vapi whose sender is known. */
export interface Arrived {
  orgId: OrgId;
  arrival: Arrival;
  at: Date;
  raw: Buffer;
}

type What = Pick<InboxEvent, 'eventType' | 'eventId' | 'payload' | 'orderKey'>;

/** As the inbox takes it: the clinic is the one whose secret came with the request. */
export const eventOf = ({ orgId, arrival }: Pick<Arrived, 'orgId' | 'arrival'>, what: What): InboxEvent => ({
  provider: 'vapi',
  scope: orgId,
  orgId,
  arrival,
  ...what,
});

/**
 * Vapi numbers its messages nowhere, so a repeat is known by its call, its type and what tells two messages of this
 * type in one call apart; outside a call by its bytes.
 */
export function eventIdOf(message: Message, raw: Buffer, ...apart: string[]): string {
  const call = message.call?.id;
  return call ? [call, message.type, ...apart].join(':') : fingerprint(raw);
}

export const fingerprint = (bytes: string | Buffer): string =>
  sha256(bytes).toString('base64url').slice(0, 22);
