/**
 * What is wrong with a secret that someone chose. It doesn't measure entropy, which can't be measured on one text:
 * it finds what no generator would make.
 */
export function weaknessOf(secret: string): string | undefined {
  if (PUBLIC_SECRETS.has(secret)) return 'is printed in public documents, so anyone could know it';
  const letters = new Set(secret).size;
  if (letters < MIN_LETTERS)
    return `is made of ${letters === 1 ? 'one letter' : `${letters} different letters`} only`;
  if (shortestPeriod(secret) <= secret.length / 2) return 'is one short text repeated';
  if (isRun(secret)) return 'is the alphabet or the digits in order';
  return undefined;
}

// 16 random hexadecimal digits have 10 different ones, and fewer than 6 once in a million.
const MIN_LETTERS = 6;

/** Defaults that are copied from the guides of products that are set up beside this one. */
const PUBLIC_SECRETS = new Set([
  'super-secret-jwt-token-with-at-least-32-characters-long',
  'your-super-secret-jwt-token-with-at-least-32-characters-long',
  'your-super-secret-and-long-postgres-password',
  'better-auth-secret-12345678901234567890',
]);

/** The same of a key, given as its bytes. */
export function keyWeaknessOf(key: Uint8Array): string | undefined {
  const steps = new Set([...key.subarray(1)].map((byte, index) => (byte - (key[index] ?? 0) + 256) % 256));
  // One step between any two, 0 included; counting goes on at 0 after 255.
  if (steps.size > 1) return undefined;
  return steps.has(0) ? 'is one byte, repeated' : 'is bytes in order';
}

function shortestPeriod(text: string): number {
  for (let period = 1; period < text.length; period += 1) {
    if (text.startsWith(text.slice(period))) return period;
  }
  return text.length;
}

/** Nearly each character follows the one before it. */
function isRun(text: string): boolean {
  let steps = 0;
  for (let i = 1; i < text.length; i += 1) {
    if (Math.abs(text.charCodeAt(i) - text.charCodeAt(i - 1)) === 1) steps += 1;
  }
  return steps >= (text.length - 1) * 0.8;
}
