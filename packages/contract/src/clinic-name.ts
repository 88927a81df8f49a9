import { typedLine } from './text.ts';

/** What a carrier acts on, or a patient answers with. */
const KEYWORDS = new Set(
  'stop stopall unsubscribe cancel end quit revoke optout start unstop help info yes no confirm'.split(' '),
);
const ADDRESS = /https?:\/\/|(^|[^a-z0-9])www\.|[a-z0-9-]\.[a-z]{2,24}(:[0-9]+)?[/?#]/;
// "1 Beta" is how a text lists clinics; "4 Paws", "24 Hour Dental" and "1st Care" are clinics.
const CHOICE = /^[([]?[0-9]{1,2} ?([.:)\]]|-( |$)|$)|^[12] /;

/**
 * Whether a clinic's name would be read in a text as something else: a web address, a numbered choice, a word that the
 * carrier acts on. The same rule is in SQL (`app_private.keep_name_visible`).
 */
export function misleadsInTexts(name: string): boolean {
  const text = name.normalize('NFKC').toLowerCase();
  return ADDRESS.test(text) || CHOICE.test(text) || KEYWORDS.has(text.replace(/^[^a-z]+|[^a-z]+$/g, ''));
}

/** A letter, a digit or a pictograph; an empty name is refused before. */
const readable = (name: string) => name === '' || /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(name);
const UNREADABLE = { error: 'Needs at least one letter or digit', abort: true };

/** The name of a person, as it is typed at a sign-up. */
export const personName = typedLine(120).min(1).refine(readable, UNREADABLE);

/** The name of a clinic: it appears in texts, where strangers read it. */
export const clinicName = typedLine(120)
  .min(1)
  .refine(readable, UNREADABLE)
  .refine((name) => !misleadsInTexts(name), {
    error:
      'Would be misread in a text message: leave out web addresses, a number in front such as "1." and words such as STOP. Write the name as patients say it',
  });
