const UNITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const TEENS = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const DIGITS = new Map([
  ...UNITS.map((word, index) => [word, String(index)] as const),
  ...TEENS.map((word, index) => [word, String(index + 10)] as const),
  ...['oh', 'o', 'nought'].map((word) => [word, '0'] as const),
]);
const ZEROS = new Map([
  ['hundred', '00'],
  ['thousand', '000'],
]);
const REPEATS = new Map([
  ['double', 2],
  ['triple', 3],
]);
const SIGNS = new Map([
  ['plus', '+'],
  ['extension', ' ext. '],
  ['ext', ' ext. '],
]);
/** What is said between the digits and means nothing. */
const FILLERS = new Set(
  'um uh er the my it its is so number phone area code country and then dash hyphen dot point space'.split(
    ' ',
  ),
);

/**
 * Writes number words as digits ("four one five, double five" becomes "41555"), and leaves a text of which one word
 * is no number as it is: half a number understood is a wrong number.
 */
export function digitsOfSpeech(text: string): string {
  const words = text
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/(?<=\p{L})-(?=\p{L})/gu, ' ')
    .match(/\p{L}+|[^\s\p{L}]+/gu);
  if (!words?.some(isNumberWord)) return text;
  let said = '';
  let repeat = 1;
  for (const [index, word] of words.entries()) {
    const written = isNumberWord(word)
      ? numberOf(word, words[index + 1])
      : (ZEROS.get(word) ??
        SIGNS.get(word) ??
        (/^\p{L}/u.test(word) ? undefined : word.replace(/[,;:]/g, '')));
    if (written !== undefined) {
      said += written.repeat(repeat);
      repeat = 1;
    } else if (REPEATS.has(word)) repeat = REPEATS.get(word) ?? 1;
    else if (!FILLERS.has(word)) return text;
  }
  return said;
}

const isNumberWord = (word: string): boolean => DIGITS.has(word) || TENS.includes(word);

/** "twenty" is 20 unless a unit follows: then it is the 2 of "twenty five". */
function numberOf(word: string, next: string | undefined): string {
  const tens = TENS.indexOf(word);
  if (tens < 0) return DIGITS.get(word) ?? '';
  return next !== undefined && UNITS.indexOf(next) > 0 ? String(tens + 2) : `${tens + 2}0`;
}

/** What is said before the address, and how it is to be written; each stands between spaces. */
const AROUND_EMAIL = [
  /^ (?:(?:um|uh|er|well|so|okay|yes) )*(?:(?:my|the|her|his) )?e-?mail (?:address )?(?:is )?/,
  /^ (?:(?:um|uh|er|well|so|okay|yes) )*(?:it'?s|it is|that'?s|that is) /,
  / (?:all )?(?:in )?(?:lower ?case|one word|no spaces?) /g,
  / (?:capital|the letter) (?=[a-z] )/g,
];
const IN_EMAIL: [RegExp, string][] = [
  [/[([{<]\s*at\s*[)\]}>]/g, '@'],
  [/[([{<]\s*dot\s*[)\]}>]/g, '.'],
  // "d as in dog", "b for bravo".
  [/\b([a-z]) (?:as in|like|for) [a-z]+\b/g, '$1'],
  [/ at sign /g, ' @ '],
  [/ at /g, ' @ '],
  [/ (?:dot|period|point) /g, ' . '],
  [/ underscore /g, ' _ '],
  [/ under score /g, ' _ '],
  [/ (?:dash|hyphen|minus) /g, ' - '],
  [/ plus /g, ' + '],
];

/** "jane dot doe at gmail dot com" as it is written; also spelled by letters ("j, a, n, e") and with number words. */
export function emailOfSpeech(text: string): string {
  // Twice the space between two words: each pattern takes the one before and the one after.
  let said = ` ${text
    .toLowerCase()
    .replace(/[,\s]+/g, ' ')
    .trim()} `;
  for (const [spoken, written] of IN_EMAIL)
    said = said.replaceAll(' ', '  ').replace(spaced(spoken), written).replace(/ +/g, ' ');
  for (const around of AROUND_EMAIL) said = said.replace(around, ' ');
  return said.split('@').map(joined).join('@');
}

const spaced = (pattern: RegExp): RegExp => new RegExp(pattern.source.replaceAll(' ', ' +'), 'g');

function joined(part: string): string {
  const words = part
    .replace(/(?<=\b[a-z])-(?=[a-z]\b)/g, ' ')
    .split(' ')
    .filter(Boolean);
  let said = '';
  let repeat = 1;
  for (const [index, word] of words.entries()) {
    if (REPEATS.has(word) && index + 1 < words.length) {
      repeat = REPEATS.get(word) ?? 1;
      continue;
    }
    said += (word !== 'o' && isNumberWord(word) ? numberOf(word, words[index + 1]) : word).repeat(repeat);
    repeat = 1;
  }
  return said;
}
