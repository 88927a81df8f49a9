/**
 * Writes packages/safe-call/API.md from the TSDoc of everything that src/index.ts exports. With `--check` it
 * writes nothing, and says when the file is stale or an export has no TSDoc.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';
import { isNode, type Node, nameOf } from './lib/source.ts';

const PACKAGE = 'packages/safe-call';
const GROUPS = ['Calling', 'Breakers', 'Stores', 'Tokens', 'Batches', 'Events', 'Types'] as const;
type Group = (typeof GROUPS)[number];

/** Where a file's exports are described; the others are types that all calls share. */
const GROUP_OF_FILE: Record<string, Group> = {
  'create-safe-call.ts': 'Calling',
  'classify.ts': 'Calling',
  'safe-call-error.ts': 'Calling',
  'clock.ts': 'Calling',
  'messages.ts': 'Calling',
  'breaker-status.ts': 'Breakers',
  'policy.ts': 'Breakers',
  'window.ts': 'Breakers',
  'store.ts': 'Stores',
  'memory-store.ts': 'Stores',
  'redis-store.ts': 'Stores',
  'token-refresh.ts': 'Tokens',
  'batch.ts': 'Batches',
  'emitter.ts': 'Events',
};

/** The functions of the default instance are taken out of one object, so that their file says nothing. */
const GROUP_OF_NAME: Record<string, Group> = {
  safeCallBatch: 'Batches',
  withTokenRefresh: 'Tokens',
  getCircuitBreakerStatus: 'Breakers',
  resetCircuitBreaker: 'Breakers',
  forceCircuitBreaker: 'Breakers',
  connectStore: 'Stores',
  on: 'Events',
};

interface Member {
  signature: string;
  doc: string | undefined;
}

interface Entry {
  name: string;
  /** Relative to the package. */
  file: string;
  group: Group;
  signature: string;
  doc: string | undefined;
  members: Member[];
}

interface Module {
  file: string;
  text: string;
  program: Node;
  /** The text of each TSDoc comment by the offset of what follows it. */
  docs: Map<number, string>;
}

export interface ApiDocs {
  text: string;
  exports: number;
  findings: string[];
}

/** Reads a package folder with its `src/index.ts`. */
export function apiDocs(folder: string): ApiDocs {
  const modules = new Map<string, Module>();
  const read = (file: string): Module => {
    const known = modules.get(file) ?? readModule(folder, file);
    modules.set(file, known);
    return known;
  };
  const entries = exportsOf(read('src/index.ts'), undefined, read);
  const findings = entries
    .filter(({ doc }) => !doc)
    .map(({ name, file }) => `${file} exports ${name}, which has no TSDoc. Say what it is, above it.`);
  return { text: render(entries), exports: entries.length, findings };
}

function readModule(folder: string, file: string): Module {
  const text = readFileSync(join(folder, file), 'utf8');
  const parsed = parseSync(file, text);
  if (parsed.errors[0]) throw new Error(`${file}: ${parsed.errors[0].message}`);
  const docs = new Map<number, string>();
  for (const { type, value, end } of parsed.comments) {
    if (type !== 'Block' || !value.startsWith('*')) continue;
    const gap = /^\s*/.exec(text.slice(end))?.[0].length ?? 0;
    docs.set(end + gap, cleanDoc(value));
  }
  return { file, text, program: parsed.program as unknown as Node, docs };
}

const cleanDoc = (comment: string): string =>
  comment
    .slice(1)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .join('\n')
    .trim();

type Read = (file: string) => Module;
const list = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : []);

/** What a module exports, `only` those names if given; what it passes on is looked up where it is declared. */
function exportsOf(module: Module, only: Set<string> | undefined, read: Read): Entry[] {
  return list(module.program.body).flatMap((statement) => {
    if (!/^Export(Named|All)Declaration$/.test(statement.type)) return [];
    const from = nameOf(statement.source);
    const target = from && posix.join(posix.dirname(module.file), from);
    if (statement.type === 'ExportAllDeclaration') return target ? exportsOf(read(target), only, read) : [];
    if (target) {
      const names = list(statement.specifiers).map((one) => nameOf(one.exported) ?? '');
      return exportsOf(read(target), new Set(names), read);
    }
    if (!isNode(statement.declaration)) return [];
    const entries = declared(module, statement, statement.declaration, read);
    return entries.filter(({ name }) => only === undefined || only.has(name));
  });
}

function declared(module: Module, statement: Node, declaration: Node, read: Read): Entry[] {
  const doc = module.docs.get(statement.start);
  const about = { file: module.file, doc };
  if (declaration.type === 'VariableDeclaration') {
    return list(declaration.declarations).flatMap(({ id }) => {
      if (!isNode(id)) return [];
      if (id.type === 'ObjectPattern') return ofInstance(id, read);
      const name = nameOf(id) ?? '';
      const type = isNode(id.typeAnnotation) ? slice(module, id.typeAnnotation) : '';
      return [entry({ ...about, name, signature: `const ${name}${type}`, members: [] })];
    });
  }
  const name = nameOf(declaration.id) ?? '';
  if (declaration.type === 'TSTypeAliasDeclaration') {
    return [entry({ ...about, name, signature: slice(module, declaration).replace(/;$/, ''), members: [] })];
  }
  const body = isNode(declaration.body) ? declaration.body : declaration;
  const signature = module.text.slice(declaration.start, body.start).trim();
  const members = declaration.type === 'FunctionDeclaration' ? [] : membersOf(module, body);
  return [entry({ ...about, name, signature, members: members.map(({ member }) => member) })];
}

