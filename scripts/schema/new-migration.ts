import type { FunctionSource } from './catalog.queries.ts';
import { type Difference, describeDifferences } from './differences.ts';

export interface FunctionSources {
  /** As the migrations leave them. */
  before: Map<string, FunctionSource>;
  /** As the schema files say. */
  after: Map<string, FunctionSource>;
}

/**
 * Writes the migration that brings the functions up to the schema files. What else differs is listed in comments: how
 * rows that exist are carried over is for a person to say.
 * @param order the schema files as one text; functions are written in the order they have there
 */
export function writeMigration(
  title: string,
  { before, after }: FunctionSources,
  differences: Difference[],
  order: string,
): string {
  const place = (name: string) => {
    const at = order.indexOf(`function ${qualified(name).replace(/\(.*$/, '')}(`);
    return at < 0 ? order.length : at;
  };
  const gone = [...before.keys()].filter((name) => !after.has(name));
  const changed = [...after.values()]
    .filter((source) => JSON.stringify(source) !== JSON.stringify(before.get(source.name)))
    .sort((one, other) => place(one.name) - place(other.name));
  const others = differences.filter(({ kind }) => kind !== 'function');
  return [
    `-- ${title}: say what this is for.
--
-- Append-only: once this file is shared it stays as it is, and the next one corrects it. supabase/schemas/ says how
-- things are afterwards, and a test compares the two.
`,
    ...(others.length > 0 ? [`${commented(describeDifferences(others))}\n`] : []),
    ...gone.map((name) => `drop function ${qualified(name)};\n`),
    ...changed.map((source) => functionStatements(source, before.get(source.name))),
  ].join('\n');
}

/** PostgreSQL leaves out the schema that is searched anyway. */
const qualified = (name: string): string => (name.startsWith('app_private.') ? name : `public.${name}`);

const commented = (text: string): string =>
  `Write this part by hand, because the schema files differ from the migrations here:\n${text}`
    .split('\n')
    .map((line) => `-- ${line}`.trimEnd())
    .join('\n');

function functionStatements(source: FunctionSource, old: FunctionSource | undefined): string {
  const name = qualified(source.name);
  // "Or replace" keeps the rights, and refuses another result or other names of the arguments.
  const isReplaced = old !== undefined && old.signature === source.signature;
  const had = isReplaced ? old.grantees : [];
  const lost = had.filter((grantee) => !source.grantees.includes(grantee));
  const gained = source.grantees.filter((grantee) => !had.includes(grantee));
  return [
    ...(old && !isReplaced ? [`drop function ${name};`] : []),
    `${source.create};`,
    ...(source.comment !== (isReplaced ? old.comment : null)
      ? [
          `comment on function ${name} is${source.comment === null ? ' null' : `\n  ${literal(source.comment)}`};`,
        ]
      : []),
    ...(lost.length > 0 ? [`revoke execute on function ${name} from ${lost.join(', ')};`] : []),
    ...(gained.length > 0 ? [`grant execute on function ${name} to ${gained.join(', ')};`] : []),
    '',
  ].join('\n');
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
