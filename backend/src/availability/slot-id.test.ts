import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSlot, type SlotOffer, slotSigner } from './slot-id.ts';

const key = Buffer.alloc(32, 1);
const now = new Date('2026-11-18T15:00:00Z');
const after = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const offer = {
  orgId: 'b0a7c1a0-0000-4000-8000-000000000001',
  providerId: 'b0a7c1a0-0000-4000-8000-000000000002',
  service: 'follow-up',
  startsAt: new Date('2026-11-23T14:00:00Z'),
};

const signed = (of: SlotOffer = offer) => slotSigner(key, of, now)(of.providerId, of.startsAt.getTime());

describe('a slot id', () => {
  test('carries the offer for a quarter of an hour, and fits where it is passed', () => {
    const slotId = signed();
    expect(readSlot(key, slotId, now)).toEqual(offer);
    expect(readSlot(key, slotId, after(15))).toEqual(offer);
    expect(signed({ ...offer, service: 'x'.repeat(80) }).length).toBeLessThanOrEqual(400);
  });

  test('may leave open with whom', () => {
    const anybody = { ...offer, providerId: null };
    expect(readSlot(key, signed(anybody), now)).toEqual(anybody);
    expect(signed(anybody)).not.toContain(signed().split('.')[0]);
  });

  test('is too old after it', () => {
    expect(readSlot(key, signed(), after(15.001))).toBeNull();
  });

  test('from another deployment, or without a signature, is refused', () => {
    const slotId = signed();
    expect(readSlot(Buffer.alloc(32, 2), slotId, now)).toBeNull();
    const body = slotId.slice(0, slotId.lastIndexOf('.'));
    for (const text of [body, `${body}.`, body.split('.')[0] ?? '', `${slotId}.`, `${slotId}.x`]) {
      expect(readSlot(key, text, now), text).toBeNull();
    }
  });

  test('rejects a slot id that was tampered with', () => {
    const slotId = signed();
    const body = slotId.lastIndexOf('.');
    fc.assert(
      fc.property(fc.nat(body), fc.constantFrom(...'ABab01_-.'), (index, character) => {
        fc.pre(slotId[index] !== character);
        return readSlot(key, slotId.slice(0, index) + character + slotId.slice(index + 1), now) === null;
      }),
    );
  });

  test('that someone made up is refused, whatever it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readSlot(key, text, now) === null));
    for (const text of ['', '.', '..', 'slot-1', '{{slot_id}}', '2026-11-23T14:00:00Z']) {
      expect(readSlot(key, text, now), text).toBeNull();
    }
  });
});
