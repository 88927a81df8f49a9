import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiDocs } from './api-docs.ts';

let folder: string;
const write = (file: string, text: string) => writeFileSync(join(folder, 'src', file), text);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'api-docs-'));
  mkdirSync(join(folder, 'src'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('API docs', () => {
  it('find an export without TSDoc, also one that is passed on, and leave alone what is not exported', () => {
    write('index.ts', "export { named, type Told } from './a.ts';\nexport type * from './b.ts';\n");
    write(
      'a.ts',
      'export function named(): void {}\n/** Told. */\nexport type Told = 1;\nexport const inner = 1;\n',
    );
    write('b.ts', 'interface Hidden { a: 1 }\nexport interface Shown { a: Hidden }\n');
    const { exports, findings } = apiDocs(folder);
    expect(exports).toBe(3);
    expect(findings).toEqual([
      expect.stringContaining('src/a.ts exports named'),
      expect.stringContaining('src/b.ts exports Shown'),
    ]);
  });

  it('show signature, file, members and tags', () => {
    write('index.ts', "export { Box, go } from './batch.ts';\n");
    write(
      'batch.ts',
      [
        '/** Holds. See {@link go}. */',
        'export class Box {',
        '  #secret = 1;',
        '  /** In ms. */',
        '  size?: number | undefined;',
        '  open(): number { return this.#secret; }',
        '}',
        '/**',
        ' * Goes',
        ' * far.',
        ' *',
        ' * @param to - Where.',
        ' */',
        'export function go(to: string): Box { return new Box(); }',
      ].join('\n'),
    );
    const { text, findings } = apiDocs(folder);
    expect(findings).toEqual([]);
    expect(text).toContain('## Batches\n\n### Box\n\nHolds. See [go](#go).');
    expect(text).toContain('- `size?: number` — In ms.\n- `open(): number`\n');
    expect(text).not.toContain('secret');
    expect(text).toContain('Goes far.\n\n- `to`: Where.\n\n```ts\nfunction go(to: string): Box\n```');
    expect(text).toContain('From `src/batch.ts`.');
  });
});
