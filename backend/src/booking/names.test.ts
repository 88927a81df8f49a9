import { describe, expect, test } from 'vitest';
import { namedProviders, namePairs } from './testing/names.ts';

const SCRIPTS = [
  'Latin',
  'Cyrillic',
  'Greek',
  'Arabic',
  'Hebrew',
  'Han',
  'Katakana',
  'Hangul',
  'Devanagari',
  'Thai',
  'Armenian',
  'Georgian',
];

describe('the table of names', () => {
  test('has at least 160 pairs, each of them once', () => {
    const pairs = namePairs.map(({ a, b }) => JSON.stringify([a, b].toSorted()));
    expect(new Set(pairs).size).toBe(pairs.length);
    expect(pairs.length).toBeGreaterThanOrEqual(160);
  });

  test.each(SCRIPTS)('has names in %s script', (script) => {
    const letter = new RegExp(`\\p{Script=${script}}`, 'u');
    expect(namePairs.filter(({ a }) => letter.test(a)).length).toBeGreaterThan(0);
  });

  test('names a member of the staff, or one of three answers', () => {
    const answers = ['nobody known', 'nobody in particular', 'a question'];
    expect(namedProviders.filter(({ staff, means }) => ![...staff, ...answers].includes(means))).toEqual([]);
  });
});
