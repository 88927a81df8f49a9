import type { Vocabulary } from './vocabulary.ts';

/** Longer than any wish; what recites the whole conversation is not believed. */
const CHARACTERS_READ = 320;
const TERMS_READ = 60;

/**
 * What was said as the terms of the grammar, without the noise of speech recognition: no capitals, no fillers,
 * numbers as numbers. `?` is a word nobody here knows (`?did` one that may be a verb of the past, `foreign` in
 * letters that this language does not have), `!` one that has no reading and leads to a question, `,` a mark.
 * @param monthFirst how the clinic's country writes 3/4.
 */
export function readTerms(text: string, vocabulary: Vocabulary, monthFirst: boolean): string[] {
  const pieces = split(clean(text.slice(0, CHARACTERS_READ)), vocabulary, monthFirst);
  const terms = rehear(numbered(named(pieces, vocabulary), vocabulary));
  return text.length > CHARACTERS_READ || terms.length > TERMS_READ
    ? [...terms.slice(0, TERMS_READ), '!']
    : terms;
}

/** A word, or what is a term already. */
interface Piece {
  word?: string;
  term?: string;
}

function clean(text: string): string {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/\p{C}|\p{So}/gu, ' ')
      .replace(/[’‘`´]/g, "'")
      .replace(/(?<!\p{L})([ap])\.? ?m\b\.?/gu, ' $1m ')
      // Number of a telephone.
      .replace(
        /(?<![\d/.:-])(?:\+?\d{1,3}[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-]?)?\d{3}[ .-]\d{4}(?![\d/.:-])/g,
        ' § ',
      )
      .replace(/(?<=\d) (?=(?:st|nd|rd|th)\b)/g, '')
      .replace(/(?<=\d(?:st|nd|rd|th))\.(?= of\b)/g, '')
      // "1. 45 pm", but "the 4. 10 am" is a date and an hour.
      .replace(/(?<![\d.:/-])(\d{1,2})[.:] (1[3-9]|[2-5]\d)(?= +[ap]m\b)/g, '$1:$2')
  );
}

const TOKEN = new RegExp(
  [
    '(?<iso>(?<![\\d-])\\d{4}([-/.])\\d{1,2}\\2\\d{1,2})(?!\\d)(?<whole>t(?=\\d))?',
    '(?<date>(?<![\\d/.-])\\d{1,2}([/.-])\\d{1,2}\\5(?:\\d{4}|\\d{2})(?![\\d/.-]?\\d)|(?<![\\d/.-])\\d{1,2}\\.\\d{1,2}\\.(?!\\d)|(?<![\\d/.-])\\d{1,2}/\\d{1,2}(?![\\d/.-]?\\d))',
    '(?<clock>(?<![\\d:.-])\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?)(?![\\d:])(?<offset> ?z(?!\\p{L})| ?(?:gmt|utc)?[+-]\\d{2}:?\\d{2}(?![\\d:]))?',
    '(?<apart>(?<![\\d:.-])\\d{1,2}[.h]\\d{2}(?![\\d.]))',
    '(?<number>\\d+)(?<glued>[\\p{L}]+)?',
    "(?<word>[\\p{L}\\p{M}][\\p{L}\\p{M}\\p{N}']*)",
    '(?<sign>\\S)',
  ].join('|'),
  'gu',
);

function split(text: string, vocabulary: Vocabulary, monthFirst: boolean): Piece[] {
  const pieces: Piece[] = [];
  let isTimestamp = false;
  for (const found of text.matchAll(TOKEN)) {
    const { iso, whole, date, clock, offset, apart, number, glued, word, sign } = found.groups ?? {};
    if (iso) pieces.push({ term: isoDate(iso) });
    else if (date) pieces.push({ term: numericDate(date, monthFirst) });
    else if (clock) pieces.push(...clockTerms(clock, offset, isTimestamp));
    else if (apart) pieces.push(...apart.split(/[.h]/).map((part) => ({ term: numberTerm(part) })));
    else if (number) pieces.push(...numberPieces(number, glued, vocabulary));
    else if (word)
      pieces.push(
        { word: bare(word, vocabulary) },
        ...(isOwnMonth(word, vocabulary) ? [{ term: 'own' }] : []),
      );
    else pieces.push(...signPieces(text, found.index, sign ?? '', vocabulary));
    isTimestamp = whole !== undefined;
  }
  return pieces.flatMap((piece, at) => {
    if (piece.term !== '-') return [piece];
    const isSpan = [pieces[at - 1], pieces[at + 1]].every((side) =>
      /^(wd|mo)/.test(vocabulary.words.get(side?.word ?? '') ?? ''),
    );
    return isSpan ? [{ term: 'to' }] : [];
  });
}

const isoDate = (text: string): string => {
  const [year, month, day] = text.split(/\D/).map(Number);
  return `date:${year}-${month}-${day}`;
};

/** The order of the clinic's country; the other one only when the country's own makes no month. */
function numericDate(text: string, monthFirst: boolean): string {
  const [first = 0, second = 0] = text.split(/\D/).map(Number);
  const [, , year = ''] = text.split(/\D/);
  const isMonthFirst = monthFirst ? first <= 12 || second > 12 : second > 12 && first <= 12;
  const [month, day] = isMonthFirst ? [first, second] : [second, first];
  // "3/12" may be the third of December as well.
  const canSwap = first <= 12 && second <= 12 && first !== second;
  const century = year.length === 2 ? `20${year}` : year;
  return `date:${century && Number(century)}-${month}-${day}${canSwap ? ':either' : ''}`;
}

/** "10:00-11:00" is a span, "14:00-05:00" a time with its offset. */
function clockTerms(clock: string, offset: string | undefined, isTimestamp: boolean): Piece[] {
  const term = `clock:${clock.slice(0, clock.indexOf(':') + 3)}`;
  const zone = offset?.replace(/gmt|utc/, '').trim();
  if (!zone) return [{ term }];
  const end = /^-(\d\d):?(\d\d)$/.exec(zone);
  const [hour, minute] = clock.split(':').map(Number);
  const isLater = end && Number(end[1]) * 60 + Number(end[2]) > (hour ?? 0) * 60 + (minute ?? 0);
  if (isLater && !isTimestamp && clock.length < 6) {
    return [{ term }, { term: 'to' }, { term: `clock:${end[1]}:${end[2]}` }];
  }
  return [{ term: `${term}/${zone}` }];
}

const numberTerm = (digits: string): string =>
  digits.length === 2 && digits.startsWith('0') ? `z${Number(digits)}` : `n${Number(digits)}`;

function numberPieces(digits: string, glued: string | undefined, { words }: Vocabulary): Piece[] {
  const military = /^0\d{3}$/.test(digits) ? `clock:${digits.slice(0, 2)}:${digits.slice(2)}` : undefined;
  const number = military ?? numberTerm(digits);
  if (glued === undefined) return [{ term: number }];
  if (/^(st|nd|rd|th)$/.test(glued)) return [{ term: `o${Number(digits)}` }];
  if (glued === 'a' || glued === 'p') return [{ term: number }, { term: `${glued}m` }];
  // "apartment 4b"; "2morrow" is in the vocabulary as a whole.
  if (words.has(digits + glued)) return [{ word: digits + glued }];
  return words.has(glued) ? [{ term: number }, { word: glued }] : [{ term: '?' }];
}

/** "Wednesday's" is Wednesday, "that's" a word of its own. */
function bare(word: string, { words }: Vocabulary): string {
  const plain = word.replaceAll("'", '');
  const [base = ''] = word.split("'s");
  return word.endsWith("'s") && words.get(plain) !== '~' && words.has(base) ? base : plain;
}

/** "December's third Thursday" is no date. */
const isOwnMonth = (word: string, { words }: Vocabulary): boolean =>
  word.endsWith("'s") && /^mo/.test(words.get(word.slice(0, -2)) ?? '');

function signPieces(text: string, at: number, sign: string, { words }: Vocabulary): Piece[] {
  const [before = ' ', after = ' '] = [text[at - 1], text[at + 1]];
  if (sign === '§') return [{ term: '§' }];
  if (words.has(sign)) return [{ word: sign }];
  if (/[-‐‑‒–—−]/.test(sign)) {
    if (/\p{L}/u.test(before) && /\p{L}/u.test(after)) return [{ term: '-' }];
    if (/[\p{L}\d]/u.test(before) && /\d/.test(after)) return [{ term: 'to' }];
    return [{ term: /\s/.test(before) && /\d/.test(after) ? '?' : ',' }];
  }
  if (sign === '/') return [{ term: /[\p{L}\s]/u.test(before) && /[\p{L}\s]/u.test(after) ? 'or' : '?' }];
  if (/[.:]/.test(sign) && /\d/.test(after)) return [{ term: '?' }];
  return [{ term: /[.,;:!?…()"“”*]/.test(sign) ? ',' : '?' }];
}

/** Words and phrases by the terms of the vocabulary; the longest phrase first. */
function named(pieces: Piece[], vocabulary: Vocabulary): Piece[] {
  const terms: Piece[] = [];
  for (let at = 0; at < pieces.length; ) {
    const { word } = pieces[at] ?? {};
    const phrase = vocabulary.phrases
      .get(word ?? '')
      ?.find(({ words }) =>
        words.every((one, ahead) => (pieces[at + ahead]?.word ?? pieces[at + ahead]?.term) === one),
      );
    if (phrase) {
      terms.push(...phrase.terms.map((term) => ({ term })));
      at += phrase.words.length;
      continue;
    }
    const piece = pieces[at] ?? {};
    const isNumber = word !== undefined && (vocabulary.numbers.has(word) || vocabulary.ordinals.has(word));
    if (word === undefined || isNumber) terms.push(piece);
    else terms.push(...termsOf(word, vocabulary).map((term) => ({ term })));
    at += 1;
    // "Nov. 23", "Dr. Lee": the period belongs to the word.
    if (word && word.length < 5 && word !== 'may' && pieces[at]?.term === ',' && isShort(word, vocabulary))
      at += 1;
  }
  return terms;
}

const isShort = (word: string, { words }: Vocabulary): boolean =>
  /^(mo|wd|label|street)/.test(words.get(word) ?? '') || ['dr', 'mr', 'mrs', 'ms'].includes(word);

function termsOf(word: string, { words, telling, pastEnding }: Vocabulary): string[] {
  const term = words.get(word);
  if (term !== undefined) return term.split(' ').filter(Boolean);
  if (!/\p{Script=Latin}/u.test(word)) return ['foreign'];
  if (telling.some((other) => isNearly(word, other))) return ['!'];
  return [word.length > 4 && word.endsWith(pastEnding) ? '?did' : '?'];
}

/** One letter more, less, other or exchanged. */
function isNearly(word: string, other: string): boolean {
  if (word.length < 5 || Math.abs(word.length - other.length) > 1) return false;
  let start = 0;
  while (start < word.length && word[start] === other[start]) start += 1;
  const [a, b] = [word.slice(start), other.slice(start)];
  return (
    a.slice(1) === b.slice(1) ||
    a.slice(1) === b ||
    a === b.slice(1) ||
    (a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2))
  );
}

/** Numbers in words put together: "twenty third", "nine oh five", "two thousand twenty seven". */
function numbered(pieces: Piece[], { numbers, ordinals, tens }: Vocabulary): string[] {
  const terms: string[] = [];
  for (let at = 0; at < pieces.length; at += 1) {
    const { word = '', term } = pieces[at] ?? {};
    const next = pieces[at + 1];
    const [value, nth] = [numbers.get(word), ordinals.get(word)];
    const isRound = tens.has(word) || (term !== undefined && /^n[23]0$/.test(term));
    const [unit, nthUnit] = [numbers.get(next?.word ?? '') ?? 0, ordinals.get(next?.word ?? '') ?? 0];
    const round = value ?? Number(term?.slice(1));
    const written = /^o(\d)$/.exec(next?.term ?? '');
    if (isRound && tens.has(word) && unit > 0 && unit < 10) terms.push(`n${round + unit}`);
    else if (isRound && nthUnit > 0 && nthUnit < 10) terms.push(`o${round + nthUnit}`);
    else if (isRound && written) terms.push(`o${round + Number(written[1])}`);
    else if ((term === 'zero' || word === 'zero') && unit > 0 && unit < 10) terms.push(`z${unit}`);
    else if ((term === 'zero' || word === 'zero') && /^n\d$/.test(next?.term ?? ''))
      terms.push(`z${next?.term?.slice(1)}`);
    else {
      if (term !== 'zero') terms.push(term ?? (nth === undefined ? `n${value}` : `o${nth}`));
      continue;
    }
    at += 1;
  }
  return terms
    .join(' ')
    .replace(/\bn2 thousand (?:and )?n(\d\d)\b/g, 'n20$1')
    .split(' ')
    .filter(Boolean);
}

const SOUNDS: Readonly<Record<string, string>> = { to: 'n2', for: 'n4' };
/** After these a pause is a hesitation: "on Thursday at, uh, ten". */
const IS_OPEN = /^(at|on|in|the|of|for|around|next|this|,)$/;
const AS_NUMBER = /^(am|pm|oclock|day|week|month|year|hour|minute)$/;
const AFTER_HOUR = /^(am|pm|oclock|n15|n30|n45|,|on|in|today|tomorrow|wd\d)$/;
const OF_TIME = /^([noz]\d+|the|of|to|past|mo\d+|wd\d|clock:.*|tomorrow|today)$/;

/** Words that sound like another: "at for pm", "the first of may", "two come in". */
function rehear(terms: string[]): string[] {
  return terms.flatMap((term, at): string[] => {
    if (term === ',' && IS_OPEN.test(terms[at - 1] ?? '')) return [];
    const [before = '', after = ','] = [terms[at - 1], terms[at + 1]];
    // "from ten tell noon"
    if (term === 'sound:until') return [/^(noon|midnight|[nz]\d|clock:)/.test(after) ? 'until' : '~'];
    // "fifteen thirty four the checkup" may be half past three, for the checkup.
    if (/^n[2-5]4$/.test(term) && after === 'the') return [term, '!'];
    const sound = SOUNDS[term] ?? (term.startsWith('sound:') ? `n${term.slice(6)}` : undefined);
    if (sound && (AS_NUMBER.test(after) || (before === 'at' && AFTER_HOUR.test(after)))) return [sound];
    if (term === 'sound:8' && /^(me|they)$/.test(before)) return ['did'];
    if (term.startsWith('sound:')) return [OF_TIME.test(before) || OF_TIME.test(after) ? '!' : '~'];
    // "tomorrow four my son", "except four Tuesday"
    const isFor =
      /^(mine|things)$/.test(after) ||
      /^(things|year|hour|minute)$/.test(terms[at + 2] ?? '') ||
      (before === 'not' && /^wd/.test(after));
    if (term === 'n4' && isFor && !/^(at|past|to|of|half|quarter|around)$/.test(before)) return ['for'];
    if (term !== 'mo5') return [term];
    const isMonth = /^(n|z|o|the)/.test(after) || /^(n\d|z|o\d|of|in|this|next|last)/.test(before);
    return [isMonth ? term : '~'];
  });
}
