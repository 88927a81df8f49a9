/** A name taken apart. What comes before and after it says nothing about who it is. */
export interface NameParts {
  /** As they are written: "Prof.", "Dr."; degrees last. */
  titles: string[];
  /** In spoken order: first name first. */
  words: string[];
  /** "Jr.", "III", as it was given: it tells father and son apart. */
  generation: string | null;
}

const TITLES = new Map([
  ...'Mr Mrs Ms Mx Dr Dra Prof Rev Hon Sr Sra Srta Mme Mlle Dhr Mevr'
    .split(' ')
    .map((word) => [word.toLowerCase(), `${word}.`] as const),
  ...'Miss Sir Madam Herr Frau Señor Señora Señorita Signor Signora Monsieur Madame'
    .split(' ')
    .map((word) => [word.toLowerCase(), word] as const),
  ['senor', 'Señor'],
  ['senora', 'Señora'],
  ['senorita', 'Señorita'],
  ['mister', 'Mr.'],
  ['missus', 'Mrs.'],
  ['doctor', 'Dr.'],
  ['professor', 'Prof.'],
  ['reverend', 'Rev.'],
]);
const DEGREES = new Map(
  'MD DO DDS DMD PhD RN Esq CPA DC DPM OD DVM PA PA-C NP APRN CRNA LPN BSN MSN MBA MPH MSc BSc MA BA JD LLM PsyD EdD PharmD DPT PT OT LCSW LMFT LMHC RDH FACS FRCS MRCP MBBS MBChB'
    .split(' ')
    .map((word) => [word.toLowerCase(), word]),
);
/** Names too ("Anh Do", "Jack Ma"): a degree only behind a comma. */
const NAMES_TOO = new Set('do ma ba pa pt ot od dc np rn'.split(' '));
const GENERATION = /^(?:jr|sr|junior|senior|ii|iii|iv|2nd|3rd|4th)$/;

const bare = (word: string): string => word.replace(/[.,]/g, '').toLowerCase();
const wordsIn = (text: string): string[] => text.split(/\s+/).filter(Boolean);
const isGeneration = (word: string | undefined): word is string =>
  word !== undefined && GENERATION.test(bare(word));

/** "Lopez, Dr. Maria", "John Smith, Jr., MD" and "Jones, Robert Jr." as their parts. */
export function partsOf(name: string): NameParts {
  const pieces = name
    .split(',')
    .map(wordsIn)
    .filter((words) => words.length > 0);
  const degrees: string[] = [];
  let generation: string | null = null;
  while (pieces.length > 1) {
    const last = pieces.at(-1) ?? [];
    if (last.length === 1 && isGeneration(last[0])) generation ??= last[0];
    else if (last.every((word) => DEGREES.has(bare(word))))
      degrees.unshift(...last.map((word) => DEGREES.get(bare(word)) ?? word));
    else break;
    pieces.pop();
  }
  const titles: string[] = [];
  const halves = pieces.map((piece) => {
    const half = withoutEnds(piece);
    titles.push(...half.titles);
    degrees.unshift(...half.degrees);
    generation ??= half.generation;
    return half.words;
  });
  // "LOPEZ, MARIA" is how old systems sort. With more commas the order is unknown.
  const words = (halves.length === 2 ? inSpokenOrder(halves) : halves).flat();
  return { titles: [...titles, ...degrees], words, generation };
}

/** "Bond, James" and "Bond, James Bond". */
function inSpokenOrder([last = [], first = []]: string[][]): string[][] {
  const [a, b] = [last, first].map((words) => words.map(bare));
  if (last.length < first.length && a?.every((word) => b?.includes(word))) return [first];
  if (first.length < last.length && b?.every((word) => a?.includes(word))) return [last];
  return [first, last];
}

/** Titles before the words, and what is written behind a name without a comma, as long as a name is left. */
function withoutEnds(piece: string[]): NameParts & { degrees: string[] } {
  const words = [...piece];
  const titles: string[] = [];
  const degrees: string[] = [];
  let generation: string | null = null;
  if (!isCouple(words)) {
    for (let word = words[0]; word !== undefined && isTitle(word, piece); word = words[0]) {
      titles.push(TITLES.get(bare(word)) ?? word);
      words.shift();
    }
  }
  for (let last = words.at(-1); last !== undefined && words.length > 1; last = words.at(-1)) {
    const degree = NAMES_TOO.has(bare(last)) || words.length < 3 ? undefined : DEGREES.get(bare(last));
    if (degree !== undefined) degrees.unshift(degree);
    else if (isGeneration(last) && generation === null) generation = last;
    else break;
    words.pop();
  }
  return { titles, degrees, generation, words };
}

// "MS Dhoni" has initials; no one else is written so.
const isTitle = (word: string, piece: string[]): boolean =>
  TITLES.has(bare(word)) && !(word === 'MS' && piece.some((other) => /\p{Lu}\p{Ll}/u.test(other)));

/** "Mr and Mrs Smith" are two people. */
const isCouple = ([first = '', and = '', second = '']: string[]): boolean =>
  TITLES.has(bare(first)) && /^(?:and|&|und|y|et)$/i.test(and) && TITLES.has(bare(second));
