/** Who may import whom, and what may be where. ARCHITECTURE.md explains the rules; this keeps them. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { contentFindings, sizeFindings } from './floors/contents.ts';
import { dashboardFindings } from './floors/dashboard.ts';
import { folderFindings } from './floors/folders.ts';
import { buildGraph, findCycles, type Graph } from './floors/graph.ts';
import { type Finding, importFindings } from './floors/imports.ts';
import { waitFindings } from './floors/waits.ts';
import { listFiles } from './lib/files.ts';
import { readSource, type Source } from './lib/source.ts';

export interface Checked {
  findings: Finding[];
  files: number;
  imports: number;
}

const CODE = /\.(ts|tsx|mts|js|mjs|jsx)$/;
const MEASURED = /\.(ts|tsx|mts|js|mjs|jsx|css|sql)$/;
/** No one writes these by hand, or reads them from top to bottom. */
const UNMEASURED = /\.generated\.|^supabase\/migrations\//;

export function checkFloors(root: string): Checked {
  const files = listFiles(root);
  const findings: Finding[] = [];
  const sources: Source[] = [];
  for (const file of files.filter((name) => CODE.test(name))) {
    try {
      sources.push(readSource(root, file));
    } catch (error) {
      const message = `cannot be read: ${(error as Error).message}`;
      findings.push({ rule: 'unreadable', file, line: 1, message });
    }
  }
  const graph = buildGraph(root, files, sources);
  for (const [file, targets] of graph) findings.push(...importFindings(file, targets));
  for (const source of sources) findings.push(...contentFindings(source), ...waitFindings(source));
  for (const file of files.filter((name) => MEASURED.test(name) && !UNMEASURED.test(name))) {
    findings.push(...sizeFindings(file, readFileSync(join(root, file), 'utf8')));
  }
  findings.push(...cycleFindings(graph), ...folderFindings(graph), ...dashboardFindings(graph));
  // A checker that saw nothing has found nothing, and would say so forever.
  if (sources.length === 0) {
    findings.push({
      rule: 'unreadable',
      file: '.',
      line: 0,
      message: 'no source file was seen. Check the root.',
    });
  }
  const imports = [...graph.values()].reduce((sum, targets) => sum + targets.length, 0);
  return { findings, files: sources.length, imports };
}

const cycleFindings = (graph: Graph): Finding[] =>
  findCycles(graph).map((circle) => {
    const [file = '', next = file] = circle;
    const line = graph.get(file)?.find((target) => target.kind === 'ours' && target.path === next)?.line ?? 1;
    const way = [...circle, file].join(' -> ');
    const message = `is part of a circle of imports: ${way}. Move what both need into a third file.`;
    return { rule: 'cycles', file, line, message };
  });

if (import.meta.main) {
  const { findings, files, imports } = checkFloors(resolve(process.argv[2] ?? '.'));
  for (const { rule, file, line, message } of findings) console.log(`${file}:${line} ${message} [${rule}]`);
  console.log(`floors: ${files} files, ${imports} imports, ${findings.length} findings`);
  process.exitCode = findings.length > 0 ? 1 : 0;
}
