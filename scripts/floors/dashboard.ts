import type { Graph } from './graph.ts';
import { findCycles } from './graph.ts';
import type { Finding } from './imports.ts';
import { isTest } from './zones.ts';

/** The layers of the dashboard, lowest first; imports only go down. Anything else starts the page. */
const LAYERS = ['lib', 'features', 'shell', 'routes'];

/** Where a file of the dashboard is, such as `features/contacts`; undefined: beside the folders. */
function folderOf(path: string): string | undefined {
  const [house, src, layer = '', folder = '', ...rest] = path.split('/');
  if (house !== 'dashboard' || src !== 'src' || !LAYERS.includes(layer)) return undefined;
  return rest.length > 0 ? `${layer}/${folder}` : layer;
}

const rankOf = (folder: string): number => LAYERS.indexOf(folder.split('/')[0] ?? '');

/** In the dashboard imports only go down the layers, and no two folders reach each other. */
export function dashboardFindings(graph: Graph): Finding[] {
  const folders: Graph = new Map();
  const firstFile = new Map<string, { file: string; line: number; path: string }>();
  const upwards: Finding[] = [];
  for (const [file, targets] of graph) {
    const from = folderOf(file);
    if (from === undefined) continue;
    for (const target of targets) {
      const to = target.kind === 'ours' ? folderOf(target.path) : undefined;
      if (target.kind !== 'ours' || to === undefined || to === from) continue;
      if (rankOf(to) > rankOf(from)) {
        const message = `imports ${target.path}: in the dashboard imports only go down (${LAYERS.toReversed().join(', ')}). Pass it in, or move what both need down.`;
        upwards.push({ rule: 'folders', file, line: target.line, message });
      }
      const edge = `${from} ${to}`;
      // A product file says more than its test about why two folders know each other.
      if (!firstFile.has(edge) || (isTest(firstFile.get(edge)?.file ?? '') && !isTest(file))) {
        firstFile.set(edge, { file, line: target.line, path: target.path });
      }
      folders.set(from, [...(folders.get(from) ?? []), { kind: 'ours', path: to, line: target.line }]);
    }
  }
  const circles = findCycles(folders).map((circle): Finding => {
    const [first = '', next = first] = circle;
    const steps = circle.map((folder, index) => {
      const to = circle[(index + 1) % circle.length];
      const edge = firstFile.get(`${folder} ${to}`);
      return `${edge?.file} imports ${edge?.path}`;
    });
    const { file = first, line = 1 } = firstFile.get(`${first} ${next}`) ?? {};
    const message = `is part of a circle of folders: ${steps.join('; ')}. Move what both need into the lower one, or into lib/.`;
    return { rule: 'folders', file, line, message };
  });
  return [...upwards, ...circles];
}
