import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** What no check of ours looks into: made by tools, or someone else's. */
const SKIPPED = new Set(['node_modules', 'dist', '.git', '.voxanne', 'results', 'artifacts']);

/** Every file below `root`, as paths relative to it with forward slashes, sorted. */
export function listFiles(root: string): string[] {
  const found: string[] = [];
  const visit = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (SKIPPED.has(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) found.push(relative(root, path).split(sep).join('/'));
    }
  };
  visit(root);
  return found.sort();
}
