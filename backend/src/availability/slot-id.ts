import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

export interface SlotOffer {
  orgId: string;
  /** Null: with any provider who is free then. */
  providerId: string | null;
  /** Slug of the service. */
  service: string;
  startsAt: Date;
}

const Head = z.tuple([z.string(), z.string().nullable(), z.string(), z.number()]);
const LIFETIME_MS = 15 * 60_000;
/** 132 bits. */
const TAG_CHARACTERS = 22;

/**
 * Slots of one service as signed handles, good for 15 minutes: the voice agent passes one on and cannot invent a time.
 * Opening hours and overlap are still checked when it is booked.
 */
export function slotSigner(
  key: Buffer,
  { orgId, service }: Pick<SlotOffer, 'orgId' | 'service'>,
  now: Date,
): (providerId: string | null, startsAt: number) => string {
  const heads = new Map<string | null, { head: string; secret: string }>();
  return (providerId, startsAt) => {
    let known = heads.get(providerId);
    if (!known) {
      const said = JSON.stringify([orgId, providerId, service, now.getTime() + LIFETIME_MS]);
      const head = Buffer.from(said).toString('base64url');
      known = { head, secret: secretOf(key, head) };
      heads.set(providerId, known);
    }
    const start = startsAt.toString(36);
    return `${known.head}.${start}.${tagOf(known.secret, start)}`;
  };
}

/** @returns the offer, or null when it is not ours, was changed, or is too old. */
export function readSlot(key: Buffer, slotId: string, now: Date): SlotOffer | null {
  const [head = '', start = '', given = '', ...more] = slotId.split('.');
  if (more.length > 0) return null;
  const expected = Buffer.from(tagOf(secretOf(key, head), start));
  const actual = Buffer.from(given);
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return null;
  const [orgId, providerId, service, expiresAt] = Head.parse(
    JSON.parse(Buffer.from(head, 'base64url').toString('utf8')),
  );
  if (expiresAt < now.getTime()) return null;
  return { orgId, providerId, service, startsAt: new Date(Number.parseInt(start, 36)) };
}

// Made once: otherwise Node creates a key object at each call, which costs several times the signature.
const keyObjects = new WeakMap<Buffer, KeyObject>();

// A month of ten empty calendars is 6,400 slots. One HMAC for what the slots of a provider share and one hash for each
// slot take a quarter of the time of an HMAC each. Half of the hash is left out, so that no one can extend it.
function secretOf(key: Buffer, head: string): string {
  let keyObject = keyObjects.get(key);
  if (!keyObject) {
    keyObject = createSecretKey(key);
    keyObjects.set(key, keyObject);
  }
  return createHmac('sha256', keyObject).update(head).digest('base64url');
}

const tagOf = (secret: string, start: string): string =>
  hash('sha256', secret + start, 'base64url').slice(0, TAG_CHARACTERS);
