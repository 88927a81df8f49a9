import type { CatalogEntry } from './catalog.queries.ts';

/** Something that two databases do not hold alike; undefined where one of them has no such thing. */
export interface Difference {
  kind: string;
  name: string;
  migrations: string | undefined;
  schemas: string | undefined;
}

/** @returns what differs between a database from the migrations and one from the schema files; nothing when they agree. */
export function findDifferences(migrations: CatalogEntry[], schemas: CatalogEntry[]): Difference[] {
  const [left, right] = [byName(migrations), byName(schemas)];
  const keys = [...new Set([...left.keys(), ...right.keys()])].sort();
  return keys.flatMap((key) => {
    const [one, other] = [left.get(key), right.get(key)];
    const { kind, name } = (one ?? other) as CatalogEntry;
    return one?.definition === other?.definition
      ? []
      : [{ kind, name, migrations: one?.definition, schemas: other?.definition }];
  });
}

const byName = (entries: CatalogEntry[]): Map<string, CatalogEntry> =>
  new Map(entries.map((entry) => [`${entry.kind} ${entry.name}`, entry]));

/** One paragraph for each difference, with the lines that only one side has. */
export const describeDifferences = (differences: Difference[]): string =>
  differences.map(describeDifference).join('\n');

function describeDifference({ kind, name, migrations, schemas }: Difference): string {
  if (migrations === undefined) return `${kind} ${name}: only in supabase/schemas${shown(schemas)}`;
  if (schemas === undefined) return `${kind} ${name}: only in supabase/migrations${shown(migrations)}`;
  const [before, after] = [migrations.split('\n'), schemas.split('\n')];
  const gone = before.filter((line) => !after.includes(line));
  const added = after.filter((line) => !before.includes(line));
  return [
    `${kind} ${name}: differs`,
    ...gone.map((line) => `  supabase/migrations: ${line}`),
    ...added.map((line) => `  supabase/schemas:    ${line}`),
  ].join('\n');
}

const shown = (definition = ''): string => (definition ? `\n  ${definition.split('\n').join('\n  ')}` : '');
