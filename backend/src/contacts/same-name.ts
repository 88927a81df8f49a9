import { partsOf } from './name-parts.ts';

/** Letters of their own that people without them write otherwise; in SQL: app_private.fold_letters. */
const LETTERS: Record<string, string> = {
  æ: 'ae',
  œ: 'oe',
  ß: 'ss',
  þ: 'th',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ς: 'σ',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
  ة: 'ه',
};
const OWN_LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');
/** Where two letters are used for one: Mueller, Soerensen, Aase. */
const IN_TWO: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' };
const APOSTROPHES = /['’‘ʻʼ`´ـ]/g;
/** Accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic; the vowels of Hindi or Thai are letters. */
const ACCENTS =
  /[\u0300-\u036f]|[\u0591-\u05c7]|[\u0610-\u061a]|[\u064b-\u065f]|\u0670|[\u06d6-\u06ed]|[\u1ab0-\u1aff]|[\u1dc0-\u1dff]|[\u20d0-\u20ff]|[\ufe20-\ufe2f]/g;
const BETWEEN = /[\s.,\-‐‑–·・()"“”&/]+/;
const PARTICLES = new Set(
  'de del della di da das do dos du la le van von der den het ter ten vom zu zur bin bint ibn ben al el y e t s d o'.split(
    ' ',
  ),
);
/** With more it isn't a name; each of them is turned to the front once. */
const MAX_WORDS = 60;
/** No one writes more words of a name together. */
const MAX_RUN_WORDS = 4;

/** Small letters without accents and apostrophes, by the words they are in. The same rule is in SQL. */
export const foldedWords = (text: string): string[] =>
  text
    .replace(APOSTROPHES, '')
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .toLowerCase()
    .replace(OWN_LETTER, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFC')
    .split(BETWEEN)
    .filter(Boolean);

interface Compared {
  words: string[];
  /** A double name is one of them: "Smith-Jones" is a last name. */
  parts: number;
  generation: string;
  spellings: Set<string>;
}

function compared(name: string): Compared {
  const { words, generation } = partsOf(name);
  const line = words.join(' ');
  const end = generationOf(generation);
  const folded = foldedWords(line);
  const inTwo = foldedWords(
    line
      .normalize('NFC')
      .toLowerCase()
      .replace(/[äöüøå]/g, (it) => IN_TWO[it] ?? it),
  );
  const spellings = new Set([...spellingsOf(folded, end), ...spellingsOf(inTwo, end)]);
  const parts = words.filter((word) => telling(foldedWords(word)).full.size > 0).length;
  return { words: folded, parts, generation: end, spellings };
}

const generationOf = (text: string | null): string => {
  const said = (text ?? '').replace(/\W/g, '').toLowerCase();
  return { junior: 'jr', senior: 'sr', '2nd': 'ii', '3rd': 'iii', '4th': 'iv' }[said] ?? said;
};

/** How a name can be written without spaces: as it is said, and from two words on beginning with any of them. */
function spellingsOf(words: string[], generation: string): string[] {
  if (words.length === 0) return [];
  const plain = `${words.join('')}|${generation}`;
  if (words.length === 1 || words.length > MAX_WORDS) return [plain];
  const turned = words.map((_, at) => [...words.slice(at), ...words.slice(0, at)].join(''));
  return [plain, ...[...turned, words.toSorted().join('')].map((spelling) => `~${spelling}|${generation}`)];
}

/**
 * Whether two names are the same name, written differently: titles, case, accents, apostrophes, hyphens, spaces and
 * the order of the words aside. Two contacts of one phone with the same name are one. The same rule stands in SQL
 * (`app_private.is_same_name`).
 */
export const isSameName = (one: string, other: string): boolean =>
  !compared(one).spellings.isDisjointFrom(compared(other).spellings);

/**
 * Whether a person who gives the one name may be the person of the other: the same name, or one that leaves out middle
 * names, particles or a "Jr.". A first and a last name must agree; a name said twice, a particle or one part alone
 * proves nothing.
 */
export function isSamePerson(one: string, other: string): boolean {
  const [a, b] = [compared(one), compared(other)];
  if (!a.spellings.isDisjointFrom(b.spellings)) return true;
  if (a.generation !== '' && b.generation !== '' && a.generation !== b.generation) return false;
  if (Math.min(a.parts, b.parts) < 2) return false;
  const mine = telling(joinedLike(a.words, b.words));
  const theirs = telling(joinedLike(b.words, a.words));
  const [short, long] = mine.full.size <= theirs.full.size ? [mine, theirs] : [theirs, mine];
  if (short.full.size < 2 || !short.full.isSubsetOf(long.full)) return false;
  const more = [...long.full.difference(short.full), ...long.initials];
  return more.length === 0 || short.initials.every((letter) => more.some((word) => word.startsWith(letter)));
}

/** "Mary Ann" as "Maryann" where the other name has it so. */
export function joinedLike(words: string[], others: string[]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < words.length; ) {
    let length = Math.min(MAX_RUN_WORDS, words.length - at);
    while (length > 1 && !others.includes(words.slice(at, at + length).join(''))) length -= 1;
    joined.push(words.slice(at, at + length).join(''));
    at += length;
  }
  return joined;
}

/** What of a name tells people apart. An initial alone does not; in scripts without capitals one letter is a name. */
function telling(words: string[]): { full: Set<string>; initials: string[] } {
  const own = words.filter((word) => !PARTICLES.has(word));
  const isInitial = (word: string) => word.length === 1 && word.toUpperCase() !== word;
  return { full: new Set(own.filter((word) => !isInitial(word))), initials: own.filter(isInitial) };
}
