import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { scenarios } from './scenarios.ts';
import { subjects } from './subjects.ts';
import { markdownTable, type Row } from './table.ts';

/**
 * The same questions to safe-call, cockatiel and opossum, on a stopped clock. The README's table is
 * what this run finds; when a new version of either fixes something, this test says so.
 */
describe('the same hazards in three libraries', () => {
  const rows: Row[] = [];
  const ignore = () => {};

  beforeEach(() => {
    vi.useFakeTimers();
    // Some of what is compared leaves rejections behind; here that isn't a failure of the test.
    process.on('unhandledRejection', ignore);
  });

  afterEach(() => {
    vi.useRealTimers();
    process.off('unhandledRejection', ignore);
  });

  it.each(scenarios)('$hazard $question', async (scenario) => {
    const good: boolean[] = [];
    for (const subject of subjects) good.push(await scenario.ask(subject));
    rows.push({ scenario, good });
    expect(good[0]).toBe(true);
  });

  afterAll(() => {
    const table = markdownTable(
      subjects.map((subject) => subject.name),
      rows,
    );
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    if (rows.length === scenarios.length)
      expect(readme, `The README should contain:\n${table}`).toContain(table);
  });
});
