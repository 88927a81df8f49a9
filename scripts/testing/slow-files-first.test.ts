import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import slowFiles from './slow-files.json' with { type: 'json' };
import { slowFirst } from './slow-files-first.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('slow files come first in their group, and the others keep their order', () => {
  const files = [
    { name: 'a journey', group: 2, seconds: 0 },
    { name: 'a slow journey', group: 2, seconds: 60 },
    { name: 'a rule', group: 0, seconds: 0 },
    { name: 'another rule', group: 0, seconds: 0 },
    { name: 'a slow rule', group: 0, seconds: 6 },
  ];
  const sorted = slowFirst(files, { groupOf: ({ group }) => group, secondsOf: ({ seconds }) => seconds });
  expect(sorted.map(({ name }) => name)).toEqual([
    'a slow rule',
    'a rule',
    'another rule',
    'a slow journey',
    'a journey',
  ]);
});

test('every file in the list is there', () => {
  expect(Object.keys(slowFiles).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
