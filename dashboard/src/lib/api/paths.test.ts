import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const SOURCES = 'dashboard/src/features/**/*.{ts,tsx}';

/** Each call of `request` with the file it is in, and its path with the ids left open. */
const calls = globSync(SOURCES).flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/request\(\s*[^,]+,\s*(?:'([^']+)'|`([^`]+)`)([^;]*)/g)].map(
    ([, plain, template, rest = '']) => {
      const path = plain ?? template?.replace(/\$\{[^}]+\}/g, ':id');
      return { file, path, isRead: !/\bmethod\b/.test(rest) };
    },
  ),
);

test('the server is asked from api folders alone', () => {
  expect(calls.length).toBeGreaterThan(40);
  expect(calls.filter(({ file }) => !file.includes('/api/'))).toEqual([]);
});

test('what is read has one query: one key and one shape', () => {
  const read = calls.filter(({ isRead }) => isRead).map(({ path }) => path);
  expect(read.filter((path, index) => read.indexOf(path) !== index)).toEqual([]);
});
