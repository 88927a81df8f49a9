import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import slowFiles from './slow-files.json' with { type: 'json' };

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Starts the slow files of each group first: one that came last would leave the other workers without work. */
export default class SlowFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return slowFirst(await super.sort(files), {
      groupOf: ({ project }) => project.config.sequence.groupOrder ?? 0,
      secondsOf: ({ moduleId }) => (slowFiles as Record<string, number>)[relative(root, moduleId)] ?? 0,
    });
  }
}

/** Files of the same time stay in the order they had. */
export function slowFirst<T>(
  files: readonly T[],
  { groupOf, secondsOf }: { groupOf(file: T): number; secondsOf(file: T): number },
): T[] {
  return files.toSorted((a, b) => groupOf(a) - groupOf(b) || secondsOf(b) - secondsOf(a));
}
