import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

export interface EncryptionKey {
  id: string;
  key: Buffer;
}

export interface Keyring {
  /** Encrypts with the first key. `context` is authenticated, not stored: what it names must be named again to open. */
  seal(plaintext: string, context: string): string;
  /** @throws {SealError} when the key is gone, the text was changed, or it belongs to another context. */
  open(sealed: string, context: string): string;
}

export class SealError extends Error {
  override readonly name = 'SealError';
}

const VERSION = 'v1';
const IV_BYTES = 12;
// Node 24 accepts shorter tags when this is left out (DEP0182), and a 4-byte tag can be guessed.
const TAG_BYTES = 16;

/** AES-256-GCM; sealed form `v1.<key id>.<iv>.<tag>.<ciphertext>`, base64url. */
export function createKeyring(keys: readonly EncryptionKey[]): Keyring {
  const [first] = keys;
  if (!first) throw new SealError('There’s no encryption key.');
  const byId = new Map(keys.map((entry) => [entry.id, entry.key]));
  return {
    seal(plaintext, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', first.key, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(`${VERSION}|${first.id}|${context}`));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return [
        VERSION,
        first.id,
        ...[iv, cipher.getAuthTag(), ciphertext].map((b) => b.toString('base64url')),
      ].join('.');
    },
    open(sealed, context) {
      const [version, keyId, iv = '', tag = '', ciphertext = ''] = sealed.split('.');
      const key = keyId === undefined ? undefined : byId.get(keyId);
      if (version !== VERSION || keyId === undefined || !key) {
        throw new SealError(`The key "${keyId ?? ''}" that sealed this isn’t in ENCRYPTION_KEYS.`);
      }
      const tagBytes = Buffer.from(tag, 'base64url');
      const ivBytes = Buffer.from(iv, 'base64url');
      if (tagBytes.length !== TAG_BYTES || ivBytes.length !== IV_BYTES)
        throw new SealError('The sealed text is damaged.');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, ivBytes, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(`${VERSION}|${keyId}|${context}`));
        decipher.setAuthTag(tagBytes);
        return Buffer.concat([
          decipher.update(Buffer.from(ciphertext, 'base64url')),
          decipher.final(),
        ]).toString('utf8');
      } catch {
        throw new SealError('The sealed text was changed, or belongs to something else.');
      }
    },
  };
}

/** 32 random bytes, base64url: 43 characters. */
export const randomToken = (): string => randomBytes(32).toString('base64url');

export const sha256 = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest();

export const hmacSha256Hex = (key: string | Buffer, text: string | Buffer): string =>
  createHmac('sha256', key).update(text).digest('hex');

/** Compares without revealing how much matched; lengths may differ. */
export const sameSecret = (a: string, b: string): boolean => timingSafeEqual(sha256(a), sha256(b));

/** A key for one purpose from the deployment's one secret (RFC 5869). */
export const deriveKey = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, 'voxanne', purpose, 32));
