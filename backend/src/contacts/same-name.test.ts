import { describe, expect, test } from 'vitest';
import { readName } from './person-name.ts';
import { isSameName, isSamePerson } from './same-name.ts';
import { DIFFERENT, LEFT_OUT, SAME } from './testdata/name-pairs.ts';

const stored = (name: string) => readName(name, 'US')?.name ?? '';
const both = (compare: typeof isSameName, [one, other]: [string, string]) => [
  compare(stored(one), other),
  compare(other, stored(one)),
];

describe('two names', () => {
  test.each(SAME)('%s and %s are one name', (...pair) => {
    expect(both(isSameName, pair)).toEqual([true, true]);
    expect(both(isSamePerson, pair)).toEqual([true, true]);
  });

  test.each(LEFT_OUT)('%s is found as %s, and would be another contact', (...pair) => {
    expect(both(isSameName, pair)).toEqual([false, false]);
    expect(both(isSamePerson, pair)).toEqual([true, true]);
  });

  test.each(DIFFERENT)('%s is not proven by %s', (...pair) => {
    expect(both(isSameName, pair)).toEqual([false, false]);
    expect(both(isSamePerson, pair)).toEqual([false, false]);
  });

  test('an empty name is no one', () => {
    expect(isSameName('', '')).toBe(false);
    expect(isSamePerson('Dr.', 'Mrs.')).toBe(false);
  });
});
