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

/** Words to which many people add a year or a sign. */
const TRIED = new Set(
  (
    'password passwort voxanne welcome qwerty admin letmein secret login clinic doctor dentist dental reception receptionist ' +
    'spring summer autumn fall winter monday tuesday wednesday thursday friday saturday sunday january february march april ' +
    'may june july august september october november december'
  ).split(' '),
);

const SWAPS: Record<string, string> = {
  '0': 'o',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '+': 't',
};

/** Without width, accents and case, which an attacker does not see either. */
const plain = (text: string) =>
  text.normalize('NFKC').normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

/** A name, and what people make of it: without spaces and signs. */
const bare = (text: string) => plain(text).replaceAll(/[^\p{L}\p{N}]/gu, '');

/** What a password boils down to: as it is, without the year or sign around it, with digits as letters, without repeats. */
function formsOf(password: string): Set<string> {
  const text = plain(password);
  const inner = text.replace(/^\P{L}+/u, '');
  const forms = new Set<string>();
  for (const part of [text, text.replace(/\P{L}+$/u, ''), inner, inner.replace(/\P{L}+$/u, '')]) {
    for (const one of ['1', 'i', 'l']) {
      const spelled = one === '1' ? part : part.replaceAll(/[034571@$+!]/g, (sign) => SWAPS[sign] ?? one);
      const form = bare(spelled);
      forms.add(form).add(form.replace(/^(.+?)\1+$/su, '$1'));
    }
  }
  forms.delete('');
  return forms;
}

/** The whole, its words and its parts, as they are compared. Two letters are too few to say anything. */
const ownWords = (names: (string | undefined)[]): Set<string> =>
  new Set(
    names.flatMap((name) =>
      name
        ? [
            bare(name),
            ...name
              .split(/[^\p{L}\p{M}\p{N}]+/u)
              .map(bare)
              .filter((word) => word.length > 2),
          ]
        : [],
    ),
  );

let bareKnown: Set<string> | undefined;
const bareCommon = (): Set<string> => {
  bareKnown ??= new Set([...commonPasswords()].map(bare).filter((word) => word.length > 6));
  return bareKnown;
};

function whyGuessable(
  password: string,
  about: { email: string; names: (string | undefined)[] },
): string | null {
  const lower = password.trim().toLowerCase();
  const seen = password
    .normalize('NFKC')
    .replaceAll(/[\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/gu, '')
    .trim();
  const forms = [...formsOf(password)];
  if (commonPasswords().has(lower) || forms.some((form) => bareCommon().has(form) || TRIED.has(form))) {
    return 'is one of the most common passwords, or close to one';
  }
  const folded = bare(password);
  if ([lower, folded].some((text) => /^(.{1,4})\1+$/su.test(text))) {
    return 'repeats the same few characters';
  }
  if (ROWS.some((row) => row.includes(lower) || (folded.length > 3 && row.includes(folded)))) {
    return 'is a run of keys or letters';
  }
  const email = about.email.trim().toLowerCase();
  const own = ownWords([email, ...email.split('@'), ...about.names]);
  if (forms.some((form) => own.has(form))) {
    return 'is mostly your name, your clinic’s name or your email address';
  }
  // Joiners are part of emoji and of some scripts, and still nothing to guess.
  if ([...seen].length < 8) return 'has fewer than 8 visible characters';
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
    detail: `This password ${reason}. Choose another one: three or four unrelated words are easy to remember and hard to guess.`,
    extra: { errors: [{ path: 'password', message: reason }] },
  });
}
