import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { SpokenScene } from './spoken-scene.ts';

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../testdata/${file}`, import.meta.url), 'utf8'));

/** The caller's words alone, or what a model makes of them in the fields of the tools. */
const Said = z.union([
  z.string(),
  z.strictObject({
    dateText: z.string().optional(),
    date: z.string().optional(),
    time: z.string().optional(),
    weekday: z.string().optional(),
  }),
]);

/**
 * The clinic that is called, what is said, and what is right: a time of the clinic ("Thu 2026-12-03 10:00"),
 * a day whose hour must be asked for ("ask on Thu 2026-12-03"), or a question about the day as well ("ask").
 */
const Row = z.tuple([
  z.string(),
  Said,
  z
    .string()
    .regex(/^ask(?: on [A-Z][a-z]{2} \d{4}-\d{2}-\d{2})?$|^[A-Z][a-z]{2} \d{4}-\d{2}-\d{2} \d{2}:\d{2}$/),
]);

/** What a careful receptionist writes down without asking again; and where a question is right, or that very value. */
const Kind = z.strictObject({ plain: z.array(Row), unclear: z.array(Row) });

/** A sentence, and what may be booked for it. */
export interface SaidRow {
  readonly kind: string;
  readonly clinic: string;
  readonly said: Exclude<z.infer<typeof Said>, string>;
  readonly right: string;
  readonly isPlain: boolean;
}

export const clinics = z.record(z.string(), SpokenScene).parse(read('said-clinics.json'));

/** Sentences as callers say them to a receptionist, written without knowledge of the readers. */
export const saidRows: readonly SaidRow[] = readdirSync(
  new URL('../testdata/said/', import.meta.url),
).flatMap((file) => {
  const { plain, unclear } = Kind.parse(read(`said/${file}`));
  const rowOf = ([clinic, said, right]: z.infer<typeof Row>, isPlain: boolean): SaidRow => ({
    kind: file.replace('.json', ''),
    clinic,
    said: typeof said === 'string' ? { dateText: said } : said,
    right,
    isPlain,
  });
  return [...plain.map((row) => rowOf(row, true)), ...unclear.map((row) => rowOf(row, false))];
});
