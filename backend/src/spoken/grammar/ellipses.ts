const NAMED = '(?:the )?((?:this |coming )?wd\\d|today|tomorrow)';
const ENDS = '(?= (?:,|at|in|clock:\\S+|n\\d+)|$)';
/** Words between what is denied and what is said in its place. */
const BETWEEN = '(?: (?:,|but|and|~|fix|me|be|that|i|for))*';

const RULES: readonly [RegExp, string][] = [
  [
    new RegExp(`\\b(not|cannot)((?: ~| on)*) ${NAMED}(${BETWEEN}) the day after(?: that)?${ENDS}`, 'g'),
    '$1$2 $3$4 the day after $3 ,',
  ],
  // "not this Wednesday, the one after"
  [
    new RegExp(
      `\\b(not|cannot)((?: ~| on)*) (?:the )?(this|coming) (wd\\d)(${BETWEEN}) the (?:n1|week|\\4) after(?: that)?${ENDS}`,
      'g',
    ),
    '$1$2 $3 $4$5 a week from $3 $4 ,',
  ],
];

/** Says again what a caller leaves out: "not tomorrow, the day after" is the day after tomorrow. */
export const completed = (terms: readonly string[]): string[] =>
  RULES.reduce((line, [left, whole]) => line.replace(left, whole), terms.join(' '))
    .split(' ')
    .filter(Boolean);
