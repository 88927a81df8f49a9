import { isNumberWord, numberOf, REPEATS } from './spoken-digits.ts';

const ZEROS = new Map([
  ['hundred', '00'],
  ['thousand', '000'],
]);
const SIGNS = new Map([
  ['plus', '+'],
  ['extension', ' ext. '],
  ['ext', ' ext. '],
  ['extn', ' ext. '],
  ['x', ' ext. '],
]);
/** What is said around and between the digits and means nothing. */
const AROUND = new Set(
  [
    'um uh er ah hm the a my our his her their its it is so that thats this number phone area code country and then',
    'dash hyphen dot point space period slash comma pause open close parenthesis parentheses bracket brackets',
    'handy mobil privat festnetz casa movil celular home cell cellphone cellular mobile work office business house landline line main direct best daytime evening',
    'whatsapp tel telephone fon contact digits please thanks thank you yes yeah sure okay ok well hi hello right',
    'would be can reach me at on use call calling text i am im from',
  ].flatMap((line) => line.split(' ')),
);
/** Speech recognition writes these for digits; only between two other ones is it sure that it did. */
const HEARD_AS = new Map([
  ['to', 'two'],
  ['too', 'two'],
  ['for', 'four'],
  ['fore', 'four'],
  ['won', 'one'],
  ['ate', 'eight'],
]);

/**
 * A dictated phone number as digits ("four one five, double five" becomes "41555"), without the words around it
 * ("415-555-0132 (home)"). A text of which one word is neither stays as it is: half a number understood is a wrong
 * number.
 */
export function digitsOfSpeech(text: string): string {
  if (!/\p{L}/u.test(text)) return text.replace(/[,;]/g, ' ').replace(/[\s.:!?-]+$/, '');
  const words = asHeard(
    text
      .toLowerCase()
      .replace(/['’]/g, '')
      .replace(/(?<=\p{L})[-/.](?=\p{L}|\s)/gu, ' ')
      .match(/\p{L}+|\p{N}+|[^\s\p{L}\p{N}]+/gu) ?? [],
  );
  let said = '';
  let repeat = 1;
  for (const [index, word] of words.entries()) {
    const written = writtenAs(word, words[index + 1]);
    if (written !== undefined) {
      if (repeat > 1 && !/^\p{N}$/u.test(written)) return text;
      said += written.repeat(repeat);
      repeat = 1;
    } else if (REPEATS.has(word) && repeat === 1) repeat = REPEATS.get(word) ?? 1;
    else if (!AROUND.has(word)) return text;
  }
  return repeat > 1 ? text : said.replace(/\(\)|\[\]/g, '').replace(/^[-./]+|[-+./]+$/g, '');
}

const asHeard = (words: string[]): string[] =>
  words.map((word, index) => {
    const isDigit = (other: string | undefined) =>
      other !== undefined && (isNumberWord(other) || /^\p{N}/u.test(other));
    return isDigit(words[index - 1]) && isDigit(words[index + 1]) ? (HEARD_AS.get(word) ?? word) : word;
  });

function writtenAs(word: string, next: string | undefined): string | undefined {
  if (isNumberWord(word)) return numberOf(word, next);
  if (/^\p{L}/u.test(word)) return ZEROS.get(word) ?? SIGNS.get(word);
  return word.replace(/[,;:!?…]/g, '');
}
