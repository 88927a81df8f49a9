import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ROW = /^\|.*\| `([^`]+)`: (.+) \|$/gm;

test('each threat in docs/security.md names a test that exists', () => {
  const rows = [...readFileSync(join(root, 'docs/security.md'), 'utf8').matchAll(ROW)];
  expect(rows.length).toBeGreaterThan(30);
  const missing = rows.filter(
    ([, file = '', title = '']) => !readFileSync(join(root, file), 'utf8').includes(title),
  );
  expect(missing.map(([row]) => row)).toEqual([]);
});
