/** Finds every sentence that people or agents read: on screens, in texts, by voice, in errors and in the API. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isTest } from '../floors/zones.ts';
import { listFiles } from '../lib/files.ts';
import { isNode, type Node, nameOf, readSource, type Source } from '../lib/source.ts';
import { isProse } from './prose.ts';
import { sqlSentences } from './sql.ts';

/** Where a sentence is read. */
export type SentenceKind = 'API' | 'command line' | 'error' | 'log' | 'page' | 'screen' | 'text' | 'voice';

export interface Sentence {
  file: string;
  line: number;
  kind: SentenceKind;
  /** What is filled in later reads `{}`. */
  text: string;
}

/** What callers say to us, not what we say. */
const HEARD = /^backend\/src\/\w+\/(?:grammar|testdata)\//;

const CODE =
  /^(?:backend\/src|dashboard\/src|sandbox\/src|packages\/(?:contract|safe-call)\/src|cli)\/.+\.(?:ts|tsx|mjs)$|^scripts\/[\w-]+\.(?:ts|mjs)$/;

/** The first that fits says where a sentence of a file is read. */
const KINDS: [path: RegExp, kind: SentenceKind][] = [
  [/^dashboard\//, 'screen'],
  [/^(?:cli|scripts)\//, 'command line'],
  [/\/patient-page|^sandbox\/src\/.*pages?\b/, 'page'],
  [/\/messaging\/templates|\/messaging\/gsm7|\/messaging\/ask-which-clinic/, 'text'],
  [/^backend\/src\/assistant\/|\/spoken|\/say-|\/labels/, 'voice'],
  [/\.errors\.ts$/, 'error'],
  [/^packages\/contract\//, 'API'],
];

/** Properties and attributes that hold nothing but text for people. */
const TEXT_NAMES = new Set([
  'alt',
  'aria-label',
  'ariaLabel',
  'description',
  'detail',
  'error',
  'hint',
  'label',
  'message',
  'placeholder',
  'summary',
  'title',
]);

const LOG_LEVELS = new Set(['debug', 'error', 'fatal', 'info', 'trace', 'warn']);

/** Attributes and tags whose strings are read by machines alone. */
const MACHINE_NAMES = new Set([
  'className',
  'd',
  'href',
  'id',
  'key',
  'path',
  'points',
  'src',
  'style',
  'to',
]);
const MACHINE_TAGS = new Set(['sql', 'raw', 'css']);

/** Every sentence below `root`, in the order of its files. A sentence that a file repeats is listed once. */
export function collectSentences(root: string): Sentence[] {
  const files = listFiles(root);
  const fromCode = files
    .filter((file) => CODE.test(file) && !isTest(file) && !HEARD.test(file) && !file.includes('.generated.'))
    .flatMap((file) => codeSentences(readSource(root, file)));
  const schemas = files.filter((file) => /^supabase\/schemas\/.+\.sql$/.test(file));
  const sql =
    schemas.length > 0 ? schemas : files.filter((file) => /^supabase\/migrations\/.+\.sql$/.test(file));
  const fromSql = sql.flatMap((file) =>
    sqlSentences(readFileSync(join(root, file), 'utf8')).map(
      ({ line, text }): Sentence => ({ file, line, kind: 'error', text }),
    ),
  );
  return unrepeated([...fromCode, ...fromSql]);
}

function unrepeated(sentences: readonly Sentence[]): Sentence[] {
  const seen = new Set<string>();
  return sentences.filter(({ file, text }) => {
    const key = `${file.replace(/[^/]+$/, '')} ${text}`;
    return !seen.has(key) && seen.add(key);
  });
}

function codeSentences(source: Source): Sentence[] {
  const found: Sentence[] = [];
  const usual = KINDS.find(([path]) => path.test(source.path))?.[1] ?? 'error';
  const visit = (node: Node, parents: readonly Node[]): void => {
    for (const text of isForMachines(parents) ? [] : textsOf(node)) {
      if (!isSentence(text, node, parents)) continue;
      const kind = isLogged(parents) ? 'log' : isDescription(parents) ? 'API' : usual;
      found.push({ file: source.path, line: source.lineAt(node.start), kind, text: text.trim() });
    }
    const next = [node, ...parents];
    for (const value of Object.values(node)) {
      if (isNode(value)) visit(value, next);
      else if (Array.isArray(value)) for (const item of value) if (isNode(item)) visit(item, next);
    }
  };
  visit(source.program, []);
  return found;
}

/** The text of a string, a template or a piece of JSX, each piece on one line; of HTML what is between its tags. */
function textsOf(node: Node): string[] {
  const raw = rawText(node);
  if (raw === undefined) return [];
  const text = raw.replace(/\s+/g, ' ');
  return /<\/?[a-z][^>]*>/.test(text) ? text.split(/<[^>]*>/) : [text];
}

function rawText(node: Node): string | undefined {
  if (node.type === 'JSXText') return node.value as string;
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type !== 'TemplateLiteral') return undefined;
  return (node.quasis as { value: { cooked: string | null; raw: string } }[])
    .map(({ value }) => value.cooked ?? value.raw)
    .join('{}');
}

function isSentence(text: string, node: Node, parents: readonly Node[]): boolean {
  if (!/[a-z]{2}/i.test(text)) return false;
  if (node.type === 'JSXText') return true;
  const holder = holderName(parents);
  if (holder !== undefined && TEXT_NAMES.has(holder) && !/^[A-Z0-9_]+$/.test(text)) {
    return /^[^a-z]*[A-Z]|\s/.test(text);
  }
  return isProse(text);
}

/** The attribute, property or parameter that a string is given to. */
function holderName(parents: readonly Node[]): string | undefined {
  const holder = parents.find(({ type }) => type === 'JSXAttribute' || type === 'Property');
  if (!holder) return undefined;
  const key = holder.type === 'JSXAttribute' ? holder.name : holder.key;
  return isNode(key) && key.type === 'JSXIdentifier' ? (key.name as string) : nameOf(key);
}

function isForMachines(parents: readonly Node[]): boolean {
  const [parent] = parents;
  if (!parent) return true;
  if (/^(?:Import|Export)\w*Declaration$|^ImportExpression$|^TSLiteralType$/.test(parent.type)) return true;
  const holder = holderName(parents);
  if (holder !== undefined && MACHINE_NAMES.has(holder)) return true;
  return parents.some((one) => one.type === 'TaggedTemplateExpression' && MACHINE_TAGS.has(tagName(one)));
}

const tagName = ({ tag }: Node): string => {
  if (!isNode(tag)) return '';
  return (tag.type === 'MemberExpression' ? nameOf(tag.object) : nameOf(tag)) ?? '';
};

/** The method of the nearest call that a string is an argument of. */
function methodOf(parents: readonly Node[]): { method: string | undefined; object: Node | undefined } {
  const call = parents.find(({ type }) => type === 'CallExpression');
  const callee = call && isNode(call.callee) ? call.callee : undefined;
  if (callee?.type !== 'MemberExpression') return { method: undefined, object: undefined };
  return { method: nameOf(callee.property), object: isNode(callee.object) ? callee.object : undefined };
}

function isLogged(parents: readonly Node[]): boolean {
  const { method, object } = methodOf(parents);
  if (method === undefined || !LOG_LEVELS.has(method) || !object) return false;
  const name = object.type === 'MemberExpression' ? nameOf(object.property) : nameOf(object);
  return name !== undefined && /^(?:log|logger)$/i.test(name);
}

const isDescription = (parents: readonly Node[]): boolean =>
  methodOf(parents).method === 'describe' || /^(?:summary|description)$/.test(holderName(parents) ?? '');
