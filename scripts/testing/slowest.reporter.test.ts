import { expect, test } from 'vitest';
import { list, slowest } from './slowest.reporter.ts';

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

test('slow files are kept in whole seconds, slowest first, and quick ones are not', () => {
  const files = [
    { name: 'quick.test.ts', ms: 3_900 },
    { name: 'slow.db.test.ts', ms: 4_400 },
    { name: 'slower.journey.ts', ms: 61_800 },
  ];
  const kept = slowest(files);
  expect(Object.entries(JSON.parse(kept))).toEqual([
    ['slower.journey.ts', 62],
    ['slow.db.test.ts', 4],
  ]);
  expect(kept.endsWith('}\n')).toBe(true);
});
