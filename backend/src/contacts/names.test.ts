import { describe, expect, test } from 'vitest';
import { readProvider } from '../schedule/requested-provider.ts';
import { readName } from './person-name.ts';
import { isSamePerson } from './same-name.ts';
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

  const stored = (name: string) => readName(name, 'US')?.name ?? name;

  test.each(namePairs)('$a and $b are the same person: $same, because $why', ({ a, b, same }) => {
    expect([isSamePerson(stored(a), stored(b)), isSamePerson(stored(b), stored(a))]).toEqual([same, same]);
    expect(isSamePerson(stored(a), b)).toBe(same);
  });

  test.each(namedProviders)('of $staff.length providers "$words" means $means', ({ staff, words, means }) => {
    const named = staff.map((name) => ({ id: name, name }));
    const read = readProvider(named, { providerName: words });
    const answers = { anyone: 'nobody in particular', several: 'a question', unknown: 'nobody known' };
    expect(read.kind === 'one' ? read.provider.name : answers[read.kind]).toBe(means);
  });
});
