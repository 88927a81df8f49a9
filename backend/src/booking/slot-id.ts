import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

export interface SlotOffer {
  orgId: string;
  providerId: string;
  /** Slug of the service. */
  service: string;
  startsAt: Date;
}

const Body = z.tuple([z.string(), z.string(), z.string(), z.number(), z.number()]);
const LIFETIME_MS = 15 * 60_000;
const SIGNATURE_BYTES = 16;

/**
 * A slot as a signed handle, good for 15 minutes: the voice agent passes it on and cannot invent a time.
 * Opening hours and overlap are still checked when it is booked.
 */
export function signSlot(key: Buffer, offer: SlotOffer, now: Date): string {
  const body = Buffer.from(
    JSON.stringify([
      offer.orgId,
      offer.providerId,
      offer.service,
      offer.startsAt.getTime(),
      now.getTime() + LIFETIME_MS,
    ]),
  ).toString('base64url');
  return `${body}.${signature(key, body).toString('base64url')}`;
}

/** @returns the offer, or null when it is not ours, was changed, or is too old. */
export function readSlot(key: Buffer, slotId: string, now: Date): SlotOffer | null {
  const [body = '', given = ''] = slotId.split('.');
  const expected = signature(key, body);
  const actual = Buffer.from(given, 'base64url');
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return null;
  const [orgId, providerId, service, startsAt, expiresAt] = Body.parse(
    JSON.parse(Buffer.from(body, 'base64url').toString('utf8')),
  );
  if (expiresAt < now.getTime()) return null;
  return { orgId, providerId, service, startsAt: new Date(startsAt) };
}

// Made once: Node makes a key object of raw bytes at each call, which costs several times the signature.
const keyObjects = new WeakMap<Buffer, KeyObject>();

function signature(key: Buffer, body: string): Buffer {
  let keyObject = keyObjects.get(key);
  if (!keyObject) {
    keyObject = createSecretKey(key);
    keyObjects.set(key, keyObject);
  }
  return createHmac('sha256', keyObject).update(body).digest().subarray(0, SIGNATURE_BYTES);
}
