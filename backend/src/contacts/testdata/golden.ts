import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A text, or one that is too long to be written down. */
const Text = z.union([z.string(), z.strictObject({ repeat: z.string(), times: z.int() })]);

const Golden = z.strictObject({
  /** What was given, the clinic's country, the name, its title; "ts" where plain SQL does less. */
  names: z.array(
    z
      .tuple([z.string(), z.string(), z.string()])
      .rest(z.string().nullable())
      .transform(([text, country, name, title, only]) => [text, country, name, title, only] as const),
  ),
  no_names: z.array(Text),
  phones: z.array(
    z
      .tuple([z.string(), z.string(), z.string()])
      .rest(z.strictObject({ ext: z.string().optional(), flag: z.literal('unassigned').optional() }))
      .transform(([text, country, e164, more]) => [text, country, e164, more] as const),
  ),
  no_phones: z.array(z.tuple([Text, z.string()])),
  /** What was given to a clinic with +12125550100 (the owner's) and two lines, in which call, and what is kept. */
  own_numbers: z.array(
    z
      .tuple([
        z.string(),
        z.strictObject({ from: z.string().nullable(), to: z.string().nullable() }).nullable(),
        z.string(),
      ])
      .rest(z.enum(['caller_id', 'spoken']))
      .transform(([text, call, kept, source]) => ({ text, call, kept, source: source ?? null })),
  ),
  emails: z.array(z.tuple([z.string(), z.string()])),
  no_emails: z.array(Text),
  nothing_said: z.array(z.string()),
  suggestions: z.array(z.tuple([z.string(), z.string().nullable()])),
});

export const golden = Golden.parse(
  JSON.parse(readFileSync(new URL('contacts.golden.json', import.meta.url), 'utf8')),
);

export const written = (text: z.infer<typeof Text>): string =>
  typeof text === 'string' ? text : text.repeat.repeat(text.times);

export const shown = (text: z.infer<typeof Text>): string =>
  typeof text === 'string' ? JSON.stringify(text) : `${JSON.stringify(text.repeat)} ${text.times} times`;
