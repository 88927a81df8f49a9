import { isDeepStrictEqual } from 'node:util';

/** What of the request differs from what is there, both sides of it; undefined when nothing does. */
export function changedFields<Row extends object>(
  row: Row,
  asked: Partial<Row>,
): { before: Partial<Row>; after: Partial<Row> } | undefined {
  const names = (Object.keys(asked) as (keyof Row)[]).filter(
    (name) => asked[name] !== undefined && !isDeepStrictEqual(asked[name], row[name]),
  );
  if (names.length === 0) return undefined;
  const side = (of: Partial<Row>) =>
    Object.fromEntries(names.map((name) => [name, of[name]])) as Partial<Row>;
  return { before: side(row), after: side(asked) };
}
