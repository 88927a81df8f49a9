import { visibleLine } from '@voxanne/contract';
import { partsOf } from './name-parts.ts';

export interface PersonName {
  name: string;
  /** "Dr.", "Mrs.", "Prof. Dr."; never part of the name, so that the person is found with and without it. */
  title: string | null;
}

const LONGEST = 120;
/** Letters of any script and what comes between them in names; a semicolon, a bracket or an @ is something else. */
const NAME = /^[\p{L}\p{M}\p{N} '’‘ʻʼ`´.,\-‐‑–·・()"“”&/]+$/u;
const NO_LETTER = /[^\p{L}]/gu;
const PHONE_IN_IT = /(?<!\p{N})\p{N}{7,12}(?!\p{N})/u;
const MARKS_HEAPED = /\p{M}{5}/u;
/** What a model or a person writes where a name is asked for. All words must be of these. */
const NO_NAME_WORDS = new Set(
  [
    'unknown anonymous na n a none null nil undefined not given provided available applicable specified known no',
    'name first last full surname patient caller customer client user tbd missing private withheld the my your',
    'me he she myself it is this speaking yes yeah yep okay ok sure',
    'unbekannt anonym desconocido anonimo anónimo inconnu sconosciuto',
  ].flatMap((line) => line.split(' ')),
);
/** Spelled "n. a.", and what is a name only with another one: "Test User" is someone's. */
const NO_NAMES = new Set(['na', 'test', 'notprovided']);

const GREETING = '(?:hi|hello|hey|yes|yeah|sure|okay|ok|well|um+|uh+|er)';
const RELATIVE =
  '(?:my|our) (?:son|daughter|wife|husband|partner|spouse|mother|father|mom|mum|dad|child|kid|baby|brother|sister|grandson|granddaughter|grandmother|grandfather|friend)';
const SENTENCES = [
  "(?:(?:my|the|his|her|their|our|(?:the )?patient(?:['’]s)?) )?(?:(?:full|first and last|last and first) )?name(?: is|['’]s| would be|:)",
  '(?:the )?patient(?: name|:| is)',
  `(?:this is|i am|i['’]m|it is|it['’]s|that is|that['’]s)(?: for)?(?: ${RELATIVE},?)?`,
  `(?:for )?${RELATIVE}(?:['’]s name is|,)?`,
  // Who calls, and for whom.
  `.+ for ${RELATIVE},?`,
];
const HESITATION = /^(?:(?:um+|uh+|hm+|yes|yeah|okay) )+(?=\S+ \S)/i;
/** A greeting alone goes only before a comma: Hi and So are names. */
const BEFORE_NAME = new RegExp(
  `^(?:(?:(?:${GREETING}|so|good (?:morning|afternoon|evening))[ ,.]+)*(?:${SENTENCES.join('|')}) |${GREETING},\\s*)`,
  'i',
);
const SPELLED = /,? *(?<!\p{L})(?:spelled |spelt |that['’]?s )?((?:\p{L}[-. ]+){2,}\p{L})(?!\p{L})\.?,?/iu;
const BEHIND_NAME = /,? (?:speaking|calling|please|thanks|thank you|from .+)[.!]?$/i;
const NTH = new Map([
  ['second', 'II'],
  ['third', 'III'],
  ['fourth', 'IV'],
]);

const PARTICLES = new Set(
  "de del da das do dos du la van von der den ter ten vom zu zur bin bint ibn y and 't s/o d/o".split(' '),
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
 * A person's name as it is written where they come from, and the title before it; null when it isn't a name. Words all in
 * small letters or all in CAPITALS come from speech recognition and old systems and are cased; mixed case is deliberate
 * and stays. The same rule, less the titles and the countries' letters, is in SQL (`app_private.normalize_name`).
 */
export function readName(text: string, country: string): PersonName | null {
  if (text.length > 4 * LONGEST) return null;
  const line = withoutCarrier(
    visibleLine(text)
      // Kept where a script joins letters with them; names are compared letter by letter.
      .replace(/[\u200c\u200d]/g, '')
      .replace(/^["“'](.*)["”']$/, '$1')
      .replace(/^[\s,;:!?¡¿]+|[\s,;:!?]+$/g, ''),
  );
  if (line.length > LONGEST || !NAME.test(line) || !/\p{L}/u.test(line)) return null;
  if (PHONE_IN_IT.test(line) || MARKS_HEAPED.test(line)) return null;
  const { titles, words: bare, generation } = partsOf(line);
  const words = withGeneration(bare, generation, line);
  if (bare.length === 0 || saysNothing(words)) return null;
  return {
    name: words.map((word, index) => casedWord(word, index, words, country)).join(' '),
    title: titles.length > 0 ? titles.join(' ') : null,
  };
}

/** "My name is Ana Ruiz", "Hi, this is Ana Ruiz", "Ana Ruiz speaking". */
const withoutCarrier = (line: string): string =>
  withoutSpelling(
    line
      .replace(BEFORE_NAME, '')
      .replace(HESITATION, '')
      .replace(BEHIND_NAME, '')
      .replace(/ comma /gi, ', ')
      .replace(/,? the (second|third|fourth)$/i, (_, nth) => ` ${NTH.get(nth.toLowerCase())}`),
  );

/** "Ana Rees, R-H-Y-S": what is spelled is how the name before it is written. Initials have no name before them. */
function withoutSpelling(line: string): string {
  const found = SPELLED.exec(line);
  if (found === null) return line;
  const [all, letters = ''] = found;
  const before = line.slice(0, found.index).split(/[ ,]+/).filter(Boolean);
  const rest = line.slice(found.index + all.length);
  const spelled = letters.replace(/[^\p{L}]/gu, '').toLowerCase();
  const last = before.at(-1)?.toLowerCase() ?? '';
  if (last === spelled) return withoutSpelling(line.slice(0, found.index) + rest);
  const isLastName = rest === '' && before.length > 1 && last[0] === spelled[0];
  return isLastName ? [...before.slice(0, -1), spelled].join(' ') : line;
}

// "Patient" is no one; "Patient 12" tells people apart.
const saysNothing = (words: string[]): boolean =>
  words
    .join(' ')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter(Boolean)
    .every((word) => NO_NAME_WORDS.has(word)) ||
  NO_NAMES.has(words.join('').replace(NO_LETTER, '').toLowerCase());

function withGeneration(words: string[], generation: string | null, line: string): string[] {
  const last = words.at(-1) ?? '';
  if (generation === null) {
    // The full stop of the sentence, not that of an initial.
    return [...words.slice(0, -1), last.replace(/(\p{L}{2})\.$/u, '$1')];
  }
  return [...words.slice(0, -1), line.includes(`${last}, ${generation}`) ? `${last},` : last, generation];
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
