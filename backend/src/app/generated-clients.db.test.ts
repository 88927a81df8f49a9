import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../testing/app.ts';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';

const run = promisify(execFile);
const clients = fileURLToPath(new URL('../../../packages/foreign-clients', import.meta.url));
const hoisted = fileURLToPath(new URL('../../../node_modules', import.meta.url));

const OPTIONS = {
  target: 'es2023',
  module: 'node16',
  moduleResolution: 'node16',
  strict: true,
  lib: ['es2023', 'dom', 'dom.iterable'],
  types: ['node'],
  skipLibCheck: true,
  outDir: 'out',
};

describe('a client that is generated from the API document', () => {
  let db: TestDatabase;
  let scene: TestApp;
  let folder: string;
  let url: string;
  beforeAll(async () => {
    db = await createTestDatabase();
    scene = await createTestApp(db);
    await scene.app.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${(scene.app.server.address() as AddressInfo).port}`;
    folder = await mkdtemp(join(tmpdir(), 'voxanne-clients-'));
    // Those of the generators' workspace lie beside it where they differ from ours.
    await symlink(hoisted, join(folder, 'node_modules'));
    await writeFile(join(folder, 'openapi.json'), (await scene.app.inject('/api/openapi.json')).body);
    await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}');
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await scene.close();
    await db.close();
  });

  const tool = (name: string, path: string): string =>
    fileURLToPath(new URL(path, import.meta.resolve(name, new URL(`file://${clients}/`).href)));
  // It would find our own TypeScript, which no longer has an API for programs; the one next to its workspace does.
  const withOlderTypeScript = `data:text/javascript,${encodeURIComponent(`
    import { registerHooks } from 'node:module';
    const url = ${JSON.stringify(pathToFileURL(join(clients, 'node_modules/typescript/lib/typescript.js')).href)};
    registerHooks({
      resolve: (name, context, next) =>
        name === 'typescript' ? { url, format: 'commonjs', shortCircuit: true } : next(name, context),
    });`)}`;
  const node = (...args: string[]) => run(process.execPath, args, { cwd: folder });

  /** Compiles the program as its author would, and runs it. */
  async function book(program: string): Promise<string> {
    // Not .ts where they are: without the generated client they don't compile.
    await cp(join(clients, 'programs', `${program}.ts.txt`), join(folder, `${program}.ts`));
    await writeFile(
      join(folder, `${program}.json`),
      JSON.stringify({ compilerOptions: OPTIONS, files: [`${program}.ts`] }),
    );
    const compiled = await node(
      join(clients, 'node_modules/typescript/bin/tsc'),
      '-p',
      `${program}.json`,
    ).catch(({ stdout }: { stdout: string }) => ({ stdout }));
    expect(compiled.stdout).toBe('');
    const { stdout } = await node(`out/${program}.js`, url, `${program}@clinic.example`);
    return stdout;
  }

  test('openapi-typescript’s client compiles with its defaults, books, moves and cancels', {
    timeout: 120_000,
  }, async () => {
    await node(tool('openapi-typescript', '../bin/cli.js'), './openapi.json', '-o', 'schema.d.ts');
    expect(await book('with-openapi-fetch')).toBe('cancelled');
  });

  test('hey-api’s client compiles with its defaults, books and cancels', { timeout: 120_000 }, async () => {
    await node(
      '--import',
      withOlderTypeScript,
      tool('@hey-api/openapi-ts', './run.mjs'),
      '-i',
      './openapi.json',
      '-o',
      './generated',
      '--no-log-file',
    );
    expect(await book('with-hey-api')).toBe('cancelled');
  });
});
