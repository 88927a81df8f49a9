/** Makes `dist` into a package that can be published by itself: `npm run build`, then `npm publish dist`. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

process.chdir(import.meta.dirname);
rmSync('dist', { recursive: true, force: true });
const tsc = new URL('bin/tsc', import.meta.resolve('typescript/package.json'));
execFileSync(process.execPath, [tsc.pathname, '-p', 'tsconfig.build.json'], { stdio: 'inherit' });

interface Manifest {
  exports: Record<string, string>;
  devDependencies?: unknown;
  scripts?: unknown;
}
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const { devDependencies, scripts, ...published } = manifest;
const exports = Object.fromEntries(
  Object.entries(manifest.exports).map(([name, source]) => {
    const file = source.replace('./src/', './').replace(/\.ts$/, '');
    return [name, { types: `${file}.d.ts`, default: `${file}.js` }];
  }),
);
writeFileSync('dist/package.json', `${JSON.stringify({ ...published, exports }, null, 2)}\n`);
copyFileSync('README.md', 'dist/README.md');
copyFileSync('API.md', 'dist/API.md');
copyFileSync('../../LICENSE', 'dist/LICENSE');
