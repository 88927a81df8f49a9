/**
 * The words of one language, as data: which word stands for which term of the grammar, and which words change
 * nothing. The grammar knows terms alone, so that another language is another vocabulary.
 *
 * A term is a short name: `wd3` Wednesday, `mo12` December, `n10` ten, `o10` tenth, `to`, `not`, and so on; `~` is a
 * word that can change neither the day nor the hour.
 */
export interface Vocabulary {
  /** Term by word. */
  words: ReadonlyMap<string, string>;
  /** Terms by several words in a row, by the first of them, the longest first; no terms: said without meaning. */
  phrases: ReadonlyMap<string, readonly Phrase[]>;
  numbers: ReadonlyMap<string, number>;
  ordinals: ReadonlyMap<string, number>;
  /** Twenty, thirty and so on, which the next number is added to. */
  tens: ReadonlySet<string>;
  /** How a word that is not in it ends where it may be something that happened: "I stepped on a nail". */
  pastEnding: string;
  /** A word that is nearly one of these is a slip of the hearing, and no word without meaning. */
  telling: readonly string[];
}

export interface Phrase {
  words: readonly string[];
  terms: readonly string[];
}

/** How a vocabulary is written down: words by their term, in one line each. */
export interface WrittenVocabulary {
  words: Readonly<Record<string, string>>;
  phrases: Readonly<Record<string, readonly string[]>>;
  numbers: string;
  ordinals: string;
  tens: Readonly<Record<string, number>>;
  ordinalTens: Readonly<Record<string, number>>;
  pastEnding: string;
  telling: string;
}

export function vocabularyOf(written: WrittenVocabulary): Vocabulary {
  const words = new Map<string, string>();
  for (const [term, line] of Object.entries(written.words)) {
    for (const word of line.split(/\s+/).filter(Boolean)) words.set(word, term);
  }
  const phrases = new Map<string, Phrase[]>();
  for (const [terms, lines] of Object.entries(written.phrases)) {
    for (const phrase of lines.flatMap((line) => line.split('|'))) {
      const said = phrase.trim().split(/\s+/);
      const known = phrases.get(said[0] ?? '') ?? [];
      known.push({ words: said, terms: terms.split(' ').filter(Boolean) });
      phrases.set(said[0] ?? '', known);
    }
  }
  for (const known of phrases.values()) known.sort((a, b) => b.words.length - a.words.length);
  const listed = (line: string, more: Readonly<Record<string, number>>) =>
    new Map([...line.split(' ').map((word, value) => [word, value] as const), ...Object.entries(more)]);
  return {
    words,
    phrases,
    numbers: listed(written.numbers, written.tens),
    ordinals: listed(written.ordinals, written.ordinalTens),
    tens: new Set(Object.keys(written.tens)),
    pastEnding: written.pastEnding,
    telling: written.telling.split(/\s+/),
  };
}
