/** Keeps the words of the word list out of what people read, and the list in CONTRIBUTING.md up to date. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sentence } from './collect.ts';

interface AvoidedWord {
  /** As people read it in CONTRIBUTING.md. */
  avoid: string;
  /** A regular expression, in any case. */
  pattern: string;
  /** What to write instead. */
  write: string;
}

const folder = dirname(fileURLToPath(import.meta.url));

/** The words that give a translated sentence away, each with what to write instead. */
const wordList = JSON.parse(readFileSync(join(folder, 'word-list.json'), 'utf8')) as AvoidedWord[];

/** What CONTRIBUTING.md says about the words, as a table. */
export const wordTable = (): string =>
  [
    '| Instead of | Write |',
    '|---|---|',
    ...wordList.map(({ avoid, write }) => `| ${avoid} | ${write} |`),
  ].join('\n');

/** What a database has applied can't be edited; the schema files hold its sentences as they are now. */
const APPLIED = /^supabase\/migrations\//;

/** Says which sentences hold a word to avoid, and whether CONTRIBUTING.md shows another list. */
export function checkSentences(root: string, sentences: readonly Sentence[]): string[] {
  const patterns = wordList.map((word) => ({ ...word, regex: new RegExp(word.pattern, 'i') }));
  const findings = sentences.flatMap(({ file, line, text }) =>
    (APPLIED.test(file) ? [] : patterns).flatMap(({ regex, write }) => {
      const found = regex.exec(text)?.[0];
      return found ? [`${file}:${line} says "${found}". Write: ${write}. (${text})`] : [];
    }),
  );
  // A check that saw nothing has found nothing, and would always pass.
  if (sentences.length === 0) findings.push('No sentences found. Check the root folder.');
  const guide = join(root, 'CONTRIBUTING.md');
  if (existsSync(guide) && !readFileSync(guide, 'utf8').includes(wordTable())) {
    findings.push(`CONTRIBUTING.md shows another word list. Put this table in:\n${wordTable()}`);
  }
  return findings;
}
