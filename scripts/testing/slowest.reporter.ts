import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestModule } from 'vitest/node';

const LISTED = 20;
/** Where a file starts matters from here on. */
const SLOW_SECONDS = 4;
const slowFiles = fileURLToPath(new URL('./slow-files.json', import.meta.url));

interface Timed {
  name: string;
  ms: number;
}

/**
 * Says after a long run which twenty files and which twenty tests took longest: the first place to look for time. With
 * `npm test -- --record` it also keeps the times of the slow files, which later runs start first.
 */
export default class SlowestReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    // Of a few files the runner's own lines say it.
    if (modules.length <= LISTED) return;
    const files = modules.map(timeOf);
    console.log(list('files', files));
    console.log(list('tests', modules.flatMap(testsOf)));
    if (process.env.RECORD_SLOW_FILES === '1') writeFileSync(slowFiles, slowest(files));
  }
}

/** The part of one file in the run: its start, its scene and its tests. */
function timeOf(module: TestModule): Timed {
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } =
    module.diagnostic();
  const ms = environmentSetupDuration + prepareDuration + collectDuration + setupDuration + duration;
  return { name: module.relativeModuleId, ms };
}

function testsOf(module: TestModule): Timed[] {
  return [...module.children.allTests()].map((test) => ({
    name: `${module.relativeModuleId} > ${test.fullName}`,
    ms: test.diagnostic()?.duration ?? 0,
  }));
}

/** The lines of one list, slowest first. */
export function list(what: string, all: readonly Timed[]): string {
  const total = all.reduce((sum, { ms }) => sum + ms, 0);
  const listed = slowestFirst(all).slice(0, LISTED);
  const part = listed.reduce((sum, { ms }) => sum + ms, 0);
  const share = total === 0 ? 0 : Math.round((100 * part) / total);
  return [
    '',
    ` The slowest ${listed.length} of ${all.length} ${what} (${share} % of the time)`,
    ...listed.map(({ name, ms }) => `${(ms / 1000).toFixed(1).padStart(8)} s  ${name}`),
  ].join('\n');
}

/** What `slow-files.json` holds: whole seconds. */
export function slowest(files: readonly Timed[]): string {
  const slow = slowestFirst(files).filter(({ ms }) => ms >= SLOW_SECONDS * 1_000);
  const seconds = Object.fromEntries(slow.map(({ name, ms }) => [name, Math.round(ms / 1_000)]));
  return `${JSON.stringify(seconds, null, 2)}\n`;
}

const slowestFirst = (all: readonly Timed[]): Timed[] => all.toSorted((a, b) => b.ms - a.ms);
