// The alphabet of a plain SMS: 160 characters a part. One character beyond it and a part holds 70.
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENDED = '\f^{}\\[~]|€';
const basic = new Set(BASIC);
const extended = new Set(EXTENDED);

const PLAIN: Record<string, string> = {
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‛': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '―': '-',
  '−': '-',
  '…': '...',
  '•': '-',
  '·': '-',
  '©': '(c)',
  '®': '',
  '™': '',
  '`': "'",
  '´': "'",
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  œ: 'oe',
  Œ: 'OE',
};

function plain(character: string): string {
  if (basic.has(character) || extended.has(character)) return character;
  const known = PLAIN[character];
  if (known !== undefined) return known;
  if (/\s/u.test(character)) return ' ';
  const withoutMarks = character.normalize('NFKD').replace(/\p{M}/gu, '');
  if (withoutMarks !== '' && [...withoutMarks].every((one) => basic.has(one))) return withoutMarks;
  // A name in another script is the clinic's name, so it stays, whatever it costs. A symbol goes.
  return /[\p{L}\p{N}\p{M}]/u.test(character) ? character : '';
}

/** The text with typography and accents brought into the plain SMS alphabet; letters of other scripts stay. */
export function toPlainSms(text: string): string {
  return [...text.normalize('NFC')].map(plain).join('').replace(/ {2,}/g, ' ').trim();
}

/** How many characters of a part the text takes, or undefined when it is not in the plain alphabet. */
export function plainLength(text: string): number | undefined {
  let length = 0;
  for (const character of text) {
    if (basic.has(character)) length += 1;
    else if (extended.has(character)) length += 2;
    else return undefined;
  }
  return length;
}
