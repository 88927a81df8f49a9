import type { Expression } from 'kysely';
import type { Db } from '../platform/database.ts';
import { numbersOf, type Search } from './contacts.queries.ts';
import { partsOf } from './name-parts.ts';
import { foldedWords } from './same-name.ts';

/** Each word looks through all contacts of the clinic; nobody's name has more. */
const MAX_WORDS = 8;

/** Digits without letters are a number; its trunk zeros and "00" are not part of what is stored. */
export function readSearch(typed: string): Search {
  const digits = typed.replace(/\D/g, '').replace(/^0+/, '');
  if (!/\p{L}|@/u.test(typed) && digits !== '') return { words: [], digits };
  const { words, generation } = partsOf(typed);
  // A title alone may be a name.
  const said = words.length > 0 ? [...words, generation ?? ''] : typed.split(' ');
  return {
    words: said
      .filter(Boolean)
      .slice(0, MAX_WORDS)
      .map((word) => ({ typed: word, names: foldedWords(word) })),
    digits: undefined,
  };
}

/** The numbers of the patients whom a search means, or the digits that it has; null for one that says nothing. */
export function searchNumbers(
  db: Db,
  orgId: string,
  typed: string,
): { numbers: Expression<{ phone: string | null }> } | { digits: string } | null {
  const { words, digits } = readSearch(typed);
  if (digits !== undefined) return { digits };
  return words.length === 0 ? null : { numbers: numbersOf(db, orgId, words) };
}
