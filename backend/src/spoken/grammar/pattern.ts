/**
 * A row of terms that means something, written as its terms: `the? ORD of? MONTH` for "the third of December".
 * `a|b` is either, `?` may be absent, and a name in capitals takes a value, which is handed on in order.
 */
export interface Pattern {
  /** What was taken, when the terms from this place on are the pattern's. */
  at(line: string, place: number): Taken | undefined;
}

export interface Taken {
  values: (string | undefined)[];
  /** The place of the first term behind it. */
  end: number;
}

const VALUES: Readonly<Record<string, string>> = {
  NUM: 'n(\\d{1,3})',
  ORD: 'o(\\d+)',
  DAY: '[noz](\\d{1,2})',
  HOUR: '[nz](\\d|1\\d|2[0-4])',
  MIN: '([nz]\\d{1,2})',
  COUNT: '(a|n\\d{1,3})',
  MONTH: 'mo(\\d+)',
  YEAR: '(n(?:19|20)\\d\\d|n20 n[2-9]\\d)',
  WEEKDAY: 'wd(\\d)',
  WEEKDAYS: 'wds(\\d)',
  WHICH: '(this|coming|next|last)',
  UNIT: '(day|week|fortnight|month|year)',
  WEEKS: '(week|fortnight)',
  SPELL: '(hour|minute)',
  WAY: '(later|shift)',
  HALF: '(am|pm)',
  SHARE: '(half|quarter|n\\d{1,2})',
  SIDE: '(after|before)',
  EDGE: '(early|late|mid)',
  BOUND: '(early|late|mid|end|beginning)',
  HOLIDAY: 'hol:(\\S+)',
  PART: '(morning|afternoon|evening|night|lunch)',
  DATE: 'date:(\\S+)',
  CLOCK: 'clock:(\\S+)',
  LONG: 'n(\\d{3,4})',
  UNKNOWN: '(?:\\?(?:did)?)',
  ANY: 'n(\\d+)',
  PHONE: '[nz]\\d(?: [nz]\\d){6,}',
};

/** @param unless what must not stand behind it. */
export function pattern(written: string, unless?: string): Pattern {
  const sources = (names: string) => names.split('|').map((name) => VALUES[name] ?? name);
  const parts = written.split(' ').map((part) => {
    const source = `(?:(?:${sources(part.replace(/\?$/, '')).join('|')}) )`;
    return part.endsWith('?') ? `${source}?` : source;
  });
  const behind = unless
    ? `(?!(?:${sources(unless)
        .join('|')
        .replace(/\((?!\?)/g, '(?:')}) )`
    : '';
  const expression = new RegExp(parts.join('') + behind, 'y');
  return {
    at(line, place) {
      expression.lastIndex = place;
      const found = expression.exec(line);
      return found ? { values: found.slice(1), end: expression.lastIndex } : undefined;
    },
  };
}

export interface Reading<T> {
  value: T;
  end: number;
}

type Rule<T> = readonly [pattern: Pattern, build: (...values: string[]) => T | undefined];

/** What the terms from this place on mean by the rule that takes most of them. */
export function longest<T>(rules: readonly Rule<T>[], line: string, place: number): Reading<T> | undefined {
  let best: Reading<T> | undefined;
  for (const [one, build] of rules) {
    const taken = one.at(line, place);
    if (!taken || (best && taken.end <= best.end)) continue;
    const value = build(...taken.values.map((text) => text ?? ''));
    if (value !== undefined) best = { value, end: taken.end };
  }
  return best;
}
