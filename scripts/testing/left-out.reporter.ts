import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestModule } from 'vitest/node';
import { findLeftOut } from '../lib/left-out.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Says which tests of the files that ran this machine had to leave out; with `CI=true` that is a failure. */
export default class LeftOutReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const leftOut = findLeftOut(root);
    if (leftOut.length === 0) return;
    const texts = modules.map(({ moduleId }) => readFileSync(moduleId, 'utf8'));
    const relevant = leftOut.filter(({ concerns }) => texts.some((text) => concerns.test(text)));
    for (const { sentence } of relevant) console.error(sentence);
    if (relevant.length === 0 || process.env.CI !== 'true') return;
    console.error('With CI=true a test that is left out is a failure.');
    process.exitCode = 1;
  }
}
