import { toPlainSms } from './gsm7.ts';

export interface Clinic {
  id: string;
  name: string;
  /** The number of its receptionist, which patients know. */
  phone?: string | null;
}

const NAME_CHARACTERS = 40;
/** Digits that could pass for a phone number. */
const PHONE_LIKE = /[+(]*\p{Nd}(?:[^\p{L}\p{N}]{0,3}\p{Nd}){5,}\)?/gu;

/** Words that say nothing about which clinic the patient means. */
export const FILLERS = new Set(
  'a an and answer at clinic for from hello hi i is it its s m im mean meant message my no nr number option please reply text thank thanks that the this to with you'.split(
    ' ',
  ),
);

/** Lower case, without accents and punctuation; "1." and a keycap are a 1. */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

const pairs = (from: string, to: string): [string, string][] =>
  [...from].map((letter, index) => [letter, [...to][index] ?? '']);
/** Characters that look like Latin letters in phone fonts, but which NFKD doesn't map. */
const LOOKALIKES = new Map<string, string>([
  ...pairs('авекмнорстухгіјѕԁԛԝӏһү', 'abekmhopctyxrljsdqwlhy'),
  ...pairs('αβεζηικμνορτυχϲ', 'abezhlkmnoptyxc'),
  ...pairs('օսհոց', 'ouhng'),
  ...pairs('łđøħŧıɩɡɑɪʟʏ', 'ldohtllgally'),
  ...pairs('i10', 'llo'),
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ß', 'ss'],
  ['&', 'and'],
]);

/** Names that a person could mix up have the same one. */
export function readingKey(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[\p{M}\p{C}]/gu, '')
    .toLowerCase();
  const letters = [...plain].map((character) => LOOKALIKES.get(character) ?? character);
  return letters
    .join('')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
}

/** The same where only words differ that say nothing: "The Elm Clinic" and "Elm". */
const looseKey = (name: string): string =>
  readingKey(
    wordsOf(name)
      .filter((word) => !FILLERS.has(word))
      .join(' '),
  ) || readingKey(name);

/** One line, so that a name cannot pass for another entry of the list, and without a number that could be another's. */
function shownName(name: string): string {
  const line = toPlainSms(
    name
      .normalize('NFKC')
      .replace(/[\s\p{C}]+/gu, ' ')
      .replace(PHONE_LIKE, ' '),
  );
  return line.length <= NAME_CHARACTERS ? line : `${line.slice(0, NAME_CHARACTERS - 3).trimEnd()}...`;
}

/**
 * What to call each clinic in a list: its name, and if names are much alike, its phone as well.
 * @returns undefined for one that would still read like another one.
 */
export function tellApart(clinics: readonly Clinic[]): (string | undefined)[] {
  const shown = clinics.map(({ name, phone }) => ({ name: shownName(name), phone: phone ?? '' }));
  const loose = shown.map(({ name }) => looseKey(name));
  const labels = shown.map(({ name, phone }, index) => {
    const needsPhone = name === '' || !isOnce(loose, loose[index]);
    return needsPhone && phone !== '' ? `${name || 'Clinic'} (phone ${phone})` : name;
  });
  const keys = labels.map(readingKey);
  return labels.map((label, index) => (keys[index] !== '' && isOnce(keys, keys[index]) ? label : undefined));
}

const isOnce = (all: readonly string[], one = ''): boolean => all.indexOf(one) === all.lastIndexOf(one);
