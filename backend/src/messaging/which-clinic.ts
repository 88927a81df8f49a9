import { toPlainSms } from './gsm7.ts';

export interface Clinic {
  id: string;
  name: string;
}

/** More are not listed: the text would be a letter. Whoever means another one can answer with its name. */
export const CLINICS_ASKED_FOR = 9;
const NAME_CHARACTERS = 40;

/** Asks a patient of several clinics which one they have written to. */
export function whichClinicText(clinics: readonly Clinic[]): string {
  const lines = clinics.map(({ name }, index) => `${index + 1} ${shortName(name)}`);
  return [
    'Several clinics text from this number. Which one is your message for? Reply with its number:',
    ...lines,
    'Until you reply, none of them sees it. Your reply counts for 24 hours.',
  ].join('\n');
}

/** One line, so that a name cannot pass for another entry of the list. */
function shortName(name: string): string {
  const line = toPlainSms(name.replace(/[\s\p{C}]+/gu, ' '));
  return line.length <= NAME_CHARACTERS ? line : `${line.slice(0, NAME_CHARACTERS - 3).trimEnd()}...`;
}

const FILLERS = new Set(
  'a an and answer at clinic for from hello hi i is it its s m im mean meant message my no nr number option please reply text thank thanks that the this to with you'.split(
    ' ',
  ),
);
const CARDINALS = 'zero one two three four five six seven eight nine'.split(' ');
const ORDINALS = 'zeroth first second third fourth fifth sixth seventh eighth ninth'.split(' ');

/**
 * Which clinic an answer means: by the number it had in the question, or by its name. Each word must be accounted
 * for, so that a message that only mentions a number or a name is not taken for an answer.
 * @param asked - In the order of the question.
 * @param others - Clinics that were not in it and may be named.
 */
export function readChoice(
  answer: string,
  asked: readonly Clinic[],
  others: readonly Clinic[] = [],
): Clinic | undefined {
  const words = wordsOf(answer);
  if (words.length === 0) return undefined;
  const named = byName(words, [...asked, ...others]);
  const telling = words.filter((word) => !FILLERS.has(word));
  const number = numberOf(telling);
  return (number === undefined ? undefined : asked[number - 1]) ?? named;
}

/** The one clinic whose name holds every word that tells something. A name given in full beats a part of a longer one. */
function byName(words: readonly string[], clinics: readonly Clinic[]): Clinic | undefined {
  const names = clinics.map((clinic) => ({ clinic, words: wordsOf(clinic.name) }));
  const same = (name: readonly string[], said: readonly string[]) => name.join(' ') === said.join(' ');
  const whole = names.filter((name) => same(name.words, words));
  if (whole.length > 0) return whole.length === 1 ? whole[0]?.clinic : undefined;
  const telling = words.filter((word) => !FILLERS.has(word));
  if (telling.length === 0) return undefined;
  const matching = names.filter((name) => telling.every((word) => name.words.includes(word)));
  const full = matching.filter((name) =>
    same(
      name.words.filter((word) => !FILLERS.has(word)),
      telling,
    ),
  );
  if (full.length > 0) return full.length === 1 ? full[0]?.clinic : undefined;
  return matching.length === 1 ? matching[0]?.clinic : undefined;
}

/** Lower case, without accents and punctuation; "1." and a keycap are a 1. */
const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

function numberOf([word = '', ...more]: readonly string[]): number | undefined {
  const ordinal = ORDINALS.indexOf(word);
  // "The second one".
  if (ordinal > 0 && more.join(' ') === 'one') return ordinal;
  if (more.length > 0) return undefined;
  const digits = /^(\d{1,2})(st|nd|rd|th)?$/.exec(word)?.[1];
  if (digits !== undefined) return Number(digits);
  const value = Math.max(ordinal, CARDINALS.indexOf(word));
  return value > 0 ? value : undefined;
}

// The words on which Twilio acts by itself, for the sender as a whole; they count when they are the whole text.
const OPT_OUT = new Set(['stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit', 'revoke', 'optout']);
const OPT_IN = new Set(['start', 'unstop']);
const HELP = new Set(['help', 'info']);

/**
 * Whether a text is for the sender and not for a clinic: `consent` ends or begins all texts of the number, `help` has
 * been answered by Twilio.
 * @param optOutType - What Twilio says of it, where it says so.
 */
export function senderKeyword(body: string, optOutType?: string): 'consent' | 'help' | undefined {
  const word = (optOutType ?? body).trim().toLowerCase();
  if (OPT_OUT.has(word) || OPT_IN.has(word)) return 'consent';
  return HELP.has(word) ? 'help' : undefined;
}
