import { describe, expect, it } from 'vitest';
import { checkFloors } from './floors.ts';
import { makeTree } from './testing/tree.ts';

/** In two parts, or this file would be refused. */
const SLEEP = ['pg', 'sleep'].join('_');
const FILE = 'backend/src/booking/book.test.ts';
const findingsOf = (text: string, file = FILE) =>
  checkFloors(makeTree({ [file]: text }))
    .findings.filter(({ rule }) => rule === 'waits')
    .map(({ line, message }) => `${line} ${message}`);

describe('the check of waits', () => {
  it.each([
    ['a timer', 'await new Promise((resolve) => setTimeout(resolve, 50));', /waits a fixed time/],
    ['a sleep', `import { setTimeout as sleep } from 'node:timers/promises';`, /fixed time/],
    ['a sleep of the database', `await db.query('select ${SLEEP}(1)');`, /lets the database wait/],
    [
      'a sleep of the database in a template',
      `await sql\`select \${n}, ${SLEEP}(2)\`;`,
      /lets the database wait/,
    ],
    ['a bound of a time', 'expect(performance.now() - begun).toBeLessThan(1_000);', /how long/],
    ['a bound of the wall clock', 'expect(Date.now() - begun).toBeLessThanOrEqual(5);', /how long/],
    ['a least time', 'expect(performance.now() - begun).toBeGreaterThan(1_000);', /how long/],
    [
      'a time that has a name',
      'const ms = performance.now() - begun;\nexpect(ms).toBeLessThan(9);',
      /how long/,
    ],
    ['a time that something tells', 'expect(report.elapsedMs).toBeLessThan(4_000);', /how long/],
    [
      'a poll that gives up soon',
      'await expect.poll(f, { timeout: 2_000 }).toBe(1);',
      /gives up after 2000 ms/,
    ],
    ['a wait that gives up soon', 'await vi.waitFor(f, 500);', /gives up after 500 ms/],
    [
      'a wait for long enough that looks often',
      'await vi.waitUntil(f, { interval: 1, timeout: 9_999 });',
      /9999/,
    ],
    ['a test with little time', "test('a', async () => {}, 3_000);", /gives a test 3000 ms/],
    ['tests with little time', "it.each([1])('a', async () => {}, 8_000);", /gives a test 8000 ms/],
    ['little time to begin', 'beforeAll(async () => {}, 5_000);', /5000 ms/],
  ])('refuses %s', (_, text, words) => {
    expect(findingsOf(text)).toEqual([expect.stringMatching(words)]);
  });

  it.each([
    ['a poll', 'await expect.poll(() => seen.length).toBe(1);'],
    ['a poll that gives up late', 'await expect.poll(f, { timeout: 20_000, interval: 5 }).toBe(1);'],
    ['a turn of the loop', 'await new Promise(setImmediate);'],
    ['a count', 'expect(rows.length).toBeLessThan(10);'],
    ['a time that was computed', 'expect(delayOf(3)).toBeLessThanOrEqual(1_000);'],
    ['an expiry', 'expect(after.expiresAt).toBeGreaterThan(Date.now() + 50 * MINUTE);'],
    ['a figure that is printed', 'const ms = performance.now() - begun;\nawait annotate(String(ms));'],
    ['a test with time enough', "test('a', async () => {}, 60_000);"],
    ['a number that is no limit', "test('a', () => expect(1).toBe(1));"],
    ['a reason on the line above', '// waits: the clock of Redis cannot be moved\nsetTimeout(f, 50);'],
    ['a reason on the line itself', 'setTimeout(f, 50); // waits: the clock of Redis cannot be moved'],
  ])('takes %s', (_, text) => {
    expect(findingsOf(text)).toEqual([]);
  });

  it('wants a reason, and something to give it for', () => {
    expect(findingsOf('// waits: yes\nsetTimeout(f, 50);')).toEqual([
      expect.stringMatching(/^1 .*without a reason/),
    ]);
    expect(findingsOf('// waits: the clock cannot be moved\nrun();')).toEqual([
      expect.stringMatching(/^1 .*nothing that waits/),
    ]);
  });

  it('looks at tests, journeys and what helps them, and not at what is served or measured', () => {
    const text = 'setTimeout(f, 50);';
    for (const file of ['journeys/a.journey.ts', 'journeys/support/a.ts', 'backend/src/booking/testing.ts'])
      expect([file, findingsOf(text, file).length]).toEqual([file, 1]);
    for (const file of ['backend/src/booking/book.ts', 'bench/a.ts', 'packages/safe-call/bench/a.ts'])
      expect([file, findingsOf(text, file)]).toEqual([file, []]);
  });
});
