/** Documents may not name what does not exist: paths, links, npm scripts and settings are looked up. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, posix, resolve } from 'node:path';
import { decisionRecordFindings } from './lib/decision-records.ts';
import { listFiles } from './lib/files.ts';

const DOCUMENTS =
  /^[A-Z_]+\.md$|^docs\/.+\.md$|^\.github\/.+\.md$|^(packages\/[^/]+|sandbox|backend|dashboard)\/README\.md$/;

/** A name with one of these endings is a file, even without a folder before it. */
const FILE_ENDING = /\.(ts|tsx|mjs|sql|json|md|png|svg|css|html|toml)$/;

export interface CheckedDocuments {
  findings: string[];
  documents: number;
  references: number;
}

export function checkDocuments(root: string): CheckedDocuments {
  const repository = readRepository(root);
  const documents = repository.files.filter((file) => DOCUMENTS.test(file));
  const findings: string[] = [];
  let references = 0;
  for (const document of documents) {
    for (const reference of referencesIn(readFileSync(join(root, document), 'utf8'))) {
      references += 1;
      const fault = faultOf(reference, document, repository);
      if (fault) findings.push(`${document}:${reference.line} ${fault}`);
    }
  }
  if (documents.length === 0) findings.push('No documents found. At least README.md should be here.');
  findings.push(...decisionRecordFindings(root, repository.files), ...settingsFindings(root));
  return { findings, documents: documents.length, references };
}

interface Repository {
  root: string;
  files: string[];
  /** Files and folders, with every ending of each path: `src/a/b.ts` is known as `a/b.ts` and `b.ts` too. */
  known: Set<string>;
  folders: Set<string>;
  ignored: string[];
  scripts: Set<string>;
}

function readRepository(root: string): Repository {
  const files = listFiles(root);
  const folders = new Set(files.flatMap((file) => parents(file)));
  const gitignore = join(root, '.gitignore');
  return {
    root,
    files,
    folders,
    known: new Set([...files, ...folders].flatMap(endings)),
    ignored: existsSync(gitignore)
      ? readFileSync(gitignore, 'utf8')
          .split('\n')
          .map((line) => line.replace(/\/$/, ''))
          .filter((line) => line && !line.includes('*'))
      : [],
    scripts: new Set(
      files.filter((file) => basename(file) === 'package.json').flatMap((file) => scriptsOf(root, file)),
    ),
  };
}

const parents = (file: string): string[] =>
  file
    .split('/')
    .slice(0, -1)
    .map((_, index, parts) => parts.slice(0, index + 1).join('/'));

const endings = (path: string): string[] =>
  path.split('/').map((_, index, parts) => parts.slice(index).join('/'));

const scriptsOf = (root: string, file: string): string[] =>
  Object.keys((JSON.parse(readFileSync(join(root, file), 'utf8')) as { scripts?: object }).scripts ?? {});

type Reference = { line: number; kind: 'link' | 'code' | 'script'; text: string };