/** `export const { safeCall, ... } = instance`: documented where the instance's interface is. */
function ofInstance(pattern: Node, read: Read): Entry[] {
  const module = read('src/create-safe-call.ts');
  const declaration = list(module.program.body)
    .map((statement) => statement.declaration)
    .find((one): one is Node => isNode(one) && nameOf(one.id) === 'SafeCallInstance');
  const members = declaration && isNode(declaration.body) ? membersOf(module, declaration.body) : [];
  return list(pattern.properties).map((property) => {
    const name = nameOf(property.key) ?? '';
    const found = members.find((one) => one.name === name)?.member;
    const signature = found?.signature ?? name;
    return entry({ name, file: 'src/index.ts', signature, doc: found?.doc, members: [] });
  });
}

function entry(found: Omit<Entry, 'group'>): Entry {
  return {
    ...found,
    group: GROUP_OF_NAME[found.name] ?? GROUP_OF_FILE[posix.basename(found.file)] ?? defaultGroup(found),
  };
}

const defaultGroup = ({ file }: Pick<Entry, 'file'>): Group =>
  file === 'src/index.ts' ? 'Calling' : 'Types';

function membersOf(module: Module, body: Node): { name: string; member: Member }[] {
  return list(body.body).flatMap((node) => {
    const name = nameOf(node.key) ?? '';
    const isPrivate = isNode(node.key) && node.key.type === 'PrivateIdentifier';
    if (isPrivate) return [];
    const { value } = node;
    const inner = isNode(value) && isNode(value.body) ? value.body.start : undefined;
    const whole = module.text.slice(node.start, inner ?? node.start + slice(module, node).length);
    const optional = node.optional === true ? whole.replace(/ \| undefined;?$/, '') : whole;
    return [{ name, member: { signature: oneLine(optional), doc: module.docs.get(node.start) } }];
  });
}

const slice = (module: Module, node: Node): string => module.text.slice(node.start, node.end as number);
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').replace(/[;,]?\s*$/, '');

function render(entries: readonly Entry[]): string {
  const known = new Set(entries.map(({ name }) => name));
  const lines = [
    '# API of safe-call',
    '',
    'Generated from the TSDoc in `src/` by `npm run docs` in this folder; do not edit. Times are in milliseconds',
    'where a name ends in `Ms`.',
  ];
  for (const group of GROUPS) {
    const members = entries.filter((one) => one.group === group);
    if (members.length > 0) lines.push('', `## ${group}`);
    for (const one of members) lines.push(...renderEntry(one, known));
  }
  return `${lines.join('\n')}\n`;
}

function renderEntry({ name, file, signature, doc, members }: Entry, known: Set<string>): string[] {
  const text = doc ? renderDoc(doc, known) : ['(no TSDoc)'];
  const from = file === 'src/index.ts' ? 'the default instance, `src/index.ts`' : `\`${file}\``;
  const lines = ['', `### ${name}`, '', ...text, '', '```ts', signature, '```', ''];
  for (const member of members) {
    const [first = '', ...rest] = member.doc ? renderDoc(member.doc, known) : [];
    lines.push(`- \`${member.signature}\`${first ? ` — ${first}` : ''}`);
    lines.push(...rest.map((line) => (line ? `  ${line}` : '')));
  }
  if (members.length > 0) lines.push('');
  return [...lines, `From ${from}.`];
}

/** Paragraphs on one line each, tags as a list. */
function renderDoc(doc: string, known: Set<string>): string[] {
  const linked = doc.replace(/\{@link (\w+)\}/g, (_, name: string) =>
    known.has(name) ? `[${name}](#${name.toLowerCase()})` : `\`${name}\``,
  );
  const [prose = '', ...tags] = linked.split(/\n(?=@)/);
  const paragraphs = prose
    .trim()
    .split(/\n\s*\n/)
    .flatMap((paragraph, index) => [...(index > 0 ? [''] : []), paragraph.replace(/\n/g, ' ')]);
  const items = tags.map((tag) => {
    const [, kind = '', rest = ''] = /^@(\w+)\s+([\s\S]*)$/.exec(tag.trim()) ?? [];
    const text = rest.replace(/\s*\n\s*/g, ' ').trim();
    return kind === 'param' ? `- ${text.replace(/^(\S+) -/, '`$1`:')}` : `- ${kind}: ${text}`;
  });
  return items.length > 0 ? [...paragraphs, '', ...items] : paragraphs;
}

if (import.meta.main) {
  const folder = resolve(dirname(fileURLToPath(import.meta.url)), '..', PACKAGE);
  const { text, exports, findings } = apiDocs(folder);
  const file = join(folder, 'API.md');
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    findings.push(`${PACKAGE}/API.md is stale. Run "npm run docs" in ${PACKAGE}.`);
  }
  for (const finding of findings) console.log(finding);
  console.log(`API docs: ${exports} exports, ${findings.length} findings`);
  process.exitCode = findings.length > 0 ? 1 : 0;
}
