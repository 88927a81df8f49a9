import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';

/** A node of the syntax tree, as far as our checks look at it. */
export interface Node {
  type: string;
  start: number;
  [member: string]: unknown;
}

export interface Import {
  /** Undefined when the name is computed and cannot be read. */
  specifier: string | undefined;
  line: number;
}

export interface Source {
  /** Relative to the root, with forward slashes. */
  path: string;
  text: string;
  imports: Import[];
  /** The names that the file exports itself (not those behind `export *`). */
  exports: string[];
  program: Node;
  lineAt(offset: number): number;
}

class ParseError extends Error {
  override readonly name = 'ParseError';
}

/** @throws {ParseError} with the parser's own words. */
export function readSource(root: string, path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const parsed = parseSync(path, text);
  const [fault] = parsed.errors;
  if (fault) throw new ParseError(`${fault.message}${fault.codeframe ? `\n${fault.codeframe}` : ''}`);
  const program = parsed.program as unknown as Node;
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  return {
    path,
    text,
    imports: importsOf(program).map(({ specifier, start }) => ({ specifier, line: lineAt(start) })),
    exports: parsed.module.staticExports.flatMap((statement) =>
      statement.entries.flatMap(({ exportName }) => (exportName.name ? [exportName.name] : [])),
    ),
    program,
    lineAt,
  };
}

const IMPORTING = new Set([
  'ImportDeclaration',
  'ExportAllDeclaration',
  'ExportNamedDeclaration',
  'ImportExpression',
  'TSImportType',
]);

function importsOf(program: Node): { specifier: string | undefined; start: number }[] {
  const found: { specifier: string | undefined; start: number }[] = [];
  walk(program, (node) => {
    if (!IMPORTING.has(node.type) || !isNode(node.source)) return;
    found.push({ specifier: literalText(node.source), start: node.start });
  });
  return found;
}

/** Visits every node, parents first. */
export function walk(node: Node, visit: (node: Node, parent: Node | undefined) => void, parent?: Node): void {
  visit(node, parent);
  for (const value of Object.values(node)) {
    if (isNode(value)) walk(value, visit, node);
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) walk(item, visit, node);
  }
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** The text of a string or template, its holes left out; undefined for anything else. */
export function literalText(node: Node): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type !== 'TemplateLiteral') return undefined;
  const quasis = node.quasis as { value: { raw: string } }[];
  return quasis.length === 1 ? quasis[0]?.value.raw : undefined;
}

/** The name of an identifier or of a member that is written out, such as `env` in `process.env` or `process['env']`. */
export function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Identifier') return node.name as string;
  return literalText(node);
}
