import type { Reporter, TestModule } from 'vitest/node';

const LISTED = 20;

interface Timed {
  name: string;
  ms: number;
}

/** Says after a long run which twenty files and which twenty tests took longest: the first place to look for time. */
export default class SlowestReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    // Of a few files the runner's own lines say it.
    if (modules.length <= LISTED) return;
    console.log(list('files', modules.map(timeOf)));
    console.log(list('tests', modules.flatMap(testsOf)));
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
  const slowest = all.toSorted((a, b) => b.ms - a.ms).slice(0, LISTED);
  const part = slowest.reduce((sum, { ms }) => sum + ms, 0);
  const share = total === 0 ? 0 : Math.round((100 * part) / total);
  return [
    '',
    ` The slowest ${slowest.length} of ${all.length} ${what} (${share} % of the time)`,
    ...slowest.map(({ name, ms }) => `${(ms / 1000).toFixed(1).padStart(8)} s  ${name}`),
  ].join('\n');
}
