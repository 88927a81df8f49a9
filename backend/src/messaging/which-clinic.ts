import { type Clinic, FILLERS, readingKey, tellApart, wordsOf } from './clinic-names.ts';
import { consentWord } from './consent.ts';

export type { Clinic } from './clinic-names.ts';

/** More aren't listed: the text would get too long. A patient who means another one can answer with its name. */
const CLINICS_ASKED_FOR = 9;

/**
 * Asks a patient of several clinics which one they have written to. One that reads like another one is not listed: an
 * answer would be a guess.
 * @param clinics - All of the patient's, in the order in which they are listed.
 * @returns undefined when there is none to list.
 */
export function whichClinicText(clinics: readonly Clinic[]): { asked: Clinic[]; body: string } | undefined {
  const labels = tellApart(clinics);
  const listed = clinics
    .flatMap((clinic, index) => (labels[index] === undefined ? [] : [{ clinic, label: labels[index] }]))
    .slice(0, CLINICS_ASKED_FOR);
  if (listed.length === 0) return undefined;
  const body = [
    'Several clinics text from this number. Which one is your message for? Reply with its number:',
    ...listed.map(({ label }, index) => `${index + 1} ${label}`),
    ...(listed.length < clinics.length ? ['If yours is not listed, reply with its full name.'] : []),
    'None of them will see it until you reply. Your answer counts for 24 hours.',
  ].join('\n');
  return { asked: listed.map(({ clinic }) => clinic), body };
}

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
  const named = nameOf(words, asked, others);
  const telling = words.filter((word) => !FILLERS.has(word));
  const number = numberOf(telling);
  return (number === undefined ? undefined : asked[number - 1]) ?? named;
}

/** A name that reads like another one's, or that the patient may have read in the list with other words, doesn't count. */
function nameOf(
  words: readonly string[],
  asked: readonly Clinic[],
  others: readonly Clinic[],
): Clinic | undefined {
  const all = [...asked, ...others];
  const named = byName(words, all);
  if (named === undefined) return undefined;
  const key = readingKey(named.name);
  if (all.some((clinic) => clinic !== named && readingKey(clinic.name) === key)) return undefined;
  return asked.includes(named) || !asked.some((clinic) => holdsAll(clinic.name, words)) ? named : undefined;
}

const holdsAll = (name: string, words: readonly string[]): boolean => {
  const held = wordsOf(name);
  return words.filter((word) => !FILLERS.has(word)).every((word) => held.includes(word));
};

/** The one clinic whose name has every meaningful word. A name given in full beats a part of a longer one. */
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

const HELP = new Set(['help', 'info']);

/**
 * Whether a text is for the sender and not for a clinic: `consent` ends or begins all texts of the number, `help` has
 * been answered by Twilio.
 * @param optOutType - What Twilio says of it, where it says so.
 */
export function senderKeyword(body: string, optOutType?: string): 'consent' | 'help' | undefined {
  const said = consentWord(body, optOutType);
  if (said === 'stop' || said === 'start') return 'consent';
  return HELP.has((optOutType ?? body).trim().toLowerCase()) ? 'help' : undefined;
}
