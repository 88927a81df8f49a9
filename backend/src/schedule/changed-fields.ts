import { isDeepStrictEqual } from 'node:util';

/** What of the wish differs from what is there, both sides of it; undefined when nothing does. */
export function changedFields<Row extends object>(
  row: Row,
  wish: Partial<Row>,
): { before: Partial<Row>; after: Partial<Row> } | undefined {
  const names = (Object.keys(wish) as (keyof Row)[]).filter(
    (name) => wish[name] !== undefined && !isDeepStrictEqual(wish[name], row[name]),
  );
  if (names.length === 0) return undefined;
  const side = (of: Partial<Row>) =>
    Object.fromEntries(names.map((name) => [name, of[name]])) as Partial<Row>;
  return { before: side(row), after: side(wish) };
}
