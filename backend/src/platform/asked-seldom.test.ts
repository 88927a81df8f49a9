import { expect, test } from 'vitest';
import { askedSeldom } from './asked-seldom.ts';

test('many who ask at once are one question, and its answer is good for a while', async () => {
  let at = 0;
  let asked = 0;
  const ask = askedSeldom({ now: () => new Date(at) }, 30_000, async () => {
    asked += 1;
    return asked;
  });
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
  at = 29_999;
  expect(await ask()).toBe(1);
  at = 30_000;
  expect(await Promise.all([ask(), ask()])).toEqual([2, 2]);
});
