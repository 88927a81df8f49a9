/**
 * Mutation score of the state machine: `npm run mutate`. Stryker is installed into a temporary folder for the
 * run, because two hundred packages are too many to carry in everyone's install for something run by hand.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const STRYKER = '10.1.1';
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'safe-call-mutate-'));

const version = (name: string): string => {
  const manifest = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8');
  return `${name}@${(JSON.parse(manifest) as { version: string }).version}`;
};
const write = (file: string, content: object) => writeFileSync(join(folder, file), JSON.stringify(content));
const run = (program: string, args: string[]) =>
  spawnSync(program, args, { cwd: folder, stdio: 'inherit' }).status ?? 1;

cpSync(join(import.meta.dirname, 'src'), join(folder, 'src'), { recursive: true });
write('package.json', { type: 'module', private: true });
write('stryker.config.json', {
  testRunner: 'vitest',
  mutate: ['src/breaker.ts', 'src/breakers.ts'],
  reporters: ['clear-text', 'progress-append-only'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  vitest: { configFile: 'vitest.config.ts' },
});
// What starts processes says nothing about the state machine and would run for every mutant.
const slow = ['src/redis-*.test.ts', 'src/differential/**', 'src/hazards/h13-*'];
const config = { test: { include: ['src/**/*.test.ts'], exclude: slow } };
writeFileSync(join(folder, 'vitest.config.ts'), `export default ${JSON.stringify(config)};`);

const stryker = ['@stryker-mutator/core', '@stryker-mutator/vitest-runner'].map(
  (name) => `${name}@${STRYKER}`,
);
const installed = run('npm', [
  'install',
  '--no-audit',
  '--no-fund',
  ...stryker,
  ...['vitest', 'fast-check'].map(version),
]);
process.exitCode = installed === 0 ? run('npx', ['stryker', 'run']) : installed;
rmSync(folder, { recursive: true, force: true });
