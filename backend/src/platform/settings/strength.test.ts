import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { keyWeaknessOf, weaknessOf } from './strength.ts';

test.each([
  'a'.repeat(40),
  'ab'.repeat(20),
  '0'.repeat(64),
  'secret-secret-secret-secret-secret-',
  'changeme'.repeat(4),
  '0123456789abcdef0123456789abcdef',
  'abcdefghijklmnopqrstuvwxyz123456',
  '12345678901234567890123456789012',
  'zyxwvutsrqponmlkjihgfedcba987654',
  'super-secret-jwt-token-with-at-least-32-characters-long',
])('no generator makes %s', (secret) => expect(weaknessOf(secret)).toBeDefined());

test('what a generator makes is taken, in every writing and at the least length', () => {
  for (let run = 0; run < 2_000; run += 1) {
    for (const [bytes, encoding] of [
      [32, 'base64'],
      [24, 'base64url'],
      [32, 'hex'],
      [12, 'base64'],
      [16, 'hex'],
    ] as const) {
      const secret = randomBytes(bytes).toString(encoding);
      expect(weaknessOf(secret), secret).toBeUndefined();
    }
  }
});

test('a long sentence is taken', () => {
  expect(weaknessOf('four score and seven years ago our fathers brought forth')).toBeUndefined();
});

const bytes = (byteAt: (at: number) => number) => Uint8Array.from({ length: 32 }, (_, at) => byteAt(at));
test.each([
  ['zeros', bytes(() => 0)],
  ['one letter', bytes(() => 0x61)],
  ['counted up', bytes((at) => at)],
  ['counted up from one', bytes((at) => at + 1)],
  ['counted past 255', bytes((at) => 250 + at)],
  ['counted down', bytes((at) => 255 - at)],
  ['counted by two', bytes((at) => at * 2)],
])('no generator makes a key of %s', (_, key) => expect(keyWeaknessOf(key)).toBeDefined());

test('a key from a generator is taken', () => {
  for (let run = 0; run < 2_000; run += 1) expect(keyWeaknessOf(randomBytes(32))).toBeUndefined();
});
