import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Source } from '../lib/source.ts';

/** What an import leads to. */
export type Target =
  | { kind: 'ours'; path: string; line: number }
  /** A file of ours that isn't a code, such as a style sheet. */
  | { kind: 'asset'; path: string; line: number }
  | { kind: 'npm'; name: string; line: number }
  | { kind: 'node'; name: string; line: number }
  | { kind: 'missing'; specifier: string; line: number }
  | { kind: 'computed'; line: number };

export type Graph = Map<string, Target[]>;

export function buildGraph(root: string, files: readonly string[], sources: readonly Source[]): Graph {
  const all = new Set(files);
  const code = new Set(sources.map((source) => source.path));
  const packages = workspacePackages(root, files);
  return new Map(
    sources.map((source) => [
      source.path,
      source.imports.map(({ specifier, line }) => ({ ...resolve(specifier, source.path), line })),
    ]),
  );

  function resolve(specifier: string | undefined, from: string): Unplaced {
    if (specifier === undefined) return { kind: 'computed' };
    if (specifier.startsWith('.')) return locate(posix.join(posix.dirname(from), bare(specifier)), specifier);
    if (specifier.startsWith('node:')) return { kind: 'node', name: specifier };
    const name = packageName(specifier);
    const entry = packages.get(name);
    if (!entry) return { kind: 'npm', name };
    const file = entry.exports[`.${specifier.slice(name.length)}`];
    return file ? locate(posix.join(entry.directory, file), specifier) : { kind: 'missing', specifier };
  }

  function locate(path: string, specifier: string): Unplaced {
    const candidates = [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`, `${path}/index.tsx`];
    const found = candidates.find((candidate) => all.has(candidate));
    if (found === undefined) return { kind: 'missing', specifier };
    return { kind: code.has(found) ? 'ours' : 'asset', path: found };
  }
}

type Unplaced = Target extends infer T ? (T extends Target ? Omit<T, 'line'> : never) : never;

/** Without a bundler's `?url` and its kin. */
const bare = (specifier: string): string => specifier.replace(/\?.*$/, '');

const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

interface WorkspacePackage {
  directory: string;
  exports: Record<string, string>;
}

function workspacePackages(root: string, files: readonly string[]): Map<string, WorkspacePackage> {
  const manifests = files.filter((file) => file.endsWith('/package.json'));
  return new Map(
    manifests.map((file) => {
      const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as {
        name: string;
        exports?: string | Record<string, string>;
      };
      const { exports = {} } = manifest;
      return [
        manifest.name,
        {
          directory: posix.dirname(file),
          exports: typeof exports === 'string' ? { '.': exports } : exports,
        },
      ];
    }),
  );
}

/** One circle for each group of files that reach each other, beginning with its first file by name. */
export function findCycles(graph: Graph): string[][] {
  const next = (file: string): string[] =>
    (graph.get(file) ?? []).flatMap((target) => (target.kind === 'ours' ? [target.path] : []));
  const inCycle = new Set<string>();
  const cycles: string[][] = [];
  for (const file of [...graph.keys()].sort()) {
    if (inCycle.has(file)) continue;
    const circle = shortestPathBack(file, next);
    if (!circle) continue;
    for (const member of circle) inCycle.add(member);
    cycles.push(circle);
  }
  return cycles;
}

function shortestPathBack(start: string, next: (file: string) => string[]): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const target of next(file)) {
      if (target === start) {
        const way = [file];
        for (let at = file; at !== start; ) {
          at = cameFrom.get(at) as string;
          way.unshift(at);
        }
        return way;
      }
      if (cameFrom.has(target)) continue;
      cameFrom.set(target, file);
      queue.push(target);
    }
  }
  return undefined;
}
