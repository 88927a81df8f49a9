import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { listFiles } from './files.ts';

const CODE = /\.(ts|tsx|mjs)$/;
const TEST = /\.(test\.tsx?|journey\.ts)$/;
const IMPORTED = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g;
const FUNCTION = /\bcreate\s+(?:or\s+replace\s+)?function\s+(?:\w+\.)?(\w+)/gi;
const SCHEMA_TESTS = /^scripts\/schema\//;
/** A test that imports the changed file, or something that does. Behind more steps lies the whole server, and every test. */
const STEPS = 2;

/** What git says has changed since `base`, committed or not, as paths below `root`. */
export function changedFiles(root: string, base = 'HEAD'): string[] {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
      .split('\0')
      .filter(Boolean);
  return [
    ...git('diff', '--name-only', '-z', '--merge-base', base),
    ...git('ls-files', '--others', '--exclude-standard', '-z'),
  ];
}

/**
 * The test files that are near what changed: changed themselves, or at most two imports away; where there is none, the
 * nearest. Behind a changed SQL file come the sources that call its functions by name, and the tests of the schema.
 */
export function testsNear(root: string, changed: readonly string[]): string[] {
  const sources = new Map(
    listFiles(root)
      .filter((path) => CODE.test(path))
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );
  const sql = changed.filter((path) => path.endsWith('.sql') && existsSync(join(root, path)));
  const importers = importersOf(sources);
  const starts = new Set([...changed, ...callersOf(namesIn(root, sql), sources)]);
  const near = new Set([...starts].flatMap((path) => testsNearOne(path, importers)));
  return [...sources.keys()].filter(
    (path) => TEST.test(path) && (near.has(path) || (sql.length > 0 && SCHEMA_TESTS.test(path))),
  );
}

function testsNearOne(start: string, importers: ReadonlyMap<string, string[]>): string[] {
  const found = new Set([start]);
  let edge = [start];
  const tests = () => [...found].filter((path) => TEST.test(path));
  for (let step = 0; edge.length > 0 && (step < STEPS || tests().length === 0); step += 1) {
    edge = edge.flatMap((path) => importers.get(path) ?? []).filter((path) => !found.has(path));
    for (const path of edge) found.add(path);
  }
  return tests();
}

function namesIn(root: string, sql: readonly string[]): string[] {
  return sql.flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(FUNCTION)].flatMap(([, name]) => name ?? []),
  );
}

function callersOf(names: readonly string[], sources: ReadonlyMap<string, string>): string[] {
  if (names.length === 0) return [];
  const called = new RegExp(`\\b(?:${names.join('|')})\\b`);
  return [...sources].flatMap(([path, text]) =>
    (path.endsWith('.queries.ts') || TEST.test(path)) && called.test(text) ? path : [],
  );
}

function importersOf(sources: ReadonlyMap<string, string>): Map<string, string[]> {
  const importers = new Map<string, string[]>();
  for (const [path, text] of sources) {
    for (const [, specifier = ''] of text.matchAll(IMPORTED)) {
      const imported = join(dirname(path), specifier);
      importers.set(imported, [...(importers.get(imported) ?? []), path]);
    }
  }
  return importers;
}
