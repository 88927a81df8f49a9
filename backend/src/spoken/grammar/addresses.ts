const NUMBER = '(?:n\\d+|z\\d+|clock:\\S+)';
/** What an address is not named with: a pause, a word between two others, or where the caller speaks of themselves. */
const BETWEEN =
  ', at on in of for slot to from until through by and or if but so not cannot no fix be are was has have that mine the a me ' +
  'they modal ask when am pm oclock would hedge tells did';
const NAME = `(?!(?:${BETWEEN.split(' ').join('|')}) )\\S+`;
const DAY_NAME = '(?:(?:wds?|mo)\\d+)';
const PLACE = '(?:(?:at|on|in|label) )*';

const RULES: readonly [RegExp, (...found: string[]) => string][] = [
  // "10 Thursday Lane", "1600 North Main Street"
  [new RegExp(`(?<=^| )${PLACE}(?:${NUMBER} ){1,3}(?:${NAME} ){1,3}street `, 'g'), () => ', ~ , '],
  // "Friday Avenue"
  [new RegExp(`(?<=^| )${PLACE}(?:~ )?${DAY_NAME} street `, 'g'), () => ', ~ , '],
  // "4 Monday Court" ends there; "10 Friday, court is at two" and "10 Friday way before lunch" may be the hour of a visit.
  [
    new RegExp(
      `(?<=^| )${PLACE}((?:${NUMBER} ){1,3}(?:${NAME} )?|)${DAY_NAME} (?:way|court) (?=(\\S+)?)`,
      'g',
    ),
    (_whole, number, next) => (number && /^(?:,|and|but|so|label)?$/.test(next ?? '') ? ', ~ , ' : ', ! , '),
  ],
  // "10 Thursday Dr" may be a drive; "10 Thursday with Dr Lee" is a visit.
  [
    new RegExp(
      `(?<=^| )${PLACE}(?:${NUMBER} ){1,3}${DAY_NAME} dr (?=(?:,|and|but|so|label|modal|ask|me) |$)`,
      'g',
    ),
    () => ', ! , ',
  ],
];

const ALONE: Readonly<Record<string, string>> = { street: 'label', way: '~', court: 'event', dr: '~' };

/** Takes out addresses: neither a day nor an hour of theirs is one of the visit. */
export function withoutAddresses(terms: readonly string[]): string[] {
  const line = terms.map((term) => `${term} `).join('');
  return RULES.reduce((left, [address, instead]) => left.replace(address, instead), line)
    .split(' ')
    .filter(Boolean)
    .map((term) => ALONE[term] ?? term);
}
