import { expect, test } from 'vitest';
import { list } from './slowest.reporter.ts';

test('the slowest twenty come first, with their share of the time', () => {
  const all = Array.from({ length: 40 }, (_, index) => ({
    name: `file ${index}`,
    ms: index < 20 ? 100 : 300,
  }));
  const lines = list('files', all).trim().split('\n');
  expect(lines).toHaveLength(21);
  expect(lines[0]).toBe('The slowest 20 of 40 files (75 % of the time)');
  expect(lines[1]).toBe('     0.3 s  file 20');
});

test('a run in which nothing took time has a list too', () => {
  expect(list('tests', [{ name: 'skipped', ms: 0 }])).toContain('The slowest 1 of 1 tests (0 % of the time)');
});
