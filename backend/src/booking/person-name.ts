import { visibleLine } from '@voxanne/contract';

export interface PersonName {
  name: string;
  /** "Dr.", "Mrs.", "Prof. Dr."; never part of the name, so that the person is found with and without it. */
  title: string | null;
}

const LONGEST = 120;
/** Letters of any script and what stands between them in names; a semicolon, a bracket or an @ is something else. */
const NAME = /^[\p{L}\p{M}\p{N} '’‘ʻʼ`´.,\-‐‑–·・()"“”&/]+$/u;
const NO_LETTER = /[^\p{L}]/gu;
const PHONE_IN_IT = /(?<!\p{N})\p{N}{7,12}(?!\p{N})/u;
const MARKS_HEAPED = /\p{M}{5}/u;
/** What a model or a person writes where a name is asked for. All words must be of these. */
const NO_NAME_WORDS = new Set(
  [
    'unknown anonymous na n a none null nil undefined not given provided available applicable specified known no',
    'name first last full surname patient caller customer client user tbd missing private withheld the my your',
    'unbekannt anonym desconocido anonimo anónimo inconnu sconosciuto',
  ].flatMap((line) => line.split(' ')),
);
/** Spelled "n. a.", and what is a name only with another one: "Test User" is somebody's. */
const NO_NAMES = new Set(['na', 'test', 'notprovided']);

const TITLES = new Map([
  ...'Mr Mrs Ms Mx Dr Prof Rev Sra Srta Mme Mlle Dhr'
    .split(' ')
    .map((word) => [word.toLowerCase(), `${word}.`] as const),
  ...'Miss Sir Madam Herr Frau Señor Señora Señorita Signor Signora Monsieur Madame'
    .split(' ')
    .map((word) => [word.toLowerCase(), word] as const),
  ['doctor', 'Dr.'],
  ['professor', 'Prof.'],
]);
const DEGREES = new Map(
  ['MD', 'DO', 'DDS', 'DMD', 'PhD', 'RN', 'Esq'].map((word) => [word.toLowerCase(), word]),
);
const SUFFIX = /^(?:jr|sr|ii|iii|iv)\.?$/i;

const PARTICLES = new Set(
  "de del da das do dos du la van von der den ter ten vom zu zur bin bint ibn y 't s/o d/o".split(' '),
);
/** Where "Van" is a name of one's own. */
const VIETNAMESE = new Set(
  'nguyen nguyễn tran trần le lê pham phạm hoang hoàng huynh huỳnh phan vu vũ vo võ dang đặng bui bùi do đỗ ho hồ ngo ngô duong dương ly lý'.split(
    ' ',
  ),
);
/** No rule for all of "Mac": Mackenzie, Macy and Machado are written so. */
const MACS = new Set('macarthur macdonald macdougall macgregor macleod macmillan macpherson'.split(' '));
// Uncased in names, although Unicode has capitals for headlines.
const GEORGIAN = /[\u10d0-\u10ff]/;

/**
 * A person's name as it is written where they come from, and the title before it; null when it is none. Words all in
 * small letters or all in CAPITALS come from speech recognition and old systems and are cased; mixed case is deliberate
 * and stays. The same rule, less the titles and the countries' letters, stands in SQL (`app_private.normalize_name`).
 */
export function readName(text: string, country: string): PersonName | null {
  const line = visibleLine(text)
    // Kept where a script joins letters with them; names are compared letter by letter.
    .replace(/[\u200c\u200d]/g, '')
    .replace(/^["“'](.*)["”']$/, '$1')
    .replace(/[\s,]+$/, '');
  if (line.length > LONGEST || !NAME.test(line) || !/\p{L}/u.test(line)) return null;
  if (PHONE_IN_IT.test(line) || MARKS_HEAPED.test(line)) return null;
  const { words, title } = withoutTitle(inSpokenOrder(line));
  if (words.length === 0 || saysNothing(words)) return null;
  return { name: words.map((word, index) => casedWord(word, index, words, country)).join(' '), title };
}

const bare = (word: string): string => word.replace(/[.,]+$/, '').toLowerCase();

// "Patient" is nobody; "Patient 12" is how somebody tells people apart.
const saysNothing = (words: string[]): boolean =>
  words
    .join(' ')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter(Boolean)
    .every((word) => NO_NAME_WORDS.has(word)) ||
  NO_NAMES.has(words.join('').replace(NO_LETTER, '').toLowerCase());

/** "LOPEZ, MARIA" is how old systems sort; "Lopez, Jr." and "Lopez, MD" are not. */
function inSpokenOrder(line: string): string {
  const [last = '', first, ...more] = line.split(/\s*,\s*/);
  if (first === undefined || more.length > 0) return line;
  if (SUFFIX.test(first) || DEGREES.has(bare(first).replaceAll('.', ''))) return `${last}, ${first}`;
  return /\p{L}/u.test(first) && /\p{L}/u.test(last) ? `${first} ${last}` : line;
}

function withoutTitle(line: string): { words: string[]; title: string | null } {
  const words = line.split(' ');
  const titles: string[] = [];
  const mixed = isMixed(words);
  while (words.length > 0) {
    const [word = ''] = words;
    const title = TITLES.get(bare(word));
    // "MS Dhoni" has initials; nobody else is written so.
    if (title === undefined || (word === 'MS' && mixed)) break;
    titles.push(title);
    words.shift();
  }
  const degree = DEGREES.get(bare(words.at(-1) ?? '').replaceAll('.', ''));
  if (degree !== undefined && words.at(-2)?.endsWith(',')) {
    titles.push(degree);
    words.pop();
  }
  const last = words.length - 1;
  const end = words[last];
  // The full stop of the sentence, not that of "Jr." or of an initial.
  if (end !== undefined && !SUFFIX.test(end))
    words[last] = end.replace(/,$/, '').replace(/(\p{L}{3})\.$/u, '$1');
  return { words, title: titles.length > 0 ? titles.join(' ') : null };
}

const isLower = (word: string): boolean => word === word.toLowerCase() && word !== word.toUpperCase();
const isUpper = (word: string): boolean => word === word.toUpperCase() && word !== word.toLowerCase();
const isMixed = (words: string[]): boolean =>
  words.some((word) => !isLower(word) && !isUpper(word) && word !== word.toLowerCase());

function casedWord(word: string, index: number, words: string[], country: string): string {
  if ((!isLower(word) && !isUpper(word)) || GEORGIAN.test(word)) return word;
  // "TJ Smith": beside deliberate case, two capitals are initials.
  if (/^\p{Lu}{2}$/u.test(word) && isMixed(words)) return word;
  const lower = word.toLowerCase();
  if (index > 0) {
    if (/^i(?:i|ii|v)$/.test(lower)) return lower.toUpperCase();
    if (index < words.length - 1 && isParticle(lower, index, words)) return lower;
  }
  const language = languageOf(word, country);
  const parts = word.split(/([-‐‑'’ʼ‘.])/u);
  return parts
    .map((part, at) => {
      if (at % 2 === 1) return part;
      const sign = parts[at - 1];
      const before = parts[at - 2]?.toLowerCase() ?? '';
      const small = part.toLocaleLowerCase(language);
      if (sign !== undefined && /['’ʼ‘]/.test(sign) && !(/^[dlmno]$/.test(before) && part.length > 1))
        return small;
      if (at === 0 && index > 0 && small === 'al' && parts[1] === '-') return small;
      return capitalised(small, language);
    })
    .join('');
}

function isParticle(word: string, index: number, words: string[]): boolean {
  if (!PARTICLES.has(word.replace('’', "'"))) return false;
  const before = words[index - 1]?.toLowerCase() ?? '';
  if (word === 'van') return !VIETNAMESE.has(before);
  // "la" and "der" follow another particle, "y" joins two surnames; else they are names or initials.
  if (word === 'la' || word === 'der' || word === 'den') return /^(?:de|van|von|aus)$/.test(before);
  return word !== 'y' || index > 1;
}

function capitalised(word: string, language: string): string {
  if (/^mc\p{L}{2}/u.test(word)) return `Mc${capitalised(word.slice(2), language)}`;
  if (MACS.has(word)) return `Mac${capitalised(word.slice(3), language)}`;
  if (language === 'nl' && word.startsWith('ij')) return `IJ${word.slice(2)}`;
  const [first = ''] = word;
  return first.toLocaleUpperCase(language) + word.slice(first.length);
}

/** The dotted and the dotless i of Turkish, and the Dutch IJ, are cased by their own rules. */
function languageOf(word: string, country: string): string {
  if (country === 'TR' || country === 'AZ' || /[ğĞıİ]/.test(word)) return 'tr';
  return country === 'NL' || country === 'BE' ? 'nl' : 'en';
}
