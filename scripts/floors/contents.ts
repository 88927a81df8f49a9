import { isNode, literalText, type Node, nameOf, type Source, walk } from '../lib/source.ts';
import type { Finding } from './imports.ts';
import { isTest, type Zone, zoneOf } from './zones.ts';

const MAX_LINES = 400;

const READS_ENVIRONMENT = new Set(['backend/src/platform/config.ts', 'sandbox/src/core/config.ts']);
const SERVED_ZONES: readonly Zone['kind'][] = ['package', 'platform', 'room', 'top', 'sandbox', 'dashboard'];

/** Kysely's verbs that begin a statement. */
const SQL_CALLS = new Set(['selectFrom', 'insertInto', 'updateTable', 'deleteFrom', 'mergeInto']);

/** A statement, not a sentence that begins with "select": the second word tells them apart. */
const SQL_TEXT =
  /^\s*(?:select\s+(?:\d|\*|[\w."]+\s*\(|[^;]*?\sfrom\s+[\w."]+)|insert\s+into\s|update\s+(?:only\s+)?[\w."]+\s+(?:as\s+\w+\s+|\w+\s+)?set\s|delete\s+from\s|with\s+(?:recursive\s+)?\w+(?:\s*\([\w, ]+\))?\s+as\s)/;

export function contentFindings(source: Source): Finding[] {
  const zone = zoneOf(source.path).kind;
  if (isTest(source.path) || !SERVED_ZONES.includes(zone)) return [];
  const mayReadEnvironment = READS_ENVIRONMENT.has(source.path);
  const mayHoldSql = zone === 'platform' || zone === 'dashboard' || source.path.endsWith('.queries.ts');
  const found: Finding[] = [];
  const add = (rule: string, node: Node, message: string) =>
    found.push({ rule, file: source.path, line: source.lineAt(node.start), message });
  walk(source.program, (node, parent) => {
    if (!mayReadEnvironment && readsEnvironment(node) && !handsToReader(source.path, parent)) {
      add('environment', node, environmentMessage(zone));
    }
    const sql = mayHoldSql ? undefined : sqlIn(node);
    if (sql) add('sql', node, `has SQL (${sql}). Only *.queries.ts files may: move it to one in this room.`);
  });
  return found;
}

const environmentMessage = (zone: Zone['kind']): string => {
  if (zone === 'dashboard')
    return 'reads the environment, which the dashboard doesn’t have. Get the value from the API.';
  const config = zone === 'sandbox' ? 'sandbox/src/core/config.ts' : 'platform/config.ts';
  return `reads the environment. Only ${config} does: add the setting there and take it as an argument.`;
};

function readsEnvironment(node: Node): boolean {
  if (node.type === 'MemberExpression' && nameOf(node.property) === 'env') {
    const object = node.object as Node;
    return object.type === 'MetaProperty' || nameOf(object) === 'process';
  }
  if (node.type === 'VariableDeclarator' && nameOf(node.init) === 'process') {
    return namesEnv(node.id, 'properties', 'key');
  }
  if (node.type === 'ImportDeclaration' && /^(node:)?process$/.test(literalText(node.source as Node) ?? '')) {
    return namesEnv(node, 'specifiers', 'imported');
  }
  return false;
}

const namesEnv = (pattern: unknown, list: string, member: string): boolean =>
  isNode(pattern) &&
  Array.isArray(pattern[list]) &&
  pattern[list].some((entry: Node) => nameOf(entry[member]) === 'env');

/** A process's first file may hand the whole environment to the one reader. */
const handsToReader = (path: string, parent: Node | undefined): boolean =>
  path.endsWith('/src/main.ts') &&
  parent?.type === 'CallExpression' &&
  ['loadConfig', 'readConfig'].includes(nameOf(parent.callee) ?? '');

/** @returns a word for what was found. */
function sqlIn(node: Node): string | undefined {
  if (node.type === 'TaggedTemplateExpression' && nameOf(node.tag) === 'sql') return 'an sql template';
  if (node.type === 'CallExpression') {
    const callee = node.callee as Node;
    const name = callee.type === 'MemberExpression' ? nameOf(callee.property) : undefined;
    return name && SQL_CALLS.has(name) ? `.${name}()` : undefined;
  }
  if (node.type === 'Literal' || node.type === 'TemplateLiteral') {
    return SQL_TEXT.test(wholeText(node)) ? 'a statement in a string' : undefined;
  }
  return undefined;
}

function wholeText(node: Node): string {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : '';
  return (node.quasis as { value: { raw: string } }[]).map((quasi) => quasi.value.raw).join('x');
}

export function sizeFindings(file: string, text: string): Finding[] {
  const lines = text.replace(/\n$/, '').split('\n').length;
  if (lines <= MAX_LINES) return [];
  const message = `has ${lines} lines; the limit is ${MAX_LINES}. Split it by subject.`;
  return [{ rule: 'size', file, line: MAX_LINES + 1, message }];
}
