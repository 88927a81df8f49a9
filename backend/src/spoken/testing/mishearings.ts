import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { SaidRow } from './said.ts';

/** A word, and what speech recognition writes for it. */
export const mishearings = z
  .array(z.tuple([z.string(), z.string()]))
  .parse(JSON.parse(readFileSync(new URL('../testdata/mishearings.json', import.meta.url), 'utf8')));

/** The sentence with one of its words misheard, for each word that can be. What was meant stays what it was. */
export const misheard = (row: SaidRow): SaidRow[] =>
  mishearings.flatMap(([word, heard]) => {
    const { dateText } = row.said;
    const wrong = dateText?.replace(new RegExp(`(?<![\\w'’])${word}(?![\\w'’])`, 'i'), heard);
    return wrong === dateText || wrong === undefined
      ? []
      : [{ ...row, said: { ...row.said, dateText: wrong }, isPlain: false }];
  });
