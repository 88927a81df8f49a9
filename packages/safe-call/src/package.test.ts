import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const source = join(import.meta.dirname, '..');
const program = mkdtempSync(join(tmpdir(), 'safe-call-package-'));
const built = join(program, 'node_modules/@voxanne/safe-call');

interface Ended {
  code: number | string | null | undefined;
  stdout: string;
  stderr: string;
}

function run(command: string, args: string[], cwd: string): Promise<Ended> {
  // Set by an npm that runs these tests: the inner one would take its folder for its own.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env }, (failure, stdout, stderr) => {
      resolve({ code: failure === null ? 0 : failure.code, stdout, stderr });
    });
  });
}

const files = (ending: string) =>
  readdirSync(built, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(ending));
const read = (file: string) => readFileSync(join(built, file), 'utf8');

beforeAll(async () => {
  mkdirSync(built, { recursive: true });
  const { code, stdout, stderr } = await run(process.execPath, [join(source, 'build.ts'), built], source);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
}, 120_000);
afterAll(() => rmSync(program, { recursive: true, force: true }));

describe('the package', () => {
  it.each([['pack'], ['publish']])(
    'is not made from this folder: npm %s says what to do',
    async (command) => {
      const { code, stderr } = await run('npm', [command, '--dry-run'], source);
      expect(code).toBe(1);
      expect(stderr).toContain('npm pack ./dist');
    },
    60_000,
  );

  it('is private here and public when it is built, with its engines and without our tools', () => {
    const ours = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    const theirs = JSON.parse(read('package.json'));
    expect(ours).toMatchObject({ private: true });
    expect(theirs).toMatchObject({ name: ours.name, version: ours.version, engines: ours.engines });
    expect(Object.keys(theirs).filter((name) => /^private$|scripts|dependencies/i.test(name))).toEqual([]);
  });

  it('packs what was built: code, types, maps, licence and documents', async () => {
    const { code, stdout } = await run('npm', ['pack', '--dry-run', '--json'], built);
    expect(code).toBe(0);
    const [packed] = JSON.parse(stdout) as { files: { path: string }[] }[];
    const paths = packed?.files.map(({ path }) => path) ?? [];
    expect(paths).toEqual(
      expect.arrayContaining(['index.js', 'index.d.ts', 'index.js.map', 'LICENSE', 'README.md']),
    );
    expect(paths.filter((path) => /(?<!\.d)\.ts$|\.test\./.test(path))).toEqual([]);
  }, 60_000);

  it('every map holds the source it points to', () => {
    const maps = files('.js.map');
    expect(maps.length).toBeGreaterThan(20);
    for (const file of maps) {
      const { sources, sourcesContent } = JSON.parse(read(file)) as Record<string, string[]>;
      expect([file, sourcesContent?.length]).toEqual([file, sources?.length]);
      expect(sourcesContent?.every((text) => text.length > 0)).toBe(true);
    }
  });

  it('every declaration names files that are there, in words that TypeScript 4.9 reads', () => {
    const declarations = files('.d.ts');
    expect(declarations.length).toBeGreaterThan(20);
    for (const file of declarations) {
      const text = read(file);
      expect([file, /export type \*|<const |\bsatisfies\b/.exec(text)?.[0]]).toEqual([file, undefined]);
      const named = [...text.matchAll(/(?:from '|import\(")(\.[^'"]*)/g)].map(([, path = '']) => path);
      const missing = named
        .map((path) => join(file, '..', path).replace(/\.js$/, '.d.ts'))
        .filter((path) => !declarations.includes(path));
      expect([file, missing]).toEqual([file, []]);
    }
  });

  const CALL = `safeCall('a', ({ attempt }) => (attempt < 2 ? Promise.reject(new Error('x')) : 'ok'), { backoffMs: 5 }).then(({ data }) => console.log(data))`;
  it.each([
    ['an ES module', 'user.mjs', `import { safeCall } from '@voxanne/safe-call'; await ${CALL};`],
    ['a CommonJS program', 'user.cjs', `const { safeCall } = require('@voxanne/safe-call'); ${CALL};`],
    [
      'an ES module that takes the testing tools',
      'test.mjs',
      `import { createTestClock } from '@voxanne/safe-call/testing'; console.log(createTestClock().now() > 0 && 'ok');`,
    ],
  ])(
    'runs in %s, from node_modules',
    async (_, file, text) => {
      writeFileSync(join(program, file), text);
      expect(await run(process.execPath, [file], program)).toEqual({ code: 0, stdout: 'ok\n', stderr: '' });
    },
    60_000,
  );
});
