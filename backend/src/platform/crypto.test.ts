import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createKeyring,
  deriveKey,
  type EncryptionKey,
  hmacSha256Hex,
  randomToken,
  SealError,
  sameSecret,
} from './crypto.ts';

const newKey = (id: string): EncryptionKey => ({ id, key: randomBytes(32) });
const old = newKey('k1');
const fresh = newKey('k2');
const keyring = createKeyring([old]);
const CONTEXT = 'connection|org-a|google|secret';

const parts = (sealed: string) => {
  const [version, id, iv, tag, text] = sealed.split('.') as [string, string, string, string, string];
  return { version, id, iv, tag, text };
};
const join = ({ version, id, iv, tag, text }: ReturnType<typeof parts>) =>
  [version, id, iv, tag, text].join('.');

/** Changes one bit of a base64url text. */
const flip = (encoded: string, bit: number) => {
  const bytes = Buffer.from(encoded, 'base64url');
  const at = bit % (bytes.length * 8);
  bytes[at >> 3]! ^= 1 << (at & 7);
  return bytes.toString('base64url');
};

describe('a sealed text', () => {
  test('opens to what was sealed, whatever it is and wherever it belongs', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        expect(keyring.open(keyring.seal(text, context), context)).toBe(text);
      }),
    );
  });

  test('does not open in another context', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (text, here, there) => {
        fc.pre(here !== there);
        expect(() => keyring.open(keyring.seal(text, here), there)).toThrow(SealError);
      }),
    );
  });

  test('does not open after one bit of it was changed', () => {
    const field = fc.constantFrom('iv', 'tag', 'text');
    fc.assert(
      fc.property(field, fc.nat(), fc.string({ minLength: 1 }), (name, bit, text) => {
        const sealed = parts(keyring.seal(text, CONTEXT));
        const changed = join({ ...sealed, [name]: flip(sealed[name], bit) });
        expect(() => keyring.open(changed, CONTEXT)).toThrow(SealError);
      }),
    );
  });

  test('is never the same twice, and holds nothing of the text', () => {
    const [a, b] = [keyring.seal('canary', CONTEXT), keyring.seal('canary', CONTEXT)];
    expect(a).not.toBe(b);
    expect(a).not.toContain('canary');
    expect(parts(a).version).toBe('v1');
  });

  test.each([0, 4, 8, 12, 15, 17])('does not open with a tag of %i bytes, even a right one', (length) => {
    const sealed = parts(keyring.seal('text', CONTEXT));
    const tag = Buffer.concat([Buffer.from(sealed.tag, 'base64url'), Buffer.alloc(1)]).subarray(0, length);
    const short = join({ ...sealed, tag: tag.toString('base64url') });
    expect(() => keyring.open(short, CONTEXT)).toThrow('damaged');
  });

  test('with a 4-byte tag would pass Node’s own check, which is why ours exists', () => {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', old.key, iv, { authTagLength: 4 });
    const text = Buffer.concat([cipher.update('text', 'utf8'), cipher.final()]);
    const bare = createDecipheriv('aes-256-gcm', old.key, iv, { authTagLength: 4 });
    bare.setAuthTag(cipher.getAuthTag());
    expect(bare.update(text).toString() + bare.final().toString()).toBe('text');
    const made = ['v1', 'k1', ...[iv, cipher.getAuthTag(), text].map((b) => b.toString('base64url'))].join(
      '.',
    );
    expect(() => keyring.open(made, CONTEXT)).toThrow(SealError);
  });

  test('the error about an unknown key names it, so that the operator knows which one to restore', () => {
    const sealed = createKeyring([fresh]).seal('text', CONTEXT);
    expect(() => keyring.open(sealed, CONTEXT)).toThrow('"k2"');
  });

  test('cannot be passed off as sealed by another key', () => {
    const both = createKeyring([fresh, old]);
    const sealed = parts(keyring.seal('text', CONTEXT));
    expect(() => both.open(join({ ...sealed, id: 'k2' }), CONTEXT)).toThrow(SealError);
  });

  test.each(['', 'v1', 'v1.k1', 'v1.k1...', 'v2.k1.a.b.c', 'plain text', '....'])(
    'that is none (%j) is refused',
    (text) => expect(() => keyring.open(text, CONTEXT)).toThrow(SealError),
  );
});

describe('changing the key', () => {
  test('the first one seals, and every one opens', () => {
    const before = keyring.seal('old secret', CONTEXT);
    const rotated = createKeyring([fresh, old]);
    expect(rotated.open(before, CONTEXT)).toBe('old secret');
    const after = rotated.seal('new secret', CONTEXT);
    expect(parts(after).id).toBe('k2');
    expect(rotated.open(after, CONTEXT)).toBe('new secret');
    expect(() => createKeyring([fresh]).open(before, CONTEXT)).toThrow(SealError);
  });

  test('without any key there is no keyring', () => {
    expect(() => createKeyring([])).toThrow(SealError);
  });
});

describe('the smaller tools', () => {
  test('secrets are compared by value, whatever their lengths', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => sameSecret(a, b) === (a === b)));
    expect(sameSecret('same', 'same')).toBe(true);
  });

  test('a random token has 43 characters that fit into a URL', () => {
    expect(randomToken()).toMatch(/^[\w-]{43}$/);
    expect(randomToken()).not.toBe(randomToken());
  });

  test('one secret gives a stable key for each purpose', () => {
    expect(deriveKey('secret', 'a')).toEqual(deriveKey('secret', 'a'));
    expect(deriveKey('secret', 'a')).not.toEqual(deriveKey('secret', 'b'));
    expect(deriveKey('other', 'a')).not.toEqual(deriveKey('secret', 'a'));
    expect(deriveKey('secret', 'a')).toHaveLength(32);
  });

  test('a signature is the one of RFC 4231', () => {
    expect(hmacSha256Hex('Jefe', 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });
});
