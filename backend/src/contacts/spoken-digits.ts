const UNITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const TEENS = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const DIGITS = new Map([
  ...UNITS.map((word, index) => [word, String(index)] as const),
  ...TEENS.map((word, index) => [word, String(index + 10)] as const),
  ...['oh', 'o', 'nought', 'naught'].map((word) => [word, '0'] as const),
  ['fourty', '40'],
]);
/** "double seven" is 77. */
export const REPEATS = new Map([
  ['double', 2],
  ['dubble', 2],
  ['triple', 3],
  ['treble', 3],
  ['quadruple', 4],
]);

export const isNumberWord = (word: string): boolean => DIGITS.has(word) || TENS.includes(word);

/** "twenty" is 20 unless a unit follows: then it is the 2 of "twenty five". */
export function numberOf(word: string, next: string | undefined): string {
  const tens = TENS.indexOf(word);
  if (tens < 0) return DIGITS.get(word) ?? '';
  return next !== undefined && UNITS.indexOf(next) > 0 ? String(tens + 2) : `${tens + 2}0`;
}
