import { readFileSync } from 'node:fs';
import { AppError } from '../platform/errors.ts';

/**
 * Those of eight characters and more that are used most, from the list of zxcvbn-ts (MIT), in lower case. NIST SP
 * 800-63B asks for such a list and for nothing that makes people write `Password1!`.
 */
let common: Set<string> | undefined;
const commonPasswords = (): Set<string> => {
  common ??= new Set(readFileSync(new URL('common-passwords.txt', import.meta.url), 'utf8').split('\n'));
  return common;
};

const KEYBOARD = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
];
const reversed = (text: string) => [...text].reverse().join('');
const ROWS = [...KEYBOARD, ...KEYBOARD.map(reversed)];

/** A name, and what somebody makes of it: without spaces and signs. */
const bare = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

function whyGuessable(
  password: string,
  about: { email: string; names: (string | undefined)[] },
): string | null {
  const lower = password.trim().toLowerCase();
  if (commonPasswords().has(lower)) return 'is among the passwords that are used most, and tried first';
  if (/^(.{1,4})\1+$/su.test(lower)) return 'is the same few characters again and again';
  if (ROWS.some((row) => row.includes(lower))) return 'is a row of the keyboard or of the alphabet';
  const email = about.email.trim().toLowerCase();
  const [local = '', domain = ''] = email.split('@');
  const own = [email, local, domain, ...about.names].flatMap((name) => (name ? [bare(name)] : []));
  if (own.some((name) => name.length > 0 && name === bare(lower))) {
    return 'is your name, your clinic’s name or your e-mail address';
  }
  return null;
}

/** @throws {AppError} WEAK_PASSWORD (400), in plain words. */
export function refuseGuessablePassword(
  password: string,
  about: { email: string; names: (string | undefined)[] },
): void {
  const reason = whyGuessable(password, about);
  if (reason === null) return;
  throw new AppError({
    code: 'WEAK_PASSWORD',
    status: 400,
    detail: `This password ${reason}. Choose another one: three or four words that have nothing to do with each other are easy to remember and hard to guess.`,
    extra: { errors: [{ path: 'password', message: reason }] },
  });
}