function referencesIn(text: string): Reference[] {
  const found: Reference[] = [];
  let fenced = false;
  text.split('\n').forEach((content, index) => {
    const line = index + 1;
    if (/^\s*```/.test(content)) fenced = !fenced;
    for (const [, name = ''] of content.matchAll(/\bnpm run ([a-z][\w:-]*)/g))
      found.push({ line, kind: 'script', text: name });
    for (const [, name = ''] of content.matchAll(/\bnpm (start|test)\b/g))
      found.push({ line, kind: 'script', text: name });
    if (fenced) return;
    for (const [, code = ''] of content.matchAll(/`([^`]+)`/g))
      found.push({ line, kind: 'code', text: code });
    const prose = content.replace(/`[^`]*`/g, '``');
    const links = /\]\(([^)\s]+)(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s+(\S+)|\b(?:src|href)="([^"]+)"/g;
    for (const [, inline, reference, html] of prose.matchAll(links)) {
      found.push({ line, kind: 'link', text: inline ?? reference ?? html ?? '' });
    }
  });
  return found;
}

function faultOf({ kind, text }: Reference, document: string, repository: Repository): string | undefined {
  if (kind === 'script') {
    if (repository.scripts.has(text)) return undefined;
    return `names "npm run ${text}", but no package.json has that script. Correct it or leave it out.`;
  }
  // The spec map names what is planned too, and has its own check.
  if (document === 'docs/spec-map.md' && kind === 'code') return undefined;
  if (kind === 'link') return linkFault(text, document, repository);
  const dead = pathsIn(text, repository).filter((path) => !exists(path, document, repository));
  return dead.length > 0
    ? `names ${dead.join(', ')}, which does not exist. Correct it or leave it out.`
    : undefined;
}

function linkFault(target: string, document: string, { root }: Repository): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? document : posix.normalize(posix.join(posix.dirname(document), path));
  if (!existsSync(join(root, file))) return `links to ${target}, which does not exist. Correct the link.`;
  if (anchor && file.endsWith('.md') && !anchorsOf(readFileSync(join(root, file), 'utf8')).has(anchor)) {
    return `links to ${target}, but ${file} has no such heading. Correct the link.`;
  }
  return undefined;
}

/** As GitHub makes them. */
const anchorsOf = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/^#+\s+(.+)$/gm)].map(([, heading = '']) =>
      heading
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  );

/** The words of a piece of code that can only be paths of this repository. */
function pathsIn(code: string, repository: Repository): string[] {
  return code
    .split(/\s+/)
    .flatMap(expandBraces)
    .map((word) =>
      word
        .replace(/[,;:.]+$/, '')
        .replace(/:\d+$/, '')
        .replace(/^\.\//, ''),
    )
    .filter((word) => /^[\w.@*<>/-]+$/.test(word) && !word.startsWith('/') && !word.startsWith('@'))
    .filter((word) => {
      const [first = ''] = word.split('/');
      if (repository.ignored.some((path) => word === path || `${word}/`.startsWith(`${path}/`))) return false;
      if (FILE_ENDING.test(word)) return !/^\*?\.\w+$/.test(word);
      return (
        word.includes('/') && (repository.folders.has(first) || (/^[a-z-]+\/$/.test(word) && word.length > 3))
      );
    });
}

function expandBraces(word: string): string[] {
  const group = /\{([^{}]*)\}/.exec(word);
  if (!group) return [word];
  return (group[1] ?? '').split(',').flatMap((part) => expandBraces(word.replace(group[0], part.trim())));
}

function exists(path: string, document: string, { known }: Repository): boolean {
  const wanted = path.replace(/\/$/, '');
  const beside = posix.normalize(posix.join(posix.dirname(document), wanted));
  if (!/[*<]/.test(wanted)) return known.has(wanted) || known.has(beside);
  const pattern = wanted
    .replace(/<[^>]*>/g, '*')
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]*');
  const matches = new RegExp(`^${pattern}$`);
  return [...known].some((candidate) => matches.test(candidate));
}

/** `.env.example` lists every setting; `(planned)` marks those that the configuration doesn't read yet. */
function settingsFindings(root: string): string[] {
  const [example, config] = ['.env.example', 'backend/src/platform/config.ts'].map((file) =>
    join(root, file),
  ) as [string, string];
  if (!existsSync(config)) return [];
  if (!existsSync(example)) return ['.env.example is missing. It lists every setting.'];
  const schema = /z\.object\(\{([\s\S]*?)\n\}\)/.exec(readFileSync(config, 'utf8'))?.[1] ?? '';
  const read = new Set([...schema.matchAll(/^ {2}([A-Z][A-Z0-9_]*):/gm)].map(([, name = '']) => name));
  const listed = new Map(
    [...readFileSync(example, 'utf8').matchAll(/^#? ?([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(
      ([, name = '', rest = '']) => [name, rest.includes('(planned)')] as const,
    ),
  );
  const findings = read.size === 0 ? ['No settings found in backend/src/platform/config.ts.'] : [];
  for (const name of read) {
    if (!listed.has(name)) findings.push(`.env.example does not list ${name}, which is read. Add it.`);
    if (listed.get(name)) findings.push(`.env.example marks ${name} planned, but it is read. Drop the mark.`);
  }
  const compose = join(root, 'compose.yaml');
  const interpolated = existsSync(compose)
    ? [...readFileSync(compose, 'utf8').matchAll(/\$\{([A-Z][A-Z0-9_]*)/g)].map(([, name = '']) => name)
    : [];
  for (const [name, planned] of listed) {
    if (!read.has(name) && !interpolated.includes(name) && !planned)
      findings.push(`.env.example lists ${name}, which nothing reads. Mark it (planned).`);
  }
  return findings;
}

if (import.meta.main) {
  const { findings, documents, references } = checkDocuments(resolve(process.argv[2] ?? '.'));
  for (const finding of findings) console.log(finding);
  console.log(`documents: ${documents} read, ${references} references, ${findings.length} findings`);
  process.exitCode = findings.length > 0 ? 1 : 0;
}
