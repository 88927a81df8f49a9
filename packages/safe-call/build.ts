/**
 * Makes `dist` into a package that can be published by itself: `npm run build`, then `npm publish ./dist`.
 * `node build.ts <folder>` builds somewhere else; `--refuse` is what `npm pack` in this folder runs into.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [wanted = 'dist'] = process.argv.slice(2);
const folder = resolve(wanted);
process.chdir(import.meta.dirname);
if (wanted === '--refuse') {
  process.stderr.write(
    'Nothing was packed: this folder holds TypeScript, which Node does not run from node_modules.\nBuild the package with "npm run build", then pack or publish that: npm pack ./dist, npm publish ./dist.\n',
  );
  process.exit(1);
}

interface Manifest {
  exports: Record<string, string>;
  [name: string]: unknown;
}

/** Compilers before 5.0 know no `.ts` in a declaration, and the files beside it end in `.js`. */
function namesWhatIsThere(declaration: string): string {
  return declaration.replace(/(from '|import\(")(\.[^'"]*)\.ts(?=['"])/g, '$1$2.js');
}

rmSync(folder, { recursive: true, force: true });
const tsc = new URL('bin/tsc', import.meta.resolve('typescript/package.json'));
execFileSync(process.execPath, [tsc.pathname, '-p', 'tsconfig.build.json', '--outDir', folder], {
  stdio: 'inherit',
});
for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.d.ts')) continue;
  const path = join(folder, file);
  writeFileSync(path, namesWhatIsThere(readFileSync(path, 'utf8')));
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const { devDependencies: _, scripts: __, private: ___, ...published } = manifest;
const exports = Object.fromEntries(
  Object.entries(manifest.exports).map(([name, source]) => {
    const file = source.replace('./src/', './').replace(/\.ts$/, '');
    return [name, { types: `${file}.d.ts`, default: `${file}.js` }];
  }),
);
// Compilers that read no `exports` find the testing tools here.
const typesVersions = { '*': { testing: ['./testing/index.d.ts'] } };
const main = { main: './index.js', types: './index.d.ts', typesVersions };
writeFileSync(
  join(folder, 'package.json'),
  `${JSON.stringify({ ...published, ...main, exports: { ...exports, './package.json': './package.json' } }, null, 2)}\n`,
);
copyFileSync('README.md', join(folder, 'README.md'));
copyFileSync('API.md', join(folder, 'API.md'));
copyFileSync('../../LICENSE', join(folder, 'LICENSE'));
