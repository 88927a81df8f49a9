import { isNumberWord, numberOf, REPEATS } from './spoken-digits.ts';

const START =
  '(?:um+|uh+|er+|ah+|hm+|oh|so|well|okay|ok|yes|yeah|yep|sure|right|alright|all right|of course|absolutely|certainly|great|hi|hello|hey|let me see|lets see|let me think|you know|i think|i guess|i believe|actually)';
/** What is said before an address; a word right before "at" or "dot" is the address itself. */
const BEFORE = [
  new RegExp(`^${START}(?: ${START})* (?!(?:at|dot|period|point|underscore|dash|hyphen|plus) |[@._+-])`),
  /^(?:(?:my|the|her|his|our|their|a|an) )?(?:best |work |home |personal )?e ?-?mail(?: address)?(?: is| would be| should be|s)? (?!(?:at|dot) |[@._+-])/,
  /^(?:its|it is|thats|that is|that would be|it would be|it should be|this is|use|you can use|send it to|you can send it to|write to|email me at|you can (?:email|reach|write) me at|reach me at|sent to) (?!(?:at|dot) |[@._+-])/,
];
const BEHIND =
  / (?:please|thanks|thank you|thats it|that is it|thats all|that is all|thats right|okay|ok|yes|right|correct|all lower ?case|in lower ?case|lower ?case|no spaces?|no caps|if you need it|for me)$/;
const WITHIN = [
  / (?:all )?(?:in )?(?:lower ?case|one word|no spaces?|together) /g,
  / (?:capital|upper ?case|the letter|letter) (?=[a-z] )/g,
  / (?:the )?(?:number|numeral|digits?|figure) (?=[0-9]|(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty) )/g,
];
const SIGNS: [RegExp, string][] = [
  [/[([{<]\s*at\s*[)\]}>]/g, '@'],
  [/[([{<]\s*dot\s*[)\]}>]/g, '.'],
  // "d as in dog", "b for bravo".
  [/\b([a-z]) (?:as in|like|for) [a-z]+\b/g, '$1'],
  [/ at (?:sign|symbol) /g, ' @ '],
  [/ at /g, ' @ '],
  [/ dotcom /g, ' . com '],
  [/ (?:dot|period|point|full stop) /g, ' . '],
  [/ (?:underscore|under score|underline) /g, ' _ '],
  [/ (?:dash|hyphen|minus) /g, ' - '],
  [/ plus /g, ' + '],
  [/ apostrophe /g, " ' "],
];
/** Who says these is still thinking, or explains: what is left isn't an address, and it is asked for again. */
const THINKING = new Set(
  'think let know wait sorry actually please thanks maybe probably guess believe with spelled spelling spell mean no not or but because then again'.split(
    ' ',
  ),
);
/** More words than any address is made of. */
const MAX_WORDS = 3;
/** "dot co uk" */
const IN_TWO_PARTS = /^(?:co|com|org|net|ac|gov|edu) [a-z]{2}$/;
const LETTER = /^[a-z]$/;

/** The words around an address, typed or said: "sure, john at gmail dot com please". */
export function withoutWordsAround(text: string): string {
  let said = text
    .toLowerCase()
    .replace(/['’](?=s\b)/g, '')
    .replace(/[,\s]+/g, ' ')
    .trim();
  for (let before = ''; before !== said; ) {
    before = said;
    for (const words of BEFORE) said = said.replace(words, '');
    said = said.replace(/[.!?;,]+$/, '').replace(BEHIND, '');
  }
  return said;
}

/**
 * "jane dot doe at gmail dot com" as it is written, also spelled by letters ("j, a, n, e") and with number words;
 * empty where a word is left over that no one can place.
 */
export function emailOfSpeech(text: string): string {
  // Twice the space between two words: each pattern takes the one before and the one after.
  let said = ` ${withoutWordsAround(text)} `;
  for (const within of WITHIN) said = said.replace(spaced(within), ' ').replace(/ +/g, ' ');
  // Twice, for two in a row: "at at" is two addresses, or none.
  for (const [spoken, written] of [...SIGNS, ...SIGNS])
    said = said.replaceAll(' ', '  ').replace(spaced(spoken), written).replace(/ +/g, ' ');
  const [local, domain, ...rest] = withoutWordsAround(said).split('@');
  if (local === undefined || domain === undefined || rest.length > 0) return '';
  const labels = domain.split('.').map((label) => label.trim());
  const last = labels.pop() ?? '';
  const isSpelled = last.split(' ').every((word) => LETTER.test(word));
  if (last.includes(' ') && !isSpelled && !IN_TWO_PARTS.test(last)) return '';
  const ending = IN_TWO_PARTS.test(last) && !isSpelled ? last.replace(' ', '.') : last.replaceAll(' ', '');
  const parts = [joined(local), ...labels.map(joined)];
  return parts.every(Boolean) ? `${parts[0]}@${[...parts.slice(1), ending].join('.')}` : '';
}

const spaced = (pattern: RegExp): RegExp => new RegExp(pattern.source.replaceAll(' ', ' +'), 'g');

/** The words of one part as they are written together; empty if they aren't part of an address. */
function joined(part: string): string {
  const words = spelledOnce(
    part
      .replace(/(?<=\b[a-z])-(?=[a-z]\b)/g, ' ')
      .split(' ')
      .filter(Boolean),
  );
  const plain = words.filter((word) => /^[a-z]{2,}$/.test(word) && !isNumberWord(word) && !REPEATS.has(word));
  if (plain.length > MAX_WORDS || (words.length > 1 && plain.some((word) => THINKING.has(word)))) return '';
  let said = '';
  let repeat = 1;
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? '';
    if (REPEATS.has(word) && at + 1 < words.length) {
      repeat = REPEATS.get(word) ?? 1;
      at += 1;
      continue;
    }
    const { written, length } = numberAt(words, at) ?? { written: word, length: 1 };
    said += written.repeat(repeat);
    repeat = 1;
    at += length;
  }
  return said;
}

/** "two thousand five" is 2005, "nineteen eighty five" is 1985, and "one two three" is 123. */
function numberAt(words: string[], at: number): { written: string; length: number } | null {
  const [first = '', scale = ''] = words.slice(at);
  if (first === 'o' || !isNumberWord(first)) return null;
  const size = { hundred: 100, thousand: 1000 }[scale];
  if (size === undefined) return { written: numberOf(first, scale), length: 1 };
  let value = Number(numberOf(first, undefined)) * size;
  let length = 2;
  if (words[at + length] === 'and' && isNumberWord(words[at + length + 1] ?? '')) length += 1;
  const tens = words[at + length];
  if (tens !== undefined && tens !== 'o' && isNumberWord(tens)) {
    const unit = words[at + length + 1];
    const below = numberOf(tens, unit);
    const isPair = below.length === 1 && tens.endsWith('ty');
    value += isPair ? Number(below) * 10 + Number(numberOf(unit ?? '', undefined)) : Number(below);
    length += isPair ? 2 : 1;
  }
  return { written: String(value), length };
}

/** "john smith, s m i t h" is spelled once more, not said twice. */
function spelledOnce(words: string[]): string[] {
  const start = words.findLastIndex((word) => !LETTER.test(word)) + 1;
  const [plain, letters] = [words.slice(0, start), words.slice(start).join('')];
  const isRepeated = letters.length > 2 && (plain.join('') === letters || plain.at(-1) === letters);
  return isRepeated ? plain : words;
}
