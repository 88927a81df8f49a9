import { readFileSync } from 'node:fs';
import { z } from 'zod';

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../testdata/${file}`, import.meta.url), 'utf8'));

/** Two names, and whether they prove one and the same person on one phone; what must be asked first does not. */
export const namePairs = z
  .array(z.strictObject({ a: z.string(), b: z.string(), same: z.boolean(), why: z.string() }))
  .parse(read('names.json'));

/** The staff of a clinic, what callers ask for, and which one of them that is. */
export const namedProviders = z
  .array(
    z.strictObject({
      staff: z.array(z.string()),
      said: z.array(z.tuple([z.string(), z.string()])),
    }),
  )
  .parse(read('named-providers.json'))
  .flatMap(({ staff, said }) => said.map(([words, means]) => ({ staff, words, means })));
