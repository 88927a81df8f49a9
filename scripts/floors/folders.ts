import { posix } from 'node:path';
import type { Graph } from './graph.ts';
import type { Finding } from './imports.ts';
import { isTest } from './zones.ts';

interface Way {
  file: string;
  line: number;
  path: string;
}

/**
 * Folders that import each other, a folder and one inside it too: such a pair is one room with two doors, and no
 * reader knows which of them to open first. Tests may look both ways. The dashboard has
 * stricter rules of its own (dashboard.ts).
 */
export function folderFindings(graph: Graph): Finding[] {
  const ways = waysBetween(graph);
  return [...ways].flatMap(([key, there]) => {
    const [from = '', to = ''] = key.split(' ');
    const back = ways.get(`${to} ${from}`);
    // Reported once, where fewer imports have to be turned.
    if (!back || back.length < there.length || (back.length === there.length && to < from)) return [];
    const [{ file, line, path }, other] = [there[0], back[0]] as [Way, Way];
    const message = `imports ${path}, and ${other.file} imports back from ${from}: two folders that import each other are one. Move what both need into one of them, or into a folder of its own.`;
    return [{ rule: 'folders', file, line, message }];
  });
}

/** Every import from one folder into another, by "from to". */
function waysBetween(graph: Graph): Map<string, Way[]> {
  const ways = new Map<string, Way[]>();
  for (const [file, targets] of graph) {
    if (isTest(file) || file.startsWith('dashboard/')) continue;
    for (const target of targets) {
      if (target.kind !== 'ours' || isTest(target.path)) continue;
      const key = `${posix.dirname(file)} ${posix.dirname(target.path)}`;
      if (posix.dirname(file) === posix.dirname(target.path)) continue;
      const way = { file, line: target.line, path: target.path };
      ways.set(key, [...(ways.get(key) ?? []), way]);
    }
  }
  return ways;
}
