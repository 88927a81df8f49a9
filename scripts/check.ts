/** What `npm run check` runs: everything that can be judged without a database, in seconds. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ran, runNode } from './lib/run.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const tool = (...path: string[]) => join('node_modules', ...path);
const AT_ONCE = 2;
const PRODUCTION = ['--production', '--config', 'knip.production.json', '--include', 'files,exports,types'];

const steps: [name: string, args: string[]][] = [
  ['types: server', [tool('typescript', 'bin', 'tsc'), '-p', 'tsconfig.json']],
  [
    'format, lint',
    [tool('@biomejs', 'biome', 'bin', 'biome'), 'ci', '--error-on-warnings', '--colors=off', '.'],
  ],
  ['types: dashboard', [tool('typescript', 'bin', 'tsc'), '-p', 'dashboard/tsconfig.json']],
  ['floors', ['scripts/floors.ts']],
  ['dead code', [tool('knip', 'bin', 'knip.js'), '--no-progress']],
  // What only tests use is dead as well: the first run counts them as users.
  ['dead in production', [tool('knip', 'bin', 'knip.js'), ...PRODUCTION, '--no-progress']],
  ['documents', ['scripts/doc-references.ts']],
  ['spec map', ['scripts/spec-map.ts']],
  ['sentences', ['scripts/sentences.ts', '--check']],
  ['API docs', ['scripts/api-docs.ts', '--check']],
  ['migrations', ['scripts/schema/seals.ts']],
];

const failed: [name: string, ran: Ran][] = [];
const queue = [...steps];

async function work(): Promise<void> {
  for (let step = queue.shift(); step; step = queue.shift()) {
    const [name, args] = step;
    const [program = ''] = args;
    const ran = existsSync(program)
      ? await runNode(args)
      : { code: 1, output: `${program} is missing. Run npm ci, then npm run check again.`, seconds: 0 };
    console.log(`${ran.code === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(18)}${ran.seconds.toFixed(1)} s`);
    if (ran.code !== 0) failed.push([name, ran]);
  }
}

const begun = performance.now();
await Promise.all(Array.from({ length: AT_ONCE }, work));
for (const [name, { output }] of failed) console.log(`\n--- ${name} ---\n${output.trim()}`);
const verdict = failed.length === 0 ? 'All checks pass' : `${failed.length} of ${steps.length} checks failed`;
console.log(`\n${verdict} (${((performance.now() - begun) / 1000).toFixed(1)} s).`);
process.exitCode = failed.length === 0 ? 0 : 1;
