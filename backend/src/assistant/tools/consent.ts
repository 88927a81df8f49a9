export type Consent = 'yes' | 'no' | 'unclear';

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

const HESITATIONS = set('um uh er oh ah hm well so and');
const YES = set(
  'y yes yeah yea yep yup ya sure ok okay true 1 confirm confirmed agreed correct right exactly absolutely definitely certainly affirmative si sí',
);
const YES_IN_WORDS =
  /^(?:please do|go ahead|of course|do it|do that|sounds? (?:good|great|fine|right)|thats? (?:is )?(?:right|correct|fine|good|it)|uh huh|mm hmm|i (?:do|would|confirm|agree)|all right|alright|fine|please|perfect|great)\b/;
const NO = set('n no nope nah not never false 0 dont do not cancel none negative');
/** What takes a yes back, or adds to it: a person would ask once more. */
const TAKES_BACK = set(
  'but no not nope dont wait actually except unless if instead only rather however though although or maybe perhaps hold hang different another later earlier before after first keep leave stop never wrong sorry make tomorrow monday tuesday wednesday thursday friday saturday sunday two three four five six seven eight nine ten eleven twelve noon midnight half quarter',
);

/**
 * What was answered to a question, as a model hands it on: true, "yes", "Yes, please.", "no", "yes, but at eleven".
 * A yes counts only where nothing behind it changes it.
 * @returns undefined where nothing was said.
 */
export function readConsent(said: unknown): Consent | undefined {
  const text = String(said ?? '')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/\b(?:no|not a) (?:problem|worries|trouble)\b/g, '');
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  while (words[0] !== undefined && HESITATIONS.has(words[0]) && !/^uh huh\b/.test(words.join(' '))) {
    words.shift();
  }
  const [first] = words;
  if (first === undefined || first === 'null' || first === 'undefined') return undefined;
  const isYes = YES.has(first) || YES_IN_WORDS.test(words.join(' '));
  if (isYes)
    return words.slice(1).some((word) => TAKES_BACK.has(word) || /\d/.test(word)) ? 'unclear' : 'yes';
  return NO.has(first) ? 'no' : 'unclear';
}
